package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

class AnnouncementTest {

    private final ManualClock clock = new ManualClock();
    private final FakeKmes kmes = new FakeKmes(1);
    private final ReportedKinds ownerEvents = new ReportedKinds();
    private final ReportedKinds holderEvents = new ReportedKinds();
    private final LinkEnd owner = new LinkEnd(0, kmes, clock, ownerEvents);
    private final LinkEnd holder = new LinkEnd(1, kmes, clock, holderEvents);

    private LinkKeyAnnouncement announce() {
        LinkEnd.introduce(owner, holder);
        return owner.fetcher.fetch().get(0);
    }

    private KeyId firstId(LinkKeyAnnouncement announcement) {
        return announcement.keys().get(0).keyId();
    }

    @Test
    void answered_onlyWhatIsHeldEntersTheStock() {
        LinkKeyAnnouncement announcement = announce();
        assertThat(announcement.keys()).hasSize(2);
        KeyId other = announcement.keys().get(1).keyId();
        owner.outgoing.answered(
                announcement, Map.of(firstId(announcement), ClaimStatus.HELD, other, ClaimStatus.REFUSED));
        assertThat(owner.outgoing.availableBytes()).isEqualTo(128);
        assertThat(owner.outgoing.unconfirmedBytes()).isZero();
        assertThat(ownerEvents.alarms).containsExactly("refused-link-key");
    }

    @Test
    void answered_lateOrTwice_changesNothing() {
        LinkKeyAnnouncement announcement = announce();
        Map<KeyId, ClaimStatus> answer = holder.hear(announcement);
        owner.outgoing.answered(announcement, answer);
        int available = (int) owner.outgoing.availableBytes();
        owner.outgoing.take(available);
        owner.outgoing.answered(announcement, answer);
        owner.outgoing.unanswered(announcement);
        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(owner.outgoing.unconfirmedBytes()).isZero();
    }

    @Test
    void answered_withIdsThatWereNotAnnounced_ignoresThem() {
        LinkKeyAnnouncement announcement = announce();
        owner.outgoing.answered(announcement, Map.of(new KeyId(UUID.randomUUID()), ClaimStatus.HELD));
        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(owner.outgoing.unconfirmedBytes()).isEqualTo(256);
    }

    @Test
    void retry_isAnnouncedAgainUnderTheSameIdWithWhatIsOpen_andDroppedAfterThreeTries() {
        LinkKeyAnnouncement announcement = announce();
        KeyId held = firstId(announcement);
        owner.outgoing.answered(announcement, Map.of(held, ClaimStatus.HELD));
        for (int attempt = 2; attempt <= 3; attempt++) {
            assertThat(owner.outgoing.toAnnounceAgain(owner.pair)).isEmpty();
            clock.advance(Duration.ofSeconds(1));
            List<LinkKeyAnnouncement> again = owner.outgoing.toAnnounceAgain(owner.pair);
            assertThat(again).hasSize(1);
            assertThat(again.get(0).id()).isEqualTo(announcement.id());
            assertThat(again.get(0).keys()).containsExactly(announcement.keys().get(1));
            assertThat(owner.outgoing.toAnnounceAgain(owner.pair)).isEmpty();
            owner.outgoing.answered(again.get(0), Map.of());
        }
        assertThat(owner.outgoing.unconfirmedBytes()).isZero();
        assertThat(owner.outgoing.availableBytes()).isEqualTo(128);
        clock.advance(Duration.ofMinutes(1));
        assertThat(owner.outgoing.toAnnounceAgain(owner.pair)).isEmpty();
    }

    @Test
    void announcementWhoseAnswerWasLost_isRepeatedAndTheKeysAreHeldOnce() {
        LinkKeyAnnouncement announcement = announce();
        holder.hear(announcement);
        owner.outgoing.unanswered(announcement);
        clock.advance(Duration.ofSeconds(1));
        LinkKeyAnnouncement again = owner.outgoing.toAnnounceAgain(owner.pair).get(0);
        owner.outgoing.answered(again, holder.hear(again));
        assertThat(owner.outgoing.availableBytes()).isEqualTo(256);
        assertThat(holder.incoming.heldBytes()).isEqualTo(256);
        assertThat(kmes.claimSizes.get(1)).containsExactly(2);
        assertThat(holderEvents.alarms).isEmpty();
    }

    @Test
    void announcementThatNobodyEverReportsOn_countsAsLostAfterAWhile() {
        announce();
        clock.advance(Duration.ofSeconds(10));
        owner.link.expire();
        clock.advance(Duration.ofSeconds(1));
        assertThat(owner.outgoing.toAnnounceAgain(owner.pair)).hasSize(1);
    }

    @Test
    void unconfirmedKeys_expireLikeAllOthers() {
        LinkKeyAnnouncement announcement = announce();
        clock.advance(LinkEnd.LIMITS.life());
        owner.link.expire();
        assertThat(owner.outgoing.unconfirmedBytes()).isZero();
        owner.outgoing.answered(announcement, holder.hear(announcement));
        assertThat(owner.outgoing.availableBytes()).isZero();
    }

    @Test
    void announcement_repeatedWhileItIsBeingClaimed_isClaimedOnce() {
        LinkKeyAnnouncement announcement = announce();
        Claim.Wanted first = (Claim.Wanted) holder.incoming.announced(announcement);
        Claim.Wanted second = (Claim.Wanted) holder.incoming.announced(announcement);
        assertThat(second.keys()).isEmpty();
        assertThat(holder.claimer.claim(announcement, second)).containsOnlyKeys(ids(announcement));
        assertThat(holder.claimer.claim(announcement, second).values()).containsOnly(ClaimStatus.RETRY);
        assertThat(holder.claimer.claim(announcement, first).values()).containsOnly(ClaimStatus.HELD);
        assertThat(kmes.claimSizes.get(1)).containsExactly(2);
    }

    private static List<KeyId> ids(LinkKeyAnnouncement announcement) {
        return announcement.keys().stream()
                .map(LinkKeyAnnouncement.Entry::keyId)
                .toList();
    }

    @Test
    void announcement_ofIdsThatWereThereBefore_isRefusedWithAnAlarm() {
        LinkKeyAnnouncement announcement = announce();
        holder.hear(announcement);
        LinkKeyAnnouncement other = new LinkKeyAnnouncement(
                UUID.randomUUID(),
                announcement.pair(),
                Set.of(),
                announcement.senderEpoch(),
                announcement.receiverEpoch(),
                announcement.keys());
        assertThat(holder.hear(other).values()).containsOnly(ClaimStatus.REFUSED);
        assertThat(holderEvents.alarms).containsExactly("repeated-link-key");
    }

    @Test
    void announcement_ofIdsThatTheHolderFetchedItself_isRefused() {
        LinkKeyAnnouncement own = announce();
        LinkKeyAnnouncement mirrored = new LinkKeyAnnouncement(
                UUID.randomUUID(),
                own.pair().seenFromFarEnd(),
                Set.of(),
                own.receiverEpoch(),
                own.senderEpoch(),
                own.keys());
        assertThat(owner.hear(mirrored).values()).containsOnly(ClaimStatus.REFUSED);
    }

    @Test
    void announcement_afterTheKeyWasUsedOrDiscarded_isRefused() {
        LinkKeyAnnouncement announcement = announce();
        holder.hear(announcement);
        holder.incoming.discard(ids(announcement));
        assertThat(holder.hear(announcement).values()).containsOnly(ClaimStatus.REFUSED);
    }

    @Test
    void announcement_beyondTheCapacity_isRefusedAndNothingIsClaimed() {
        LinkEnd.introduce(owner, holder);
        long capacity = 4L * LinkEnd.LIMITS.capacityBytes();
        for (int i = 0; i < 200; i++) {
            owner.outgoing.take(2000);
            owner.fetcher.fetch().forEach(holder::hear);
            owner.link.expire();
            clock.advance(Duration.ofSeconds(4));
            assertThat(holder.incoming.heldBytes()).isLessThanOrEqualTo(capacity);
        }
        LinkKeyAnnouncement huge = new LinkKeyAnnouncement(
                UUID.randomUUID(),
                owner.pair,
                Set.of(),
                owner.link.ownEpoch(),
                holder.link.ownEpoch(),
                List.of(new LinkKeyAnnouncement.Entry(new KeyId(UUID.randomUUID()), (int) capacity + 1)));
        int claims = kmes.claimSizes.get(1).size();
        assertThat(holder.hear(huge).values()).containsOnly(ClaimStatus.REFUSED);
        assertThat(kmes.claimSizes.get(1)).hasSize(claims);
        assertThat(holderEvents.refused).contains("over-limit");
    }

    @Test
    void announcement_withAnEpochThatIsNotCurrent_isAnsweredWithTheOwnOne() {
        LinkKeyAnnouncement announcement = announce();
        LinkEnd restarted = new LinkEnd(1, kmes, clock, EventLog.silent());
        assertThat(restarted.incoming.announced(announcement))
                .isEqualTo(new Claim.EpochChanged(restarted.link.ownEpoch(), true));
        restarted.link.learnNeighbourEpoch(owner.link.ownEpoch());
        assertThat(restarted.incoming.announced(announcement))
                .isEqualTo(new Claim.EpochChanged(restarted.link.ownEpoch(), false));
    }

    @Test
    void newEpochOfTheNeighbour_erasesAllAndIgnoresAnswersFromBefore() {
        LinkKeyAnnouncement first = announce();
        owner.outgoing.answered(first, holder.hear(first));
        owner.outgoing.take(200);
        LinkKeyAnnouncement second = owner.fetcher.fetch().get(0);
        Map<KeyId, ClaimStatus> answer = holder.hear(second);
        owner.link.learnNeighbourEpoch(UUID.randomUUID());
        owner.outgoing.answered(second, answer);
        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(owner.outgoing.unconfirmedBytes()).isZero();
    }

    @Test
    void formerEpochFromALateAnswer_isPutRightByTheNext() {
        UUID former = UUID.randomUUID();
        LinkEnd.introduce(owner, holder);
        owner.fill(holder);
        owner.link.learnNeighbourEpoch(former);
        assertThat(owner.outgoing.availableBytes()).isZero();
        LinkEnd.introduce(owner, holder);
        owner.fill(holder);
        assertThat(owner.outgoing.availableBytes()).isPositive();
    }

    @Test
    void newEpochWhileKeysAreBeingClaimed_leavesNoneOfThem() {
        LinkKeyAnnouncement announcement = announce();
        Claim.Wanted plan = (Claim.Wanted) holder.incoming.announced(announcement);
        holder.link.learnNeighbourEpoch(UUID.randomUUID());
        assertThat(holder.claimer.claim(announcement, plan).values()).doesNotContain(ClaimStatus.HELD);
        assertThat(holder.incoming.heldBytes()).isZero();
    }

    @Test
    void allKeysDestroyedWhileSomeAreBeingClaimed_leavesNoneOfThem() {
        LinkKeyAnnouncement announcement = announce();
        Claim.Wanted plan = (Claim.Wanted) holder.incoming.announced(announcement);
        holder.link.renew(UUID.randomUUID());
        holder.link.learnNeighbourEpoch(announcement.senderEpoch());
        assertThat(holder.claimer.claim(announcement, plan).values()).doesNotContain(ClaimStatus.HELD);
        assertThat(holder.incoming.heldBytes()).isZero();
    }
}
