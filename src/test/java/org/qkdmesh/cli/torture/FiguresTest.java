package org.qkdmesh.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.cli.torture.Violation.Rule;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/** What is counted in a window of time, and what is said of it. */
class FiguresTest {

    private static final List<SaePair> PAIRS = List.of(new SaePair(new SaeId("sae-a"), new SaeId("sae-b")));

    @Test
    void requestForSeveralKeys_countsOnce() {
        Figures.Window window =
                Figures.Window.of(List.of(asked(1, 10, Outcome.OK, "sae-b"), asked(1, 10, Outcome.OK, "sae-b")), PAIRS);

        assertThat(window.requests()).isEqualTo(1);
        assertThat(window.succeeded()).isEqualTo(1);
        assertThat(window.p99()).isEqualTo(10);
    }

    @Test
    void requestThatNamesASlaveBesideThosePairs_doesNotCount() {
        Figures.Window window = Figures.Window.of(List.of(asked(1, 10, Outcome.BUSY, "sae-b", "sae-c")), PAIRS);

        assertThat(window.requests()).isZero();
    }

    @Test
    void twoFailuresInAHundred_areTooMany_andOneIsNot() {
        assertThat(oneWayDown(99, 1).check()).isEmpty();
        assertThat(oneWayDown(98, 2).check()).extracting(Violation::rule).containsExactly(Rule.WAY_DOWN);
    }

    @Test
    void ofFewRequests_nothingIsSaid() {
        assertThat(oneWayDown(5, 5).check()).isEmpty();
    }

    private static Figures oneWayDown(int good, int bad) {
        Figures figures = new Figures();
        figures.oneWayDown = new Figures.Window(List.of(), good + bad, good, 0, 0);
        return figures;
    }

    private static Event asked(long request, long millis, Outcome outcome, String... slaves) {
        return new Event(100, millis, "sae-a", Op.ENC, List.of(slaves), request, 1, 256, "", "", 256, outcome, "");
    }
}
