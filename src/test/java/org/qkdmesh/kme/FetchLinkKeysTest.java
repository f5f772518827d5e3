package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

class FetchLinkKeysTest {

    private static final int FLOOR = LinkEnd.LIMITS.floorBytes();
    private static final int CAPACITY = LinkEnd.LIMITS.capacityBytes();

    private final ManualClock clock = new ManualClock();
    private final FakeKmes kmes = new FakeKmes(1);
    private final ReportedKinds events = new ReportedKinds();
    private final LinkEnd owner = new LinkEnd(0, kmes, clock, events);
    private final LinkEnd holder = new LinkEnd(1, kmes, clock, EventLog.silent());

    private void introduce() {
        LinkEnd.introduce(owner, holder);
    }

    @Test
    void fetch_beforeTheNeighboursEpochIsKnown_asksNobody() {
        assertThat(owner.fetcher.fetch()).isEmpty();
        assertThat(kmes.statusCalls).isZero();
    }

    @Test
    void keysThatWereAskedForInAnEarlierEpoch_areNotKept() {
        introduce();
        kmes.meanwhile = () -> {
            owner.link.renew(UUID.randomUUID());
            owner.link.learnNeighbourEpoch(holder.link.ownEpoch());
            kmes.meanwhile = () -> {};
            kmes.keysLeft = 0;
        };
        assertThat(owner.fetcher.fetch()).isEmpty();
        assertThat(owner.outgoing.unconfirmedBytes()).isZero();
    }

    @Test
    void fetch_onAnIdleLink_fillsToTheFloorWithTheLargestKeys() {
        introduce();
        owner.fill(holder);
        assertThat(kmes.fetches).containsExactly(FLOOR / 128 + "x1024");
        assertThat(owner.outgoing.availableBytes()).isEqualTo(FLOOR);
        owner.fill(holder);
        assertThat(kmes.fetches).hasSize(1);
    }

    @Test
    void fetch_aboveTheLowMark_waits_andBelowItGoesUpToTheHighMark() {
        introduce();
        owner.fill(holder);
        owner.outgoing.take(FLOOR / 2);
        owner.fill(holder);
        assertThat(kmes.fetches).hasSize(1);
        owner.outgoing.take(1);
        owner.fill(holder);
        assertThat(owner.outgoing.availableBytes()).isBetween((long) FLOOR, FLOOR + 127L);
    }

    @Test
    void fetch_followsTheDemandOfTheLastMinute_andNoLonger() {
        introduce();
        for (int i = 0; i < 20; i++) {
            owner.outgoing.take(100);
            owner.fill(holder);
        }
        assertThat(owner.outgoing.availableBytes()).isGreaterThan(4L * FLOOR);
        clock.advance(Duration.ofSeconds(61));
        owner.outgoing.take((int) owner.outgoing.availableBytes());
        clock.advance(Duration.ofSeconds(61));
        owner.fill(holder);
        assertThat(owner.outgoing.availableBytes()).isEqualTo(FLOOR);
    }

    @Test
    void fetch_afterARequestThatFoundTooLittle_getsEnoughForIt() {
        introduce();
        owner.fill(holder);
        assertThat(owner.outgoing.take(CAPACITY)).isEmpty();
        owner.fill(holder);
        assertThat(owner.outgoing.take(CAPACITY)).isPresent();
    }

    @Test
    void fetch_neverGoesBeyondTheCapacity() {
        introduce();
        for (int i = 0; i < 100; i++) {
            owner.outgoing.take(CAPACITY);
            owner.fill(holder);
            assertThat(owner.outgoing.availableBytes() + owner.outgoing.unconfirmedBytes())
                    .isLessThan(CAPACITY + 128L);
        }
    }

    @Test
    void fetch_beyondWhatTheKmeGivesAtOnce_asksAgain() {
        kmes.status = new KmeClient.Status(64, 256, 3, 1000);
        introduce();
        owner.fill(holder);
        assertThat(kmes.fetches).containsExactly("3x256", "3x256", "2x256");
    }

    @Test
    void fetch_ofLessThanTheSmallestKey_takesTheSmallestKey() {
        kmes.status = new KmeClient.Status(4096, 1 << 20, 3, 1000);
        introduce();
        owner.fill(holder);
        assertThat(kmes.fetches).containsExactly("1x4096");
    }

    @Test
    void fetch_fromAKmeWithAStatusThatMakesNoSense_asksForNothing() {
        kmes.status = new KmeClient.Status(2048, 1024, 3, 1000);
        introduce();
        assertThat(owner.fetcher.fetch()).isEmpty();
        assertThat(kmes.fetches).isEmpty();
        assertThat(owner.fetcher.isWell()).isFalse();
        assertThat(events.alarms).containsExactly("kme-failed");
    }

    @Test
    void fetch_fromAKmeThatHasTooFew_asksForHalfAsMuchNextTime() {
        kmes.keysLeft = 1;
        introduce();
        while (kmes.fetches.size() < 4) {
            owner.fill(holder);
            clock.advance(Duration.ofMillis(500));
        }
        assertThat(kmes.fetches.subList(0, 2)).containsExactly("2x1024", "1x1024");
        assertThat(owner.outgoing.availableBytes()).isEqualTo(128);
        assertThat(events.alarms).isEmpty();
    }

    @Test
    void fetch_fromAKmeThatHasFewOfTheManyWanted_getsThemSoon() {
        kmes.status = new KmeClient.Status(64, 1024, 4, 1000);
        kmes.keysLeft = 1;
        introduce();
        owner.outgoing.take(CAPACITY);
        for (int i = 0; i < 4; i++) {
            owner.fill(holder);
            clock.advance(Duration.ofMillis(250));
        }
        assertThat(kmes.fetches).startsWith("4x1024", "2x1024", "1x1024");
        assertThat(owner.outgoing.availableBytes()).isEqualTo(128);
    }

    @Test
    void fetch_fromAKmeThatWasEmptyForLong_soonAsksForAsMuchAsBefore() {
        introduce();
        kmes.keysLeft = 0;
        for (int i = 0; i < 30; i++) {
            owner.fill(holder);
            clock.advance(Duration.ofSeconds(2));
        }
        assertThat(kmes.fetches).endsWith("1x64");
        kmes.keysLeft = Integer.MAX_VALUE;
        owner.fill(holder);
        assertThat(owner.outgoing.availableBytes()).isGreaterThanOrEqualTo(FLOOR);
    }

    @Test
    void fetch_fromAKmeThatIsDown_isTriedLessAndLessOften_andGoesOnWhenItIsBack() {
        introduce();
        kmes.down[0] = true;
        for (int i = 0; i < 600; i++) {
            owner.fill(holder);
            clock.advance(Duration.ofMillis(100));
        }
        assertThat(kmes.statusCalls).isBetween(25, 40);
        assertThat(events.alarms).containsExactly("kme-failed");
        assertThat(owner.fetcher.isWell()).isFalse();
        kmes.down[0] = false;
        for (int i = 0; i < 120; i++) {
            owner.fill(holder);
            clock.advance(Duration.ofMillis(100));
        }
        assertThat(owner.outgoing.availableBytes()).isGreaterThanOrEqualTo(FLOOR);
        assertThat(owner.fetcher.isWell()).isTrue();
        assertThat(events.noted).contains("kme-back");
    }

    @Test
    void fetch_whenTheNeighbourNeverAnswers_doesNotBurnKeys() {
        introduce();
        for (int i = 0; i < 600; i++) {
            owner.fetcher.fetch().forEach(owner.outgoing::unanswered);
            clock.advance(Duration.ofMillis(100));
        }
        assertThat(kmes.fetches).hasSizeLessThan(12);
        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(events.noted).contains("unconfirmed-link-key");
    }

    @Test
    void fetched_withAnIdThatWasThereBefore_ignoresItAndRaisesAnAlarm() {
        kmes.repeatsIds = true;
        introduce();
        for (int i = 0; i < 10; i++) {
            owner.outgoing.take(100);
            owner.fill(holder);
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(events.alarms).contains("repeated-link-key");
    }

    @Test
    void bytesToFetch_withTwoPairs_sharesThem_andWhenOneRestsTheOtherDoesAll() {
        KmePair one = new KmePair(new KmeId("kme-a1"), new KmeId("kme-b1"));
        KmePair two = new KmePair(new KmeId("kme-a2"), new KmeId("kme-b2"));
        LinkKeys link = new LinkKeys(
                new NodeId("tn-2"),
                UUID.randomUUID(),
                List.of(one, two),
                Combine.ANY,
                LinkEnd.LIMITS,
                clock,
                EventLog.silent(),
                () -> {});
        link.learnNeighbourEpoch(UUID.randomUUID());
        assertThat(List.of(link.outgoing().bytesToFetch(one), link.outgoing().bytesToFetch(two)))
                .containsExactly(FLOOR / 2L, FLOOR / 2L);
        link.outgoing().fetchFailed(one);
        assertThat(List.of(link.outgoing().bytesToFetch(one), link.outgoing().bytesToFetch(two)))
                .containsExactly(0L, (long) FLOOR);
        clock.advance(Duration.ofSeconds(1));
        assertThat(link.outgoing().bytesToFetch(one)).isEqualTo(FLOOR / 2L);
    }

    @Test
    void pairThatFailsAgainAndAgain_isAskedEveryTwoSeconds() {
        introduce();
        failOften();
        assertThat(owner.outgoing.bytesToFetch(owner.pair)).isZero();
        clock.advance(Duration.ofSeconds(2));
        assertThat(owner.outgoing.bytesToFetch(owner.pair)).isEqualTo(FLOOR);
    }

    @Test
    void pairThatFailedWhileTheNeighbourWasAway_isAskedAtOnce_whenTheNeighbourIsBack() {
        introduce();
        leaveUnanswered();
        owner.link.neighbourIsBack();
        assertThat(owner.outgoing.bytesToFetch(owner.pair)).isPositive();

        leaveUnanswered();
        owner.link.learnNeighbourEpoch(UUID.randomUUID());
        assertThat(owner.outgoing.bytesToFetch(owner.pair)).isEqualTo(FLOOR);
    }

    private void leaveUnanswered() {
        for (int i = 0; i < 100; i++) {
            owner.fetcher.fetch().forEach(owner.outgoing::unanswered);
            clock.advance(Duration.ofMillis(100));
        }
        while (owner.outgoing.bytesToFetch(owner.pair) > 0) {
            owner.fetcher.fetch().forEach(owner.outgoing::unanswered);
        }
    }

    private void failOften() {
        for (int i = 0; i < 10; i++) {
            owner.outgoing.fetchFailed(owner.pair);
        }
    }
}
