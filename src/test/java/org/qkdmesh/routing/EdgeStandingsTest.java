package org.qkdmesh.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qkdmesh.routing.Meshes.both;
import static org.qkdmesh.routing.Meshes.mesh;
import static org.qkdmesh.routing.Meshes.node;
import static org.qkdmesh.routing.Meshes.path;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.RecordedEvents;

class EdgeStandingsTest {

    private static final Topology DIAMOND =
            mesh(both("a", "b", 1024), both("b", "d", 1024), both("a", "c", 1024), both("c", "d", 1024));
    private static final Edge AB = new Edge(node("a"), node("b"));

    private final ManualClock clock = new ManualClock();
    private final RecordedEvents events = new RecordedEvents();
    private final EdgeStandings standings = new EdgeStandings(clock, events);

    private NodePath planned() {
        return planned(DIAMOND, "d");
    }

    private NodePath planned(Topology mesh, String to) {
        return standings.trying(Set.of(), node("a"), node(to)).stream()
                .flatMap(without -> new ShortestPath().bestPath(mesh, node("a"), node(to), without).stream())
                .findFirst()
                .orElseThrow();
    }

    private void failOverB() {
        standings.failed(AB, path("a", "b", "d"), true, "b did not answer in time");
    }

    @Test
    void linkThatKeysDidNotArriveOver_isLeftOutForAWhile_andTheAlarmNamesIt() {
        assertThat(planned()).isEqualTo(path("a", "b", "d"));
        failOverB();
        assertThat(planned()).isEqualTo(path("a", "c", "d"));
        assertThat(events.alarms)
                .singleElement()
                .asString()
                .contains("link-avoided", "a -> b is left out of paths for 10 s", "b did not answer", "[a, b, d]");
        assertThat(standings.avoided()).containsExactly(new EdgeStandings.Avoided(AB, 1, 10_000));
        clock.advance(Duration.ofSeconds(10));
        assertThat(planned()).as("tried again").isEqualTo(path("a", "b", "d"));
        assertThat(planned()).as("by one request only").isEqualTo(path("a", "c", "d"));
    }

    @Test
    void trialThatFails_doublesTheTime_upToTenMinutes() {
        long seconds = 10;
        for (int failure = 1; failure <= 12; failure++) {
            failOverB();
            assertThat(standings.avoided().get(0).millisLeft()).isEqualTo(Math.min(600, seconds) * 1000);
            clock.advance(Duration.ofSeconds(Math.min(600, seconds)));
            assertThat(planned()).isEqualTo(path("a", "b", "d"));
            seconds *= 2;
        }
        assertThat(events.alarms).hasSize(12);
    }

    @Test
    void trialThatSucceeds_bringsTheLinkBack_andAnotherFailureSoonAfterCountsAsOneMore() {
        failOverB();
        clock.advance(Duration.ofSeconds(10));
        assertThat(planned()).isEqualTo(path("a", "b", "d"));
        standings.succeeded(path("a", "b", "d"));
        assertThat(planned()).isEqualTo(path("a", "b", "d"));
        assertThat(standings.avoided()).isEmpty();
        failOverB();
        assertThat(standings.avoided()).containsExactly(new EdgeStandings.Avoided(AB, 2, 20_000));
    }

    @Test
    void linkThatWasGoodForLong_beginsAnew() {
        failOverB();
        clock.advance(Duration.ofSeconds(10));
        planned();
        standings.succeeded(path("a", "b", "d"));
        clock.advance(Duration.ofSeconds(40));
        failOverB();
        assertThat(standings.avoided()).containsExactly(new EdgeStandings.Avoided(AB, 1, 10_000));
    }

    @Test
    void requestsThatWereUnderWay_changeNothingMore() {
        failOverB();
        failOverB();
        standings.succeeded(path("a", "b", "d"));
        assertThat(standings.avoided()).containsExactly(new EdgeStandings.Avoided(AB, 1, 10_000));
        assertThat(events.alarms).hasSize(1);
    }

    @Test
    void trialOfWhichNothingIsHeard_isFollowedByAnother() {
        failOverB();
        clock.advance(Duration.ofSeconds(10));
        planned();
        clock.advance(Duration.ofSeconds(5));
        assertThat(planned()).isEqualTo(path("a", "b", "d"));
    }

    @Test
    void linkWithoutWhichThereIsNoWay_isUsedAllTheSame() {
        Topology line = mesh(both("a", "b", 8), both("b", "d", 8));
        failOverB();
        assertThat(planned(line, "d")).isEqualTo(path("a", "b", "d"));
    }

    /** Whoever it was of the nodes between: another one takes the place of the second, where none does of the first. */
    @Test
    void wholePathThatFailed_isGoneAroundAsFarAsPossible() {
        Topology mesh =
                mesh(both("a", "b", 8), both("b", "c", 8), both("c", "e", 8), both("b", "d", 8), both("d", "e", 8));
        standings.failed(path("a", "b", "c", "e"), true, "a node of it changed keys");
        assertThat(planned(mesh, "e")).isEqualTo(path("a", "b", "d", "e"));
        assertThat(events.alarms).singleElement().asString().contains("a whole path", "[a, b, c, e]");
    }

    @Test
    void nodeThatCouldNotBeReached_isNoAlarm() {
        standings.failed(AB, path("a", "b", "d"), false, "b did not answer in time");
        assertThat(events.alarms).isEmpty();
        assertThat(planned()).isEqualTo(path("a", "c", "d"));
    }
}
