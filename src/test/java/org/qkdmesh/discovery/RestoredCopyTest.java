package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.store.CrashPoints;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.Sequence;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.store.StoreInspection;
import org.qkdmesh.store.StoredKey;
import org.qkdmesh.store.Sweep;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.RecordedEvents;

/** A node on an old copy of its disk with many keys on it, which dies again and again while it gets rid of them. */
class RestoredCopyTest {

    private static final NodeId SELF = new NodeId("tn-1");
    private static final SaePair PAIR = new SaePair(new SaeId("sae-a"), new SaeId("sae-b"));

    /** More than go in two sweeps. */
    private static final int KEYS = 1200;

    @TempDir
    Path data;

    private final ManualClock clock = new ManualClock();
    private final RecordedEvents events = new RecordedEvents();
    private final List<KeyId> ids =
            Stream.generate(() -> new KeyId(UUID.randomUUID())).limit(KEYS).toList();

    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @BeforeEach
    void putKeys() {
        run(store -> store.transact(tx -> {
            tx.putSequence(new Sequence(SELF, 10, tx.now(), ""));
            for (KeyId id : ids) {
                SecretBytes bytes = SecretBytes.owning(new byte[32]);
                tx.putKey(new StoredKey(id, SaeGroup.of(PAIR), SELF, bytes, tx.now(), Long.MAX_VALUE));
            }
            return null;
        }));
    }

    /** One run of the node. */
    private void run(Consumer<SqliteStore> steps) {
        clock.advance(Duration.ofSeconds(5));
        try (SqliteStore store = SqliteStore.open(data, SELF, clock, events)) {
            steps.accept(store);
        }
    }

    private static CrashPoints dyingAt(String point, SqliteStore store) {
        return new CrashPoints(store, reached -> {
            if (reached.equals(point)) {
                throw new Death();
            }
        });
    }

    private StartGate gate(NodeStore store) {
        return new StartGate(SELF, store, clock, events, UUID::randomUUID);
    }

    private long found(SqliteStore store) {
        return store.transact(tx -> ids.stream().filter(tx::hasKey).count());
    }

    private long rows() {
        return StoreInspection.of(data).orElseThrow().rows().get("stored_key");
    }

    @Test
    void oldCopyThatDiesWhereverItWill_servesNoneOfItsKeys_andRemovesAllInTheEnd() {
        run(store -> {
            StartGate gate = gate(dyingAt("before:start.restored", store));
            assertThatThrownBy(() -> gate.heardOf(17)).isInstanceOf(Death.class);
            assertThat(found(store)).isEqualTo(KEYS);
        });
        run(store -> {
            StartGate gate = gate(dyingAt("after:start.restored", store));
            assertThat(gate.isNews(17)).as("so it is found out again").isTrue();
            assertThatThrownBy(() -> gate.heardOf(17)).isInstanceOf(Death.class);
            assertThat(found(store)).isZero();
        });
        assertThat(rows()).as("none is removed yet").isEqualTo(KEYS);
        for (String point : List.of("before:store.swept", "after:store.swept", "after:store.swept")) {
            run(store -> {
                StartGate gate = gate(store);
                assertThat(gate.isNews(17)).as("nobody has to say it again").isFalse();
                gate.neighbourKnows(17);
                Sweep sweep = new Sweep(dyingAt(point, store), EventLog.silent());
                assertThatThrownBy(sweep::run).isInstanceOf(Death.class);
                assertThat(found(store)).isZero();
            });
        }
        assertThat(rows()).isEqualTo(KEYS - 1000);
        run(store -> new Sweep(store, EventLog.silent()).run());
        assertThat(rows()).isZero();
    }
}
