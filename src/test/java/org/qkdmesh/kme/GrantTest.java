package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.testing.ManualClock;

/** A link of which only one end can fetch keys: the other lives on what it is granted. */
class GrantTest {

    private final ManualClock clock = new ManualClock();
    private final FakeKmes kmes = new FakeKmes(1);
    private final LinkEnd giver = new LinkEnd(0, kmes, clock, EventLog.silent());
    private final LinkEnd asker = new LinkEnd(1, kmes, clock, EventLog.silent());

    @BeforeEach
    void connect() {
        LinkEnd.introduce(giver, asker);
        asker.leaveFetchingToTheFarEnd();
        giver.fill(asker);
    }

    private GrantRequest ask() {
        return asker.grants.nextRequest().orElseThrow();
    }

    private Grant give(GrantRequest request) {
        return giver.grants.grant(request).orElseThrow();
    }

    @Test
    void endThatFetchesNothing_livesOnGrants_andWhatItSendsTheOtherEndReads() {
        assertThat(asker.fetcher.fetch()).isEmpty();
        assertThat(kmes.fetches).hasSize(1);
        GrantRequest request = ask();
        asker.grants.granted(request, give(request));
        LinkBytes taken = asker.outgoing.take(100).orElseThrow();
        assertThat(((Redemption.Bytes) giver.incoming.redeem(taken.ranges())).bytes())
                .isEqualTo(taken.bytes());
    }

    @Test
    void grant_halvesWhatIsThere() {
        Grant grant = give(ask());
        assertThat(grant.keys()).hasSize(1);
        assertThat(giver.outgoing.availableBytes()).isEqualTo(128);
        assertThat(giver.link.state().given()).isEqualTo(new LinkState.Grants(1, 1024));
    }

    @Test
    void keyThatWasGranted_isNeverTakenByTheOwner() {
        List<KeyId> granted = give(ask()).keys();
        clock.advance(Duration.ofSeconds(3));
        while (giver.outgoing.availableBytes() > 0) {
            assertThat(giver.outgoing
                            .take((int) Math.min(64, giver.outgoing.availableBytes()))
                            .orElseThrow()
                            .ranges())
                    .extracting(KeyRange::keyId)
                    .doesNotContainAnyElementsOf(granted);
        }
    }

    @Test
    void keyOfWhichAByteWasUsed_isNotGranted() {
        clock.advance(Duration.ofSeconds(1));
        KeyId used = giver.outgoing.take(1).orElseThrow().ranges().get(0).keyId();
        assertThat(give(ask()).keys()).doesNotContain(used);
    }

    @Test
    void requestWhoseAnswerWasLost_isRepeatedUnderItsId_andMovesNothingMore() {
        GrantRequest request = ask();
        Grant first = give(request);
        assertThat(asker.grants.nextRequest()).isEmpty();
        asker.grants.unanswered(request);
        clock.advance(Duration.ofSeconds(1));
        giver.fill(asker);
        GrantRequest again = ask();
        assertThat(again).isEqualTo(request);
        assertThat(give(again)).isEqualTo(first);
        asker.grants.granted(again, first);
        assertThat(asker.outgoing.availableBytes()).isEqualTo(128);
        assertThat(giver.link.state().given().count()).isEqualTo(1);
    }

    @Test
    void answerThatComesTwice_orLate_changesNothing() {
        GrantRequest request = ask();
        Grant grant = give(request);
        asker.grants.granted(request, grant);
        LinkBytes all = asker.outgoing.take(128).orElseThrow();
        asker.grants.granted(request, grant);
        assertThat(asker.outgoing.availableBytes()).isZero();
        assertThat(giver.incoming.redeem(all.ranges())).isInstanceOf(Redemption.Bytes.class);
        assertThat(giver.incoming.redeem(all.ranges())).isNotInstanceOf(Redemption.Bytes.class);
    }

    @Test
    void grantedKey_isNotGrantedBack_andNotTakenBack() {
        GrantRequest request = ask();
        Grant grant = give(request);
        asker.grants.granted(request, grant);
        GrantRequest mirrored = new GrantRequest(
                UUID.randomUUID(), Optional.empty(), request.receiverEpoch(), request.senderEpoch(), 1000, 0);
        assertThat(asker.grants.grant(mirrored).orElseThrow().keys()).isEmpty();

        giver.leaveFetchingToTheFarEnd();
        GrantRequest own = giver.grants.nextRequest().orElseThrow();
        giver.grants.granted(own, grant);
        assertThat(giver.outgoing.availableBytes()).isEqualTo(128);
        assertThat(giver.link.state().taken().count()).isZero();
    }

    @Test
    void answerThatNamesKeysOfWhichTheOwnerUsedAByte_bringsNoneOfThem() {
        LinkBytes used = giver.outgoing.take(8).orElseThrow();
        asker.incoming.redeem(used.ranges());
        GrantRequest request = ask();
        asker.grants.granted(request, new Grant(List.of(used.ranges().get(0).keyId()), 10_000));
        assertThat(asker.outgoing.availableBytes()).isZero();
    }

    @Test
    void answerThatNamesUnknownKeys_bringsNothing() {
        GrantRequest request = ask();
        asker.grants.granted(request, new Grant(List.of(new KeyId(UUID.randomUUID())), 10_000));
        assertThat(asker.outgoing.availableBytes()).isZero();
    }

    @Test
    void requestOfAnotherEpoch_getsNothing() {
        GrantRequest request = ask();
        giver.link.learnNeighbourEpoch(UUID.randomUUID());
        assertThat(giver.grants.grant(request)).isEmpty();
        LinkEnd restarted = new LinkEnd(0, kmes, clock, EventLog.silent());
        restarted.link.learnNeighbourEpoch(request.senderEpoch());
        assertThat(restarted.grants.grant(request)).isEmpty();
    }

    @Test
    void answerAfterTheNeighboursEpochChanged_bringsNothing() {
        GrantRequest request = ask();
        Grant grant = give(request);
        asker.link.learnNeighbourEpoch(UUID.randomUUID());
        asker.grants.granted(request, grant);
        assertThat(asker.outgoing.availableBytes()).isZero();
    }

    @Test
    void grantedKeys_areNotUsedAfterTheOwnerWouldHaveStopped_andOutliveThatAtTheOwner() {
        GrantRequest request = ask();
        Grant grant = give(request);
        clock.advance(Duration.ofSeconds(5));
        asker.grants.granted(request, grant);
        clock.advance(LinkEnd.LIMITS.life().minusSeconds(6));
        LinkBytes last = asker.outgoing.take(100).orElseThrow();
        clock.advance(Duration.ofSeconds(1));
        assertThat(asker.outgoing.take(10)).isEmpty();
        assertThat(giver.incoming.redeem(last.ranges())).isInstanceOf(Redemption.Bytes.class);
    }

    @Test
    void askerAfterAnEmptyAnswer_waitsALittle_andGivesUpOnARequestThatNobodyAnswers() {
        GrantRequest request = ask();
        asker.grants.granted(request, new Grant(List.of(), 0));
        assertThat(asker.grants.nextRequest()).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        GrantRequest second = ask();
        assertThat(second.id()).isNotEqualTo(request.id());
        for (int attempt = 1; attempt < 3; attempt++) {
            asker.grants.unanswered(second);
            clock.advance(Duration.ofSeconds(1));
            assertThat(ask()).isEqualTo(second);
        }
        asker.grants.unanswered(second);
        clock.advance(Duration.ofSeconds(1));
        assertThat(ask().id()).isNotEqualTo(second.id());
    }

    @Test
    void endWithOwnKmes_asksOnlyWhileAllOfThemRest() {
        assertThat(giver.grants.nextRequest()).isEmpty();
        giver.outgoing.take(256);
        assertThat(giver.grants.nextRequest()).isEmpty();
        giver.outgoing.fetchFailed(giver.pair);
        assertThat(giver.grants.nextRequest()).isPresent();
    }

    @Test
    void bothDirectionsSaturated_eachGetsAtLeastTwoFifthsOfOneAlone_thoughOnlyOneEndFetches() {
        long giverAlone = saturated(true, false)[0];
        long askerAlone = saturated(false, true)[1];
        long[] both = saturated(true, true);
        assertThat(both[0]).isGreaterThan(giverAlone * 2 / 5);
        assertThat(both[1]).isGreaterThan(askerAlone * 2 / 5);
        assertThat(askerAlone).isGreaterThan(giverAlone / 2);
    }

    /** How many bytes each end sends in a minute, if it sends all that it can get. */
    private static long[] saturated(boolean giverSends, boolean askerSends) {
        GrantTest link = new GrantTest();
        link.connect();
        link.kmes.keysLeft = 0;
        long[] sent = new long[2];
        for (int round = 0; round < 240; round++) {
            link.clock.advance(Duration.ofMillis(250));
            link.kmes.keysLeft = Math.min(100, link.kmes.keysLeft + 8);
            link.giver.fill(link.asker);
            sent[0] += giverSends ? takeAll(link.giver) : 0;
            link.asker.askFor(link.giver);
            sent[1] += askerSends ? takeAll(link.asker) : 0;
        }
        return sent;
    }

    private static long takeAll(LinkEnd end) {
        long taken = 0;
        for (Optional<LinkBytes> bytes = end.outgoing.take(64); bytes.isPresent(); bytes = end.outgoing.take(64)) {
            taken += 64;
        }
        return taken;
    }
}
