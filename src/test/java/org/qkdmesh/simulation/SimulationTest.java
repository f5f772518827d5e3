package org.qkdmesh.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * Runs schedules. How many, and from which seed on, can be said on the command line:
 *
 * <pre>{@code
 * mvn test -Dtest=SimulationTest -Dsimulation.schedules=100000      # many
 * mvn test -Dtest=SimulationTest -Dsimulation.seed=4711             # this one again
 * }</pre>
 */
class SimulationTest {

    private static final long SCHEDULES = Long.getLong("simulation.schedules", 2_000);
    private static final Long SEED = Long.getLong("simulation.seed");

    @Test
    void everySchedule_keepsTheInvariantsAndLeavesNothingBehind() {
        long first = SEED == null ? 1 : SEED;
        long last = SEED == null ? SCHEDULES : SEED;
        long given = 0;
        long fetched = 0;
        for (long seed = first; seed <= last; seed++) {
            try {
                Schedule.Result result = new Schedule(seed).run();
                given += result.given();
                fetched += result.fetched();
            } catch (Violation | SimulatedCrash | RuntimeException e) {
                fail(
                        "seed " + seed + " (schedule " + (seed - first + 1) + "): " + e.getMessage()
                                + "; again with -Dsimulation.seed=" + seed,
                        e);
            }
        }
        System.out.println("seeds " + first + " to " + last + ": " + given + " keys given, " + fetched + " fetched");
        assertThat(given).isGreaterThan((last - first + 1) * 2);
        assertThat(fetched).isGreaterThan(given / 2);
    }
}
