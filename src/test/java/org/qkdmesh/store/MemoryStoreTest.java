package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.store.Rows.A_TO_B;
import static org.qkdmesh.store.Rows.id;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.NodeClock;

class MemoryStoreTest extends NodeStoreContract {

    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    NodeStore open(NodeClock clock) {
        return new MemoryStore(clock);
    }

    @Override
    void keepAudit(NodeStore store, int rows, boolean required, BooleanSupplier failing) {
        ((MemoryStore) store).keepAudit(rows, required, failing);
    }

    @Override
    NodeStore reopen(NodeStore store, NodeClock clock) {
        return ((MemoryStore) store).reopen(clock);
    }

    private boolean hasKeyAfterCrashAt(MemoryStore.Moment moment) {
        MemoryStore memory = (MemoryStore) store;
        memory.setCrashPoint(reached -> {
            if (reached == moment) {
                throw new Crash();
            }
        });
        assertThatThrownBy(() -> memory.transact(tx -> {
                    tx.putKey(Rows.key(1, A_TO_B, 0, Long.MAX_VALUE));
                    return null;
                }))
                .isInstanceOf(Crash.class);
        store = memory.reopen(clock);
        return store.transact(tx -> tx.hasKey(id(1)));
    }

    @Test
    void crashBeforeTheCommit_losesTheTransaction() {
        assertThat(hasKeyAfterCrashAt(MemoryStore.Moment.BEFORE_COMMIT)).isFalse();
    }

    @Test
    void crashAfterTheCommit_keepsTheTransaction() {
        assertThat(hasKeyAfterCrashAt(MemoryStore.Moment.AFTER_COMMIT)).isTrue();
    }

    @Test
    void restore_putsAnOldCopyBack_ageIncluded() {
        MemoryStore memory = (MemoryStore) store;
        MemoryStore.Snapshot old = memory.snapshot();
        clock.advance(Duration.ofMinutes(1));
        memory.transact(tx -> {
            tx.putKey(Rows.key(1, A_TO_B, 0, Long.MAX_VALUE));
            return null;
        });
        memory.restore(old);
        store = memory.reopen(clock);
        boolean found = store.transact(tx -> tx.hasKey(id(1)));
        assertThat(found).isFalse();
        assertThat(store.openedAt()).isEqualTo(60_000);
        assertThatThrownBy(() -> memory.transact(tx -> null)).isInstanceOf(StoreFailure.class);
    }
}
