package org.qkdmesh.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.store.MemoryStore;

/**
 * Runs schedules. How many, and from which seed on, can be said on the command line:
 *
 * <pre>{@code
 * mvn test -Dtest=SimulationTest -Dsimulation.schedules=100000 -Dtests.compiler=-XX:-TieredCompilation    # many
 * mvn test -Dtest=SimulationTest -Dsimulation.seed=4711    # this one again
 * mvn test -Dtest=SimulationTest -Dsimulation.sweeps=20    # crashes at every durable step of 20 schedules
 * }</pre>
 */
class SimulationTest {

    private static final long SCHEDULES = Long.getLong("simulation.schedules", 7_000);
    private static final long SWEEPS = Long.getLong("simulation.sweeps", 2);
    private static final Long SEED = Long.getLong("simulation.seed");

    @Test
    void everySchedule_keepsTheInvariantsAndLeavesNothingBehind() throws InterruptedException {
        long first = SEED == null ? 1 : SEED;
        long last = SEED == null ? SCHEDULES : SEED;
        Schedules schedules = new Schedules(first, last);
        schedules.run(Runtime.getRuntime().availableProcessors());
        schedules.failure().ifPresent(failure -> {
            long seed = failure.seed();
            fail(
                    "seed " + seed + " (schedule " + (seed - first + 1) + "): "
                            + failure.cause().getMessage() + "; again with -Dsimulation.seed=" + seed,
                    failure.cause());
        });
        long given = schedules.given();
        long fetched = schedules.fetched();
        System.out.println("seeds " + first + " to " + last + ": " + given + " keys given, " + fetched + " fetched");
        assertThat(given).isGreaterThan((last - first + 1) * 2);
        assertThat(fetched).isGreaterThan(given / 2);
    }

    @Test
    void aNodeThatDiesAtAnyDurableStep_comesBackWithNothingLostOrDoubled() {
        long runs = 0;
        for (long seed = SEED == null ? 1 : SEED; seed <= (SEED == null ? SWEEPS : SEED); seed++) {
            long swept = seed;
            long steps = new Schedule(seed).run().durableSteps();
            LongStream.rangeClosed(1, steps)
                    .boxed()
                    .flatMap(step -> Stream.of(MemoryStore.Moment.values()).map(moment -> new CrashAt(step, moment)))
                    .toList()
                    .parallelStream()
                    .map(step -> failureOf(swept, step))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .ifPresent(failure -> fail(failure.getMessage(), failure));
            runs += 2 * steps;
        }
        System.out.println(runs + " crashes, one before and one after every durable step of " + SWEEPS + " schedules");
        assertThat(runs).isGreaterThan(200);
    }

    private static Optional<Throwable> failureOf(long seed, CrashAt step) {
        try {
            new Schedule(seed, step).run();
            return Optional.empty();
        } catch (Violation | SimulatedCrash | RuntimeException e) {
            String where = "seed " + seed + ", a crash at durable step " + step.number() + ", " + step.moment();
            return Optional.of(new AssertionError(where + ": " + e.getMessage(), e));
        }
    }
}
