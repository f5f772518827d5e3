package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.RecordedEvents;
import org.qkdmesh.testing.ReportedKinds;

class ClaimLinkKeysTest {

    private final ManualClock clock = new ManualClock();
    private final FakeKmes kmes = new FakeKmes(1);
    private final ReportedKinds events = new ReportedKinds();
    private final LinkEnd holder = new LinkEnd(1, kmes, clock, events);
    private final UUID ownerEpoch = UUID.randomUUID();

    ClaimLinkKeysTest() {
        holder.link.learnNeighbourEpoch(ownerEpoch);
    }

    private List<LinkKeyAnnouncement.Entry> fetched(int number) {
        return kmes.end(0).encKeys(number, 256).stream()
                .map(key -> new LinkKeyAnnouncement.Entry(key.id(), key.bytes().lengthBytes()))
                .toList();
    }

    private static LinkKeyAnnouncement.Entry unknown() {
        return new LinkKeyAnnouncement.Entry(new KeyId(UUID.randomUUID()), 32);
    }

    private LinkKeyAnnouncement announcement(List<LinkKeyAnnouncement.Entry> keys) {
        return new LinkKeyAnnouncement(
                UUID.randomUUID(), holder.pair.seenFromFarEnd(), Set.of(), ownerEpoch, holder.link.ownEpoch(), keys);
    }

    @Test
    void claim_asksForAsManyAtOnceAsTheKmeAllows() {
        Map<KeyId, ClaimStatus> answer = holder.hear(announcement(fetched(120)));
        assertThat(answer).hasSize(120);
        assertThat(answer.values()).containsOnly(ClaimStatus.HELD);
        assertThat(kmes.claimSizes.get(1)).containsExactly(50, 50, 20);
        holder.hear(announcement(fetched(1)));
        assertThat(kmes.statusCalls).isEqualTo(1);
    }

    @Test
    void claim_withOneBadId_isHalvedUntilOnlyThatOneIsLeft() {
        List<LinkKeyAnnouncement.Entry> keys = new ArrayList<>(fetched(15));
        LinkKeyAnnouncement.Entry bad = unknown();
        keys.add(6, bad);
        Map<KeyId, ClaimStatus> answer = holder.hear(announcement(keys));
        assertThat(answer.remove(bad.keyId())).isEqualTo(ClaimStatus.RETRY);
        assertThat(answer).hasSize(15);
        assertThat(answer.values()).containsOnly(ClaimStatus.HELD);
        assertThat(kmes.claimSizes.get(1)).containsExactly(16, 8, 4, 4, 2, 2, 1, 1, 8);
    }

    @Test
    void idsWithoutEnd_thatTheKmeDoesNotKnow_costOneRequestForEachAnnouncement_untilOneIsKnownAgain() {
        List<LinkKeyAnnouncement.Entry> unknown =
                Stream.generate(ClaimLinkKeysTest::unknown).limit(300).toList();
        assertThat(holder.hear(announcement(unknown)).values()).containsOnly(ClaimStatus.RETRY);
        List<Integer> claims = kmes.claimSizes.get(1);
        for (int i = 0; i < 5; i++) {
            int before = claims.size();
            holder.hear(announcement(
                    Stream.generate(ClaimLinkKeysTest::unknown).limit(1024).toList()));
            assertThat(claims.subList(before, claims.size())).containsExactly(1);
        }
        int before = claims.size();
        assertThat(holder.hear(announcement(fetched(30))).values()).containsOnly(ClaimStatus.HELD);
        assertThat(claims.subList(before, claims.size())).containsExactly(1, 29);
    }

    @Test
    void claim_atAKmeThatIsDown_isRetriedLater() {
        LinkKeyAnnouncement announcement = announcement(fetched(3));
        kmes.down[1] = true;
        assertThat(holder.hear(announcement).values()).containsOnly(ClaimStatus.RETRY);
        kmes.down[1] = false;
        assertThat(holder.hear(announcement).values()).containsOnly(ClaimStatus.HELD);
        assertThat(events.alarms).isEmpty();
    }

    @Test
    void claim_atAKmeThatBreaksTheStandard_raisesAnAlarm() {
        LinkKeyAnnouncement announcement = announcement(fetched(3));
        kmes.breaksTheStandard = true;
        assertThat(holder.hear(announcement).values()).doesNotContain(ClaimStatus.HELD);
        assertThat(events.alarms).containsExactly("kme-failed");
    }

    @Test
    void claim_ofAKeyOfAnotherLength_isRefusedWithAnAlarm() {
        LinkKeyAnnouncement.Entry entry = fetched(1).get(0);
        LinkKeyAnnouncement announcement = announcement(List.of(new LinkKeyAnnouncement.Entry(entry.keyId(), 33)));
        assertThat(holder.hear(announcement)).containsExactly(Map.entry(entry.keyId(), ClaimStatus.REFUSED));
        assertThat(holder.incoming.heldBytes()).isZero();
        assertThat(events.alarms).containsExactly("odd-link-key");
    }

    @Test
    void claim_thatTakesTooLong_isBrokenOffAndTheRestRetried() {
        KmeClient slow = new KmeClient() {
            @Override
            public Status status() {
                return new Status(64, 1024, 1, 1);
            }

            @Override
            public List<SessionKey> encKeys(int number, int sizeBits) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<SessionKey> decKeys(List<KeyId> ids) {
                clock.advance(Duration.ofSeconds(1));
                return ids.stream()
                        .map(id -> new SessionKey(id, SecretBytes.owning(new byte[32])))
                        .toList();
            }
        };
        LinkKeyAnnouncement announcement = announcement(List.of(unknown(), unknown(), unknown(), unknown()));
        Claim.Wanted plan = (Claim.Wanted) holder.incoming.announced(announcement);
        assertThat(new ClaimLinkKeys(holder.link, holder.pair, slow, EventLog.silent())
                        .claim(announcement, plan)
                        .values())
                .containsExactly(ClaimStatus.HELD, ClaimStatus.HELD, ClaimStatus.RETRY, ClaimStatus.RETRY);
    }

    @Test
    void claim_thatEndsInAProgrammingError_leavesNothingUnderWay() {
        KmeClient faulty = new KmeClient() {
            @Override
            public Status status() {
                throw new IllegalStateException("a bug");
            }

            @Override
            public List<SessionKey> encKeys(int number, int sizeBits) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<SessionKey> decKeys(List<KeyId> ids) {
                throw new UnsupportedOperationException();
            }
        };
        LinkKeyAnnouncement announcement = announcement(fetched(2));
        Claim.Wanted plan = (Claim.Wanted) holder.incoming.announced(announcement);
        ClaimLinkKeys claimer = new ClaimLinkKeys(holder.link, holder.pair, faulty, EventLog.silent());
        assertThatThrownBy(() -> claimer.claim(announcement, plan)).isInstanceOf(IllegalStateException.class);
        assertThat(holder.hear(announcement).values()).containsOnly(ClaimStatus.HELD);
    }

    @Test
    void comparisons_aboveTheirRate_areRefused_andCountedAgainstTheNeighbour() {
        RecordedEvents events = new RecordedEvents();
        ClaimLinkKeys claimer = new ClaimLinkKeys(holder.link, holder.pair, null, events);
        for (int i = 0; i < 40; i++) {
            assertThat(claimer.mayCompare()).isTrue();
        }
        assertThat(claimer.mayCompare()).isFalse();
        assertThat(events.refusedOf).containsExactly(holder.link.neighbour() + ": too_often");
        clock.advance(Duration.ofSeconds(1));
        assertThat(claimer.mayCompare()).isTrue();
        assertThat(claimer.mayCompare()).isFalse();
    }
}
