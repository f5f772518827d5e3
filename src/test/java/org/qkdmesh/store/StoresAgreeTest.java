package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.testing.ManualClock;

/** Whatever is done to a store, the one on disk and the one in memory show the same. */
class StoresAgreeTest {

    private enum Verb {
        PUT_KEY,
        PUT_INCOMPLETE_KEY,
        REMOVE_INCOMPLETE_KEY,
        REMOVE_INCOMPLETE_KEYS,
        REMOVE_KEY,
        REMOVE_COPY,
        READ_KEY,
        KEEP_FETCHED,
        REMOVE_OLD_KEYS,
        DROP_OLD_KEYS,
        PUT_RECORD,
        REMOVE_RECORD,
        PUT_INTENT,
        REMOVE_INTENT,
        PUT_NOTICE,
        REMOVE_NOTICE,
        PUT_TOMBSTONE,
        PUT_HOME,
        REMOVE_HOME,
        PUT_SEQUENCE,
        REMOVE_SEQUENCE,
        SWEEP,
        COUNT,
        TALLY
    }

    /**
     * @param number of the row, small, so that rows meet
     * @param other true for the other one of two pairs or nodes
     * @param life milliseconds from now
     */
    record Operation(Verb verb, int number, boolean other, int life) {}

    /**
     * @param fails whether the transaction throws at its end
     * @param pause milliseconds that pass before it
     * @param restarts whether the node is restarted before it
     * @param wallShift milliseconds that the wall clock is set forward or back while the node is down
     */
    record Step(List<Operation> operations, boolean fails, int pause, boolean restarts, int wallShift) {}

    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Integer> lives = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(-5, 3000)), Tuple.of(1, Arbitraries.just(1_000_000)));
        Arbitrary<Operation> operations = Combinators.combine(
                        Arbitraries.of(Verb.class),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.of(true, false),
                        lives)
                .as(Operation::new);
        Arbitrary<Step> steps = Combinators.combine(
                        operations.list().ofMaxSize(8),
                        Arbitraries.integers().between(0, 4).map(n -> n == 0),
                        Arbitraries.integers().between(0, 1500),
                        Arbitraries.integers().between(0, 7).map(n -> n == 0),
                        Arbitraries.integers().between(-5000, 5000))
                .as(Step::new);
        return steps.list().ofMinSize(1).ofMaxSize(25);
    }

    @Property(tries = 60)
    void afterAnyHistory_bothStoresShowTheSame(@ForAll("histories") List<Step> history) throws IOException {
        Path data = Files.createTempDirectory("qkd-mesh-store");
        ManualClock clock = new ManualClock();
        NodeStore sqlite = SqliteStore.open(data, clock, EventLog.silent());
        MemoryStore memory = new MemoryStore(clock);
        try {
            for (Step step : history) {
                clock.advance(Duration.ofMillis(step.pause()));
                if (step.restarts()) {
                    clock.shiftWall(Duration.ofMillis(step.wallShift()));
                    sqlite.close();
                    sqlite = SqliteStore.open(data, clock, EventLog.silent());
                    memory = memory.reopen(clock);
                }
                assertThat(run(sqlite, step)).isEqualTo(run(memory, step));
                assertThat(look(sqlite)).isEqualTo(look(memory));
            }
        } finally {
            sqlite.close();
            delete(data);
        }
    }

    private static List<Object> run(NodeStore store, Step step) {
        List<Object> seen = new ArrayList<>(List.of(store.age(), store.openedAt()));
        try {
            store.transact(tx -> {
                step.operations().forEach(operation -> seen.add(apply(tx, operation)));
                if (step.fails()) {
                    throw new Failed();
                }
                return null;
            });
        } catch (Failed e) {
            seen.add("failed");
        }
        return seen;
    }

    private static Object apply(StoreTransaction tx, Operation operation) {
        int number = operation.number();
        SaePair pair = operation.other() ? Rows.A_TO_C : Rows.A_TO_B;
        NodeId node = operation.other() ? Rows.TN_2 : Rows.TN_1;
        long expiresAt = tx.now() + operation.life();
        switch (operation.verb()) {
            case PUT_KEY -> {
                if (tx.hasKey(Rows.id(number))) {
                    return "taken";
                }
                SaeGroup saes = number < 3 ? SaeGroup.of(pair) : Rows.A_TO_B_AND_C;
                tx.putKey(Rows.key(number, saes, tx.now(), expiresAt));
            }
            case PUT_INCOMPLETE_KEY -> {
                SaeGroup saes = number < 3 ? SaeGroup.of(pair) : Rows.A_TO_B_AND_C;
                long completeBy = tx.now() + operation.life() / 2;
                tx.putIncompleteKey(Rows.incomplete(number, saes, tx.now(), completeBy, expiresAt));
            }
            case REMOVE_INCOMPLETE_KEY -> tx.removeIncompleteKey(node, Rows.id(number));
            case REMOVE_INCOMPLETE_KEYS -> {
                return Set.copyOf(tx.removeIncompleteKeys(1_000));
            }
            case REMOVE_KEY -> tx.removeKey(Rows.id(number));
            case REMOVE_COPY -> tx.removeKey(Rows.id(number), pair.slave());
            case READ_KEY -> {
                return show(tx.key(Rows.id(number), pair.slave()));
            }
            case KEEP_FETCHED -> {
                if (tx.key(Rows.id(number), pair.slave()).isEmpty()) {
                    return "none";
                }
                tx.keepFetched(Rows.id(number), pair.slave(), expiresAt);
            }
            case REMOVE_OLD_KEYS -> {
                return tx.removeKeysStoredBefore(tx.now() - operation.life());
            }
            case DROP_OLD_KEYS -> {
                return tx.dropKeysStoredBefore(tx.now() - operation.life());
            }
            case PUT_RECORD -> tx.putRecord(new KeyRecord(Rows.id(number), pair, node, expiresAt));
            case REMOVE_RECORD -> tx.removeRecord(Rows.id(number), pair.slave());
            case PUT_INTENT -> tx.putIntent(Rows.intent(number, tx.now(), expiresAt));
            case REMOVE_INTENT -> tx.removeIntent(Rows.uuid(number));
            case PUT_NOTICE -> tx.putNotice(Rows.notice(number, node, expiresAt));
            case REMOVE_NOTICE -> tx.removeNotice(Rows.uuid(number));
            case PUT_TOMBSTONE -> tx.putTombstone(node, Rows.id(number), expiresAt);
            case PUT_HOME -> tx.putHome(new SaeHome(pair.slave(), node, number));
            case REMOVE_HOME -> tx.removeHome(pair.slave());
            case PUT_SEQUENCE -> tx.putSequence(new Sequence(node, number, tx.now(), "advert " + number));
            case REMOVE_SEQUENCE -> tx.removeSequence(node);
            case SWEEP -> {
                return tx.removeExpired(1_000);
            }
            case COUNT -> {
                return List.of(tx.countKeys(pair), tx.countNotices(node), tx.countTombstones(node));
            }
            case TALLY -> {
                return Set.copyOf(tx.tallies());
            }
        }
        return "done";
    }

    /** All that can be seen. */
    private static List<Object> look(NodeStore store) {
        return store.transact(tx -> {
            List<Object> seen = new ArrayList<>(List.of(
                    tx.now(),
                    tx.countKeys(),
                    tx.countKeys(Rows.A_TO_B),
                    tx.countKeys(Rows.A_TO_C),
                    tx.countRecords(),
                    Set.copyOf(tx.tallies()),
                    tx.intents(),
                    tx.nodesOwed(),
                    tx.notices(Rows.TN_1, NoticeType.VOID, 3),
                    tx.notices(Rows.TN_2, NoticeType.VOID, 100),
                    tx.oldestNotice(),
                    tx.countNotices(Rows.TN_1),
                    tx.countNotices(Rows.TN_2),
                    tx.countTombstones(Rows.TN_1),
                    tx.countTombstones(Rows.TN_2),
                    tx.homes(),
                    tx.sequences(),
                    tx.sequence(Rows.TN_1)));
            for (int number = 0; number <= 5; number++) {
                seen.add(show(tx.key(Rows.id(number), Rows.B)));
                seen.add(show(tx.key(Rows.id(number), Rows.C)));
                seen.add(show(tx.fetchedKey(Rows.id(number), Rows.B)));
                seen.add(show(tx.fetchedKey(Rows.id(number), Rows.C)));
                seen.add(showIncomplete(tx, number));
                seen.add(tx.keyOwners(Rows.id(number)));
                seen.add(tx.hasKey(Rows.id(number)));
                seen.add(tx.record(Rows.id(number), Rows.B));
                seen.add(tx.record(Rows.id(number), Rows.C));
                seen.add(tx.intent(Rows.uuid(number)));
                seen.add(tx.hasNotice(Rows.uuid(number)));
                seen.add(tx.hasTombstone(Rows.TN_1, Rows.id(number)));
                seen.add(tx.hasTombstone(Rows.TN_2, Rows.id(number)));
            }
            return seen;
        });
    }

    private static List<Object> showIncomplete(StoreTransaction tx, int number) {
        try {
            return tx.incompleteKey(Rows.id(number))
                    .map(key -> List.<Object>of(
                            show(Optional.of(key.soFar())), key.set(), key.shares(), key.taken(), key.completeBy()))
                    .orElse(List.of());
        } catch (StoreFailure e) {
            return List.of(e.getMessage());
        }
    }

    private static List<Object> show(Optional<StoredKey> found) {
        return found.map(key -> List.<Object>of(
                        key.id(),
                        key.saes(),
                        key.ingress(),
                        HexFormat.of().formatHex(key.bytes().insecureAccess()),
                        key.storedAt(),
                        key.expiresAt()))
                .orElse(List.of());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Files.delete(directory);
    }
}
