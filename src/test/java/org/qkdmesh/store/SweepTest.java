package org.qkdmesh.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qkdmesh.store.Rows.A_TO_B;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

class SweepTest {

    private static final int KEYS = 3 * Sweep.ROWS_AT_ONCE + 1;
    private static final long DISK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);

    private record Step(String point, long at) {}

    @Test
    void manyKeysPastTheirLife_goInSteps_betweenWhichTheStoreIsLeftToOthersAsLong() {
        store.transact(tx -> {
            for (int i = 0; i < KEYS; i++) {
                tx.putKey(Rows.key(i, A_TO_B, 0, tx.now() + 1000));
            }
            tx.putRecord(Rows.record(1, Long.MAX_VALUE));
            return null;
        });
        clock.advance(Duration.ofSeconds(2));
        List<Step> steps = new ArrayList<>();
        CrashPoints slow = new CrashPoints(store, point -> {
            steps.add(new Step(point, System.nanoTime()));
            if (point.startsWith("before:")) {
                LockSupport.parkNanos(DISK_NANOS);
            }
        });

        new Sweep(slow, new ReportedKinds()).run();

        int rows =
                store.transact(tx -> tx.tallies().stream().mapToInt(Tally::rows).sum());
        assertThat(rows).as("what is left is the record").isEqualTo(1);
        assertThat(steps).hasSize(2 * 4);
        for (int i = 1; i < steps.size() - 1; i += 2) {
            long took = steps.get(i).at() - steps.get(i - 1).at();
            assertThat(steps.get(i + 1).at() - steps.get(i).at()).isGreaterThanOrEqualTo(took);
        }
    }
}
