package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.routing.ShortestPath;

/** From n0 to n4 of a ring of five there is the direct link, and the way round over n1, n2, n3. */
class RelayKeysTest {

    private static final NodeId N0 = RelayMesh.id(0);
    private static final NodeId N4 = RelayMesh.id(4);
    private static final NodePath DIRECT = NodePath.of(N0, N4);
    private static final NodePath ROUND = NodePath.of(N0, RelayMesh.id(1), RelayMesh.id(2), RelayMesh.id(3), N4);

    private static final List<Destination> TO_N4 = List.of(Destination.of(N4, RelayMesh.PAIR));

    private final RelayMesh mesh = RelayMesh.ring(5).filled(500);
    private final RelayKeys relayKeys = mesh.first().relayKeys;
    private final List<NodePath> tried = new ArrayList<>();

    private RelayRequest open() {
        return relayKeys.open(TO_N4, 1, 16);
    }

    /** Serves the request with these answers, or by really sending where there is none. */
    private void serve(RelayRequest request, Function<NodePath, HopAnswer> answers) {
        serve(request, answers, Duration.ZERO);
    }

    /** As above, when each answer takes so long. */
    private void serve(RelayRequest request, Function<NodePath, HopAnswer> answers, Duration each) {
        while (request.isOpen()) {
            relayKeys.plan(request, new ShortestPath());
            if (!request.isOpen()) {
                return;
            }
            if (!relayKeys.begin(request)) {
                relayKeys.giveUp(request);
                continue;
            }
            if (request.isUnderWay()) {
                NodePath path = request.planned().get(0);
                tried.add(path);
                HopAnswer answer = answers.apply(path);
                HopSends sends = request.branches().get(0).sends();
                sends.begun(mesh.clock.monotonicMicros());
                sends.answered(answer != null ? answer : mesh.send(N0, message(request)));
                mesh.clock.advance(each);
                sends.ended(mesh.clock.monotonicMicros(), HopTimes.NONE);
                relayKeys.decide(request);
            }
        }
    }

    private static HopMessage message(RelayRequest request) {
        return request.branches().get(0).message();
    }

    private static HopAnswer refused(RefusalReason reason, Edge edge) {
        return new HopAnswer.Refused(HopRefusal.of(reason, "test").at(edge));
    }

    @Test
    void request_takesTheShortestPath() {
        RelayRequest request = open();
        serve(request, path -> null);
        assertThat(request.keys()).isPresent();
        assertThat(tried).containsExactly(DIRECT);
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
    }

    @Test
    void request_afterARefusal_takesTheNextBestPath() {
        RelayRequest request = open();
        serve(request, path -> path.equals(DIRECT) ? refused(RefusalReason.BUSY, DIRECT.hopFrom(0)) : null);
        assertThat(request.keys()).isPresent();
        assertThat(tried).containsExactly(DIRECT, ROUND);
        assertThat(mesh.node(4).storedKey(request.keys().orElseThrow().get(0).id()))
                .isPresent();
    }

    @Test
    void request_whenEveryPathFails_failsWithTheLastReason() {
        RelayRequest request = open();
        serve(request, path -> refused(RefusalReason.KEY_LIMIT, path.hopFrom(path.hops() - 1)));
        assertThat(request.keys()).isEmpty();
        assertThat(request.failure().reason()).isEqualTo(RefusalReason.KEY_LIMIT);
        assertThat(tried).containsExactly(DIRECT, ROUND);
        assertThat(mesh.first().records()).isZero();
    }

    @Test
    void request_afterWhatFreshLinkKeysMayMend_triesTheSamePathOnceMore() {
        for (RefusalReason reason :
                List.of(RefusalReason.TAG_MISMATCH, RefusalReason.UNKNOWN_LINK_KEY, RefusalReason.LINK_EPOCH_CHANGED)) {
            mesh.fill(N0, N4, 500);
            mesh.fill(N0, N4, 500);
            tried.clear();
            RelayRequest request = open();
            serve(request, path -> refused(reason, path.hopFrom(path.hops() - 1)));
            assertThat(tried).as(reason.wireName()).containsExactly(DIRECT, DIRECT, ROUND, ROUND);
        }
    }

    @Test
    void request_hasFreshIdsAndLinkKeysInEveryAttempt() {
        RelayRequest request = open();
        List<HopMessage> messages = new ArrayList<>();
        serve(request, path -> {
            messages.add(message(request));
            return refused(RefusalReason.BUSY, path.hopFrom(0));
        });
        assertThat(messages).hasSize(2);
        assertThat(messages.get(0).relayId()).isNotEqualTo(messages.get(1).relayId());
        assertThat(messages.get(0).keyIds())
                .doesNotContainAnyElementsOf(messages.get(1).keyIds());
        assertThat(request.attempts()).isEqualTo(2);
    }

    @Test
    void request_whenTheOwnLinkIsShort_goesAnotherWayAndSaysSo() {
        RelayRequest request = relayKeys.open(TO_N4, 1, 100);
        assertThat(mesh.link(N0, N4).outgoing().take(450)).isPresent();
        serve(request, path -> null);
        assertThat(tried).containsExactly(ROUND);
        assertThat(request.keys()).isPresent();
        assertThat(mesh.first().failedLinks).containsExactly(DIRECT.hopFrom(0));
    }

    @Test
    void request_largerThanTheLinkCanEverHold_isNotTriedThere() {
        RelayRequest request = relayKeys.open(TO_N4, 1000, 128);
        serve(request, path -> null);
        assertThat(tried).isEmpty();
        assertThat(request.failure().reason()).isEqualTo(RefusalReason.INSUFFICIENT_KEY_MATERIAL);
    }

    @Test
    void request_withNoPath_fails() {
        mesh.edges.remove(new Edge(N0, N4));
        mesh.edges.remove(new Edge(N0, RelayMesh.id(1)));
        RelayRequest request = open();
        serve(request, path -> null);
        assertThat(request.failure().reason()).isEqualTo(RefusalReason.NO_KNOWN_ROUTE);
        assertThat(request.attempts()).isZero();
    }

    // Time.

    @Test
    void plan_sharesTheTimeAmongThePathsThatAreLeft() {
        long start = mesh.clock.monotonicMillis();
        RelayRequest request = open();
        relayKeys.plan(request, new ShortestPath());
        assertThat(request.attemptDeadline()).isEqualTo(start + 2_500);
        relayKeys.begin(request);
        mesh.clock.advance(Duration.ofMillis(1_000));
        request.branches().get(0).sends().answered(refused(RefusalReason.BUSY, DIRECT.hopFrom(0)));
        relayKeys.decide(request);
        relayKeys.plan(request, new ShortestPath());
        assertThat(request.attemptDeadline()).isEqualTo(start + 5_000);
    }

    @Test
    void plan_givesAnAttemptNoLessThanTheLeastAndBeginsNoneWithLess() {
        RelayRequest request = open();
        mesh.clock.advance(Duration.ofMillis(4_600));
        relayKeys.plan(request, new ShortestPath());
        assertThat(request.attemptDeadline()).isEqualTo(mesh.clock.monotonicMillis() + 300);
        mesh.clock.advance(Duration.ofMillis(101));
        relayKeys.plan(request, new ShortestPath());
        assertThat(request.isOpen()).isFalse();
        assertThat(request.keys()).isEmpty();
    }

    @Test
    void path_overWhichKeysTookLongerThanASecond_isLeftOutForAWhile_andTriedAgain() {
        RelayRequest slow = open();
        serve(slow, path -> null, Duration.ofMillis(1_000));
        assertThat(slow.keys()).isPresent();
        assertThat(mesh.first().events.noted)
                .contains("link-avoided: a whole path is left out of paths for 10 s, then tried again: "
                        + "keys took 1000 ms over it; path: [n0, n4]");

        serve(open(), path -> null);
        mesh.clock.advance(Duration.ofSeconds(10));
        serve(open(), path -> null);

        assertThat(tried).containsExactly(DIRECT, ROUND, DIRECT);
    }

    @Test
    void path_overWhichKeysTookUpToASecond_isTakenAgain() {
        serve(open(), path -> null, Duration.ofMillis(999));
        serve(open(), path -> null);
        assertThat(tried).containsExactly(DIRECT, DIRECT);
    }

    @Test
    void leastAttempt_growsWithTheHops() {
        assertThat(RelayLimits.leastAttemptMillis(1)).isEqualTo(300);
        assertThat(RelayLimits.leastAttemptMillis(6)).isEqualTo(300);
        assertThat(RelayLimits.leastAttemptMillis(7)).isEqualTo(350);
        assertThat(RelayLimits.leastAttemptMillis(64)).isEqualTo(3_200);
    }

    @Test
    void close_erasesKeysThatWereNotHandedOn() {
        RelayRequest request = open();
        serve(request, path -> null);
        request.close();
        assertThat(request.keys().orElseThrow().get(0).bytes().isErased()).isTrue();
    }
}
