package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.store.Rows.A_TO_B;
import static org.qkdmesh.store.Rows.id;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

/** A store that works is read as it is at one moment: to check it, and to write it into a file. */
class StoreBackupTest {

    private static final int KEYS = 200;
    private static final long LATER = Long.MAX_VALUE;

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();
    private final ReportedKinds events = new ReportedKinds();
    private final AtomicInteger numbers = new AtomicInteger();
    private Path data;
    private Path file;
    private SqliteStore store;

    @BeforeEach
    void open() {
        data = folder.resolve("tn-1");
        file = folder.resolve("backup");
        store = open(data);
        putKeysAndRecords(KEYS);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private SqliteStore open(Path directory) {
        return SqliteStore.open(directory, Rows.TN_1, clock, events);
    }

    private void putKeysAndRecords(int count) {
        int first = numbers.getAndAdd(count);
        store.transact(tx -> {
            for (int number = first; number < first + count; number++) {
                tx.putKey(Rows.key(number, A_TO_B, 0, LATER));
                tx.putRecord(Rows.record(number, LATER));
            }
            return null;
        });
    }

    /** What the backup becomes where it is put in the place of the store, with the key of now. */
    private Path restored() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("restored"), OwnerOnly.DIRECTORY);
        Files.copy(file, directory.resolve("store.db"));
        Files.copy(data.resolve("kek"), directory.resolve("kek"));
        for (String name : new String[] {"kek", "store.db"}) {
            Files.setPosixFilePermissions(directory.resolve(name), PosixFilePermissions.fromString("rw-------"));
        }
        return directory;
    }

    private String everyFile() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(Path::getFileName).sorted().forEach(name -> all.append(name)
                    .append(' '));
        }
        return all.toString().strip();
    }

    @Test
    void backup_isOneFileThatOnlyItsOwnerCanRead_andOverwritesNothing() throws IOException {
        long bytes = store.backUp(file);

        assertThat(Files.size(file)).isEqualTo(bytes).isPositive();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(everyFile()).isEqualTo("backup tn-1");
        Files.writeString(file, "mine");
        assertThatThrownBy(() -> store.backUp(file)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasContent("mine");
    }

    @Test
    void backupThatCanNotBeWritten_leavesNoFile_andTheStoreGoesOn() throws IOException {
        Path nowhere = folder.resolve("nowhere").resolve("backup");
        assertThatThrownBy(() -> store.backUp(nowhere))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining(nowhere + ": the backup cannot be written");
        Files.createDirectories(folder.resolve("backup.part").resolve("in the way"));
        assertThatThrownBy(() -> store.backUp(file)).isInstanceOf(StoreFailure.class);
        assertThat(file).doesNotExist();
        assertThat(store.trouble()).isEmpty();
        assertThat(store.inspect().isSound()).isTrue();
    }

    @Test
    void backupFromBeforeTheKeyWasChanged_doesNotOpenWithTheNewOne() throws IOException {
        store.backUp(file);
        store.changeKek();
        Path directory = restored();
        assertThatThrownBy(() -> open(directory))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("is not the key of");
    }

    @Test
    void nodeOnABackup_knowsItAtOnce_dropsKeysAndIntents_andKeepsTheRest() throws IOException {
        store.transact(tx -> {
            tx.putIntent(Rows.intent(1, 0, LATER));
            tx.putNotice(Rows.notice(2, Rows.TN_2, LATER));
            tx.putTombstone(Rows.TN_2, id(5000), LATER);
            return null;
        });
        store.backUp(file);
        Path directory = restored();
        StoreInspection found = StoreInspection.of(directory).orElseThrow();
        assertThat(found.rows()).containsEntry("stored_key", (long) KEYS);
        assertThat(found.node()).contains("tn-1");
        assertThat(found.backup()).contains(clock.wall());
        SqliteStore.open(directory, clock, events).close();
        assertThat(events.alarms).as("looked after, and still a backup").isEmpty();
        for (int start = 0; start < 2; start++) {
            try (SqliteStore again = open(directory)) {
                again.transact(tx -> {
                    assertThat(tx.countKeys()).isZero();
                    assertThat(tx.intents()).isEmpty();
                    assertThat(tx.countRecords()).isEqualTo(KEYS);
                    assertThat(tx.notices(Rows.TN_2, NoticeType.VOID, 10)).hasSize(1);
                    assertThat(tx.hasTombstone(Rows.TN_2, id(5000))).isTrue();
                    return null;
                });
            }
            assertThat(events.alarms).containsExactly("restored-copy");
        }
    }

    @Test
    void backupWhoseNodeDiesAsItTellsOfIt_isToldOfAtTheNextStart() throws IOException {
        store.backUp(file);
        Path directory = restored();
        EventLog dying = new EventLog() {
            @Override
            public void refused(String door, String reason) {}

            @Override
            public void alarm(String kind, String detail) {
                throw new IllegalStateException("the node is dead");
            }

            @Override
            public void noted(String kind, String detail) {}
        };
        assertThatThrownBy(() -> SqliteStore.open(directory, Rows.TN_1, clock, dying))
                .hasMessage("the node is dead");

        open(directory).close();

        assertThat(events.alarms).containsExactly("restored-copy");
    }

    @Test
    void logThatWasLeftWhereABackupIsPut_isRefused_andTheBackupServesOnceItIsMovedAway() throws IOException {
        store.backUp(file);
        putKeysAndRecords(1);
        Path directory = restored();
        Path log = Files.copy(data.resolve("store.db-wal"), directory.resolve("store.db-wal"));
        assertThat(log).isNotEmptyFile();
        assertThatThrownBy(() -> open(directory))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining(log + ": is the log of another store");
        assertThatThrownBy(() -> StoreInspection.of(directory)).isInstanceOf(StoreFailure.class);
        Files.delete(log);
        Path killed = Files.createDirectory(folder.resolve("killed"), OwnerOnly.DIRECTORY);
        try (SqliteStore again = open(directory)) {
            again.transact(tx -> {
                tx.putKey(Rows.key(1, A_TO_B, tx.now(), LATER));
                return null;
            });
            for (String name : new String[] {"kek", "store.db", "store.db-wal"}) {
                Files.copy(directory.resolve(name), killed.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        try (SqliteStore again = open(killed)) {
            boolean opens = again.transact(tx -> tx.key(id(1), Rows.B).isPresent());
            assertThat(opens).as("its own log is taken").isTrue();
        }
    }

    @Test
    void whatIsReadWhileOthersWrite_isTheStoreOfOneMoment_andNobodyWaitsForTheReader() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread others = new Thread(() -> {
            while (!ended.get()) {
                putKeysAndRecords(1);
            }
        });
        others.start();
        int during = store.onHeldFile(held -> {
            int before = numbers.get();
            long rows = held.database().number("SELECT count(*) FROM stored_key");
            while (numbers.get() < before + 50) {
                Thread.yield();
            }
            StoreInspection found = StoreInspection.of(held.database(), held.dataKeys());
            assertThat(found.isSound()).isTrue();
            assertThat(found.rows()).containsEntry("stored_key", rows).containsEntry("record", rows);
            return numbers.get() - before;
        });
        assertThat(during).isGreaterThanOrEqualTo(50);
        store.backUp(file);
        store.changeKek();
        assertThat(store.inspect().isSound()).isTrue();
        ended.set(true);
        others.join();
        int keys = store.transact(StoreTransaction::countKeys);
        assertThat(keys).isEqualTo(numbers.get());
        assertThat(Files.size(data.resolve("store.db-wal")))
                .as("the log has not stayed long")
                .isLessThan(8 << 20);
    }

    @Test
    void fileThatChangesWhileItIsRead_isNotBelieved() {
        assertThatThrownBy(() -> store.onHeldFile(held -> {
                    store.destroyKeys(tx -> tx.removeKeysStoredBefore(LATER));
                    return "read";
                }))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("too much has changed");
        assertThat(store.inspect().isSound()).isTrue();
    }

    @Test
    void logThatGrowsTooLargeWhileTheFileIsRead_isEmptied_andWhatWasReadIsNotBelieved() throws IOException {
        store.close();
        long most = 1 << 20;
        SqliteStore.Limits limits = new SqliteStore.Limits(60_000, 1 << 28, most);
        store = SqliteStore.open(data, Optional.empty(), clock, events, limits);
        Path log = data.resolve("store.db-wal");
        assertThatThrownBy(() -> store.onHeldFile(held -> {
                    long before = 0;
                    while (log.toFile().length() >= before) {
                        before = log.toFile().length();
                        assertThat(before).isLessThan(2 * most);
                        putKeysAndRecords(100);
                        store.transact(StoreTransaction::countKeys);
                    }
                    return "read";
                }))
                .isInstanceOf(StoreFailure.class)
                .hasMessageContaining("too much has changed");
        assertThat(store.trouble()).isEmpty();
        assertThat(store.inspect().isSound()).isTrue();
    }

    @Test
    void secondReader_isRefused_andTheKeyMayChangeMeanwhile() {
        StoreInspection found = store.onHeldFile(held -> {
            assertThatThrownBy(store::inspect)
                    .isInstanceOf(StoreFailure.class)
                    .hasMessageContaining("another check or backup");
            store.changeKek();
            return StoreInspection.of(held.database(), held.dataKeys());
        });
        assertThat(found.isSound()).isTrue();
    }

    @Test
    void removedKeys_areNotInABackup() throws IOException {
        store.transact(tx -> {
            tx.removeKey(id(7));
            tx.removeRecord(id(7), Rows.B);
            return null;
        });
        store.backUp(file);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains(latin1(UuidBytes.of(id(8)))).doesNotContain(latin1(UuidBytes.of(id(7))));
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
