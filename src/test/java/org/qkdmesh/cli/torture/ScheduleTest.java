package org.qkdmesh.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.qkdmesh.cli.torture.Fault.Kind;

/** What a schedule promises to whoever plays it. */
class ScheduleTest {

    private static final int MINUTE = 60_000;
    private static final Schedule.Targets TARGETS = new Schedule.Targets(
            List.of("west", "north", "south", "east"),
            List.of("kme-1", "kme-2"),
            List.of("west>north", "north>west", "sae-a>west"),
            List.of("kme-a", "kme-b"));

    @Property(tries = 50)
    void sameSeed_givesTheSameFaults(@ForAll long seed) {
        assertThat(draw(seed, EnumSet.allOf(Kind.class))).isEqualTo(draw(seed, EnumSet.allOf(Kind.class)));
    }

    @Property(tries = 50)
    void faults_comeInOrderAndEndInTime_andATargetHasOneAtATime(@ForAll long seed) {
        List<Fault> faults = draw(seed, EnumSet.allOf(Kind.class));

        assertThat(faults).isSortedAccordingTo(Comparator.comparingLong(Fault::at));
        assertThat(faults).allSatisfy(fault -> assertThat(fault.until()).isLessThanOrEqualTo(MINUTE));
        faults.stream().collect(Collectors.groupingBy(Fault::target)).values().forEach(ofOne -> {
            for (int i = 1; i < ofOne.size(); i++) {
                assertThat(ofOne.get(i).at()).isGreaterThan(ofOne.get(i - 1).until());
            }
        });
    }

    @Test
    void manySeeds_giveEveryKindOfFault() {
        EnumSet<Kind> seen = EnumSet.noneOf(Kind.class);
        for (long seed = 0; seed < 20; seed++) {
            draw(seed, EnumSet.allOf(Kind.class)).forEach(fault -> seen.add(fault.kind()));
        }

        assertThat(seen).isEqualTo(EnumSet.allOf(Kind.class));
    }

    @Test
    void kindThatTheMachineDoesNotAllow_isNotDrawn() {
        assertThat(draw(1, EnumSet.of(Kind.KILL))).isNotEmpty().allMatch(fault -> fault.kind() == Kind.KILL);
    }

    private static List<Fault> draw(long seed, EnumSet<Kind> able) {
        return new Schedule(new SplittableRandom(seed), TARGETS, able).draw(MINUTE);
    }
}
