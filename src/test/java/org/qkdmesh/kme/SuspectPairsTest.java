package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

/** A link of two KME pairs, one of which gives other keys than the far end, or none. */
class SuspectPairsTest {

    private static final int KEY_BYTES = 8;
    private static final KmePair GOOD = new KmePair(new KmeId("good-0"), new KmeId("good-1"));
    private static final KmePair ODD = new KmePair(new KmeId("odd-0"), new KmeId("odd-1"));

    private final ManualClock clock = new ManualClock();
    private final ReportedKinds alarms = new ReportedKinds();
    private final Map<KeyId, KmePair> origins = new HashMap<>();
    private final LinkKeys link = new LinkKeys(
            new NodeId("tn-1"),
            UUID.randomUUID(),
            List.of(GOOD, ODD),
            Combine.ANY,
            new LinkKeyLimits(1 << 13, 1 << 13, Duration.ofMinutes(10)),
            clock,
            alarms,
            () -> {});

    @BeforeEach
    void meet() {
        link.learnNeighbourEpoch(UUID.randomUUID());
    }

    @Test
    void messageOfTwoPairs_thatCanNotBeRead_isFollowedByOnesOfOnePairEach_untilTheOddOneIsFound() {
        for (int i = 0; i < 10; i++) {
            give(GOOD);
            give(ODD);
        }
        assertThat(send()).containsExactlyInAnyOrder(GOOD, ODD);
        assertThat(List.of(link.outgoing().bytesToFetch(GOOD), link.outgoing().bytesToFetch(ODD)))
                .as("none rests for what another may have done")
                .allMatch(bytes -> bytes > 0);

        List<Set<KmePair>> next = List.of(send(), send());
        assertThat(next).containsExactlyInAnyOrder(Set.of(GOOD), Set.of(ODD));

        assertThat(link.outgoing().bytesToFetch(ODD)).isZero();
        assertThat(link.outgoing().bytesToFetch(GOOD)).isPositive();
        assertThat(trouble(ODD)).contains("gives other keys");
        assertThat(trouble(GOOD)).isNull();
        for (int i = 0; i < 3; i++) {
            assertThat(send()).containsExactly(GOOD);
        }
    }

    @Test
    void keysOfAPairThatDiffered_areUsedWhenThereAreNoOthers_andLikeAllAfterAWhile() {
        give(ODD);
        give(ODD);
        send();
        give(GOOD);
        give(ODD);
        give(ODD);
        assertThat(send()).as("what is left does not suffice without it").contains(ODD);
        clock.advance(Duration.ofSeconds(31));
        assertThat(trouble(ODD)).isNull();
    }

    @Test
    void pairThatDifferedOften_isAskedAgainFourSecondsAfterTheLastOfItsKeys() {
        for (int i = 0; i < 20; i++) {
            give(ODD);
            give(ODD);
            assertThat(send()).containsExactly(ODD);
        }
        assertThat(link.outgoing().bytesToFetch(ODD)).isZero();
        clock.advance(Duration.ofSeconds(4));
        assertThat(link.outgoing().bytesToFetch(ODD)).isPositive();
    }

    @Test
    void pairThatBothEndsLeaveToTheOther_isSaidToBeFetchedByNobody_onceAndWithWhatToDo() {
        link.use(List.of(GOOD, ODD), List.of(ODD));
        clock.advance(Duration.ofSeconds(14));
        link.expire();
        assertThat(trouble(ODD)).isNull();
        clock.advance(Duration.ofSeconds(2));
        link.expire();
        link.expire();
        assertThat(trouble(ODD)).contains("masters: remote", "let one of the two say local");
        assertThat(trouble(GOOD)).isNull();
        assertThat(alarms.alarms).containsExactly("nobody-fetches");

        link.use(List.of(GOOD, ODD), List.of());
        link.expire();
        assertThat(trouble(ODD)).isNull();
    }

    /** Sends a message of two keys, which can not be read when one of them is odd; returns where they came from. */
    private Set<KmePair> send() {
        List<KeyId> ids = link.outgoing().take(2 * KEY_BYTES).orElseThrow().ranges().stream()
                .map(KeyRange::keyId)
                .toList();
        Set<KmePair> from = ids.stream().map(origins::get).collect(Collectors.toSet());
        if (from.contains(ODD)) {
            link.outgoing().differed(ids);
        }
        return from;
    }

    private void give(KmePair pair) {
        KeyId id = new KeyId(UUID.randomUUID());
        origins.put(id, pair);
        List<SessionKey> keys = new ArrayList<>();
        keys.add(new SessionKey(id, SecretBytes.owning(new byte[KEY_BYTES])));
        LinkKeyAnnouncement announcement =
                link.outgoing().fetched(pair, link.ownEpoch(), keys).orElseThrow();
        link.outgoing().answered(announcement, Map.of(id, ClaimStatus.HELD));
    }

    private String trouble(KmePair pair) {
        return link.state().pairs().stream()
                .filter(state -> state.kmes().equals(pair))
                .findFirst()
                .flatMap(LinkState.Pair::trouble)
                .orElse(null);
    }
}
