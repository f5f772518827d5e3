package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.model.Combine;

class LinkUnderFaultsTest {

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void link_underAnyFaults_usesNoByteTwiceAndBothEndsAgreeAndItHeals(@ForAll long seed, @ForAll Combine combine) {
        LinkUnderFaults link = new LinkUnderFaults(seed, combine);
        for (int step = 0; step < 600; step++) {
            link.step();
        }
        link.heal();
    }

    @ParameterizedTest
    @CsvSource({"ANY, 500, 25", "XOR, 100, 25"})
    void theSchedulesAreWorthSomething_messagesGetThroughAndNodesAreStartedAnew(
            Combine combine, int leastDelivered, int leastGrants) {
        int delivered = 0;
        int restarts = 0;
        int grants = 0;
        for (long seed = 0; seed < 50; seed++) {
            LinkUnderFaults link = new LinkUnderFaults(seed, combine);
            for (int step = 0; step < 600; step++) {
                link.step();
            }
            delivered += link.delivered;
            restarts += link.restarts;
            grants += link.grants;
        }
        assertThat(delivered).isGreaterThan(leastDelivered);
        assertThat(restarts).isGreaterThan(50);
        assertThat(grants).isGreaterThan(leastGrants);
    }
}
