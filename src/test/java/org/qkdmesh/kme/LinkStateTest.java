package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.testing.ManualClock;

class LinkStateTest {

    private final ManualClock clock = new ManualClock();
    private final FakeKmes kmes = new FakeKmes(1);
    private final LinkEnd owner = new LinkEnd(0, kmes, clock, EventLog.silent());
    private final LinkEnd holder = new LinkEnd(1, kmes, clock, EventLog.silent());

    @Test
    void state_ofANewLink_namesItsPairsAndHasNothing() {
        LinkState state = owner.link.state();
        assertThat(state.neighbourEpoch()).isEmpty();
        assertThat(state.pairs()).extracting(LinkState.Pair::kmes).containsExactly(owner.pair);
        assertThat(state.ours()).isEqualTo(new LinkState.Direction(0, 0, 0));
        assertThat(state.ours().secondsUntilEmpty()).isZero();
        assertThat(state.pairs().get(0).kme()).isEmpty();
    }

    @Test
    void state_afterAFill_showsTheKeysOfBothEndsAndTheLimitsOfTheKme() {
        fill();
        long bits = 8 * owner.outgoing.availableBytes();
        LinkState.Pair pair = owner.link.state().pairs().get(0);
        assertThat(pair.ours().stockBits()).isEqualTo(bits);
        assertThat(pair.ours().refillBitsPerSecond()).isCloseTo(bits / 60.0, within(0.001));
        assertThat(pair.ours().secondsUntilEmpty()).isInfinite();
        assertThat(pair.kme()).contains(kmes.status);
        assertThat(holder.link.state().theirs()).isEqualTo(owner.link.state().ours());
        assertThat(holder.link.state().ours().stockBits()).isZero();
    }

    @Test
    void state_afterMessages_tellsHowFastTheStockGoes() {
        fill();
        clock.advance(Duration.ofMinutes(2));
        LinkBytes taken = owner.outgoing.take(60).orElseThrow();
        assertThat(holder.incoming.redeem(taken.ranges())).isInstanceOf(Redemption.Bytes.class);
        LinkState.Direction ours = owner.link.state().ours();
        assertThat(ours.demandBitsPerSecond()).isEqualTo(8);
        assertThat(ours.refillBitsPerSecond()).isZero();
        assertThat(ours.secondsUntilEmpty()).isEqualTo(owner.outgoing.availableBytes());
        assertThat(holder.link.state().theirs()).isEqualTo(ours);
        clock.advance(Duration.ofMinutes(1));
        assertThat(owner.link.state().ours().secondsUntilEmpty()).isInfinite();
    }

    @Test
    void state_afterARequestThatFoundTooLittle_tellsWhatWasMissed() {
        owner.outgoing.take(600);
        assertThat(owner.link.state().missedBitsPerSecond()).isEqualTo(80);
        assertThat(owner.link.state().ours().demandBitsPerSecond()).isZero();
    }

    @Test
    void state_afterTheLifeOfTheKeys_hasNothingLeft() {
        fill();
        clock.advance(LinkEnd.LIMITS.life());
        assertThat(owner.link.state().ours().stockBits()).isZero();
        clock.advance(LinkEnd.LIMITS.life());
        assertThat(holder.link.state().theirs().stockBits()).isZero();
    }

    @Test
    void state_ofAKmeThatFails_saysWhyUntilItIsWellAgain() {
        LinkEnd.introduce(owner, holder);
        kmes.breaksTheStandard = true;
        owner.fetcher.fetch();
        assertThat(trouble(owner)).isEqualTo("answered with garbage");
        kmes.breaksTheStandard = false;
        clock.advance(Duration.ofSeconds(1));
        owner.fill(holder);
        assertThat(trouble(owner)).isNull();
    }

    @Test
    void state_ofAKmeThatFailsAtClaims_saysWhyUntilItIsWellAgain() {
        LinkEnd.introduce(owner, holder);
        List<LinkKeyAnnouncement> announcements = owner.fetcher.fetch();
        kmes.breaksTheStandard = true;
        announcements.forEach(announcement -> owner.outgoing.answered(announcement, holder.hear(announcement)));
        assertThat(trouble(holder)).isEqualTo("answered with garbage");
        kmes.breaksTheStandard = false;
        clock.advance(Duration.ofSeconds(1));
        owner.fill(holder);
        assertThat(trouble(holder)).isNull();
    }

    @Test
    void stockOfThePairs_isTheStockOfTheLink_whateverHappens() {
        LinkEnd.introduce(owner, holder);
        Random random = new Random(7);
        for (int step = 0; step < 500; step++) {
            switch (random.nextInt(4)) {
                case 0 -> owner.fill(holder);
                case 1 ->
                    owner.outgoing.take(1 + random.nextInt(200)).ifPresent(taken -> {
                        List<KeyId> named = taken.ranges().stream()
                                .map(range -> range.keyId())
                                .toList();
                        if (random.nextBoolean()) {
                            holder.incoming.redeem(taken.ranges());
                        } else {
                            holder.incoming.discard(named);
                            named.forEach(owner.outgoing::drop);
                        }
                    });
                case 2 -> clock.advance(Duration.ofSeconds(random.nextInt(200)));
                default -> owner.link.expire();
            }
            assertThat(owner.link.state().ours().stockBits()).isEqualTo(8 * owner.outgoing.availableBytes());
            assertThat(holder.link.state().theirs().stockBits()).isBetween(0L, 8 * holder.incoming.heldBytes());
        }
        owner.link.close();
        holder.link.close();
        assertThat(owner.link.state().ours().stockBits()).isZero();
        assertThat(holder.link.state().theirs().stockBits()).isZero();
    }

    private void fill() {
        LinkEnd.introduce(owner, holder);
        owner.fill(holder);
    }

    private static String trouble(LinkEnd end) {
        return end.link.state().pairs().get(0).trouble().orElse(null);
    }
}
