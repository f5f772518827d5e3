package org.qkdmesh.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.NodeId;

/**
 * Two floods in opposite directions over the same links, in virtual time, with nothing that goes wrong. Who is the first at
 * a KME, and so how the two share it, is up to the seed. More of them:
 *
 * <pre>{@code
 * mvn test -Dtest=SaturatedDirectionsTest -Dsimulation.floods=100
 * }</pre>
 */
class SaturatedDirectionsTest {

    private static final long SEEDS = Long.getLong("simulation.floods", 4);

    private static final int AT_ONCE = 40;
    private static final long WARM_UP_MILLIS = 3_000;
    private static final long MEASURED_MILLIS = 8_000;

    /** Of both directions of a link together. */
    private static final long LINK_BYTES_PER_SECOND = 20_000;

    private record Goodput(long there, long back) {}

    @Test
    void eachOfTwoSaturatedDirections_keepsTwoFifthsOfWhatItHasAlone() {
        long alone = goodput(1, true, false).there();
        assertThat(alone).isGreaterThan(1_000);
        List<Goodput> both = LongStream.rangeClosed(1, SEEDS)
                .parallel()
                .mapToObj(seed -> goodput(seed, true, true))
                .toList();
        System.out.println("keys in " + MEASURED_MILLIS / 1000 + " s: " + alone + " one way alone, " + both);
        assertThat(both).allSatisfy(each -> {
            assertThat(each.there()).isGreaterThanOrEqualTo(alone * 4 / 10);
            assertThat(each.back()).isGreaterThanOrEqualTo(alone * 4 / 10);
        });
    }

    private static Goodput goodput(long seed, boolean there, boolean back) {
        World world = World.withoutFaults(seed);
        VirtualTime time = world.time;
        List<SimulatedNode> line = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            SimulatedNode node = new SimulatedNode(new NodeId("n" + i), world);
            line.add(node);
            world.network.add(node);
        }
        for (int i = 0; i + 1 < line.size(); i++) {
            SimulatedKmes pair = new SimulatedKmes(world.random, world.faults);
            pair.limit(LINK_BYTES_PER_SECOND, time);
            line.get(i).attach(line.get(i + 1).id(), pair, 0);
            line.get(i + 1).attach(line.get(i).id(), pair, 1);
        }
        line.forEach(SimulatedNode::start);
        SimulatedNode first = line.get(0);
        SimulatedNode last = line.get(line.size() - 1);
        for (int i = 0; i < AT_ONCE; i++) {
            if (there) {
                time.in(WARM_UP_MILLIS + i, () -> askAgainAndAgain(time, first, last));
            }
            if (back) {
                time.in(WARM_UP_MILLIS + i, () -> askAgainAndAgain(time, last, first));
            }
        }
        time.runUntil(WARM_UP_MILLIS + MEASURED_MILLIS);
        return new Goodput(world.judge.givenAt(first.id()), world.judge.givenAt(last.id()));
    }

    private static void askAgainAndAgain(VirtualTime time, SimulatedNode master, SimulatedNode slave) {
        master.ask(List.of(slave.sae()), 1, 32, () -> time.in(1, () -> askAgainAndAgain(time, master, slave)));
    }
}
