package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.testing.ManualClock;

class TakeAndRedeemTest {

    private final ManualClock clock = new ManualClock();
    private final FakeKmes kmes = new FakeKmes(1);
    private final LinkEnd owner = new LinkEnd(0, kmes, clock, EventLog.silent());
    private final LinkEnd holder = new LinkEnd(1, kmes, clock, EventLog.silent());

    private void fill(int bytes) {
        LinkEnd.introduce(owner, holder);
        while (owner.outgoing.availableBytes() < bytes) {
            owner.outgoing.take(bytes);
            owner.fill(holder);
        }
    }

    @Test
    void take_spanningKeys_givesBothEndsTheSameBytes() {
        fill(1000);
        try (LinkBytes taken = owner.outgoing.take(1000).orElseThrow()) {
            assertThat(taken.ranges()).hasSizeGreaterThan(1);
            assertThat(taken.neighbourEpoch()).isEqualTo(holder.link.ownEpoch());
            assertThat(holder.incoming.redeem(taken.ranges())).isEqualTo(new Redemption.Bytes(taken.bytes()));
        }
    }

    @Test
    void take_ofMoreThanThereIs_takesNothing() {
        fill(256);
        long before = owner.outgoing.availableBytes();
        assertThat(owner.outgoing.take((int) before + 1)).isEmpty();
        assertThat(owner.outgoing.availableBytes()).isEqualTo(before);
        assertThat(owner.outgoing.take((int) before)).isPresent();
        assertThat(owner.outgoing.availableBytes()).isZero();
    }

    @Test
    void take_ofNothing_isAMistake() {
        assertThatThrownBy(() -> owner.outgoing.take(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void take_afterTheLifeOfTheKeys_findsNothing() {
        fill(256);
        clock.advance(LinkEnd.LIMITS.life());
        assertThat(owner.outgoing.take(1)).isEmpty();
        assertThat(owner.outgoing.availableBytes()).isZero();
    }

    @Test
    void redeem_ofWhatWasTakenAtTheLastMoment_worksForAsLongAgain() {
        fill(256);
        clock.advance(LinkEnd.LIMITS.life().minusMillis(1));
        List<KeyRange> ranges = owner.outgoing.take(100).orElseThrow().ranges();
        clock.advance(LinkEnd.LIMITS.life());
        assertThat(holder.incoming.redeem(ranges)).isInstanceOf(Redemption.Bytes.class);
    }

    @Test
    void redeem_afterTwiceTheLife_isUnknown() {
        fill(256);
        List<KeyRange> ranges = owner.outgoing.take(100).orElseThrow().ranges();
        clock.advance(LinkEnd.LIMITS.life().multipliedBy(2));
        assertThat(holder.incoming.redeem(ranges)).isInstanceOf(Redemption.UnknownKey.class);
        holder.link.expire();
        assertThat(holder.incoming.heldBytes()).isZero();
    }

    @Test
    void redeem_inAnotherOrderThanTaken_works() {
        fill(600);
        List<LinkBytes> taken = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            taken.add(owner.outgoing.take(50).orElseThrow());
        }
        for (int i = 11; i >= 0; i--) {
            assertThat(holder.incoming.redeem(taken.get(i).ranges()))
                    .isEqualTo(new Redemption.Bytes(taken.get(i).bytes()));
        }
    }

    @Test
    void redeem_aSecondTime_isRefused() {
        fill(256);
        List<KeyRange> ranges =
                List.of(owner.outgoing.take(10).orElseThrow().ranges().get(0));
        assertThat(holder.incoming.redeem(ranges)).isInstanceOf(Redemption.Bytes.class);
        assertThat(holder.incoming.redeem(ranges)).isInstanceOf(Redemption.Invalid.class);
    }

    @Test
    void redeem_withOneBadRange_touchesNothing() {
        fill(256);
        LinkBytes taken = owner.outgoing.take(20).orElseThrow();
        KeyRange good = taken.ranges().get(0);
        KeyId id = good.keyId();
        for (KeyRange bad : List.of(
                good,
                new KeyRange(id, good.offset() + 5, 1),
                new KeyRange(id, 0, 129),
                new KeyRange(id, Integer.MAX_VALUE - 1, 1))) {
            assertThat(holder.incoming.redeem(List.of(good, bad))).isInstanceOf(Redemption.Invalid.class);
        }
        KeyRange unknown = new KeyRange(KeyId.parse("00000000-0000-0000-0000-000000000001"), 0, 1);
        assertThat(holder.incoming.redeem(List.of(good, unknown)))
                .isEqualTo(new Redemption.UnknownKey(unknown.keyId()));
        assertThat(holder.incoming.redeem(taken.ranges())).isEqualTo(new Redemption.Bytes(taken.bytes()));
    }

    @Test
    void redeem_ofAKeyThatTheHolderOwnsItself_isUnknown() {
        fill(256);
        assertThat(owner.incoming.redeem(owner.outgoing.take(10).orElseThrow().ranges()))
                .isInstanceOf(Redemption.UnknownKey.class);
    }

    @Test
    void dropAndDiscard_whenTheEndsDiffer_throwTheKeysAwayAtBothEnds() {
        fill(256);
        KeyRange range = owner.outgoing.take(10).orElseThrow().ranges().get(0);
        long available = owner.outgoing.availableBytes();
        long held = holder.incoming.heldBytes();
        owner.outgoing.drop(range.keyId());
        holder.incoming.discard(List.of(range.keyId()));
        assertThat(owner.outgoing.availableBytes()).isEqualTo(available - 118);
        assertThat(holder.incoming.heldBytes()).isEqualTo(held - 128);
        assertThat(holder.incoming.redeem(List.of(range))).isEqualTo(new Redemption.UnknownKey(range.keyId()));
        assertThat(owner.outgoing.take(1).orElseThrow().ranges().get(0).keyId()).isNotEqualTo(range.keyId());
    }

    @Test
    void close_erasesEverythingForGood() {
        fill(256);
        owner.link.close();
        holder.link.close();
        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(holder.incoming.heldBytes()).isZero();
        LinkEnd.introduce(owner, holder);
        assertThat(owner.link.neighbourEpoch()).isEmpty();
        assertThat(owner.fetcher.fetch()).isEmpty();
    }

    @Test
    void reserve_returnsAsSoonAsTheyAreConfirmed() throws Exception {
        LinkEnd.introduce(owner, holder);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> enough = pool.submit(() -> owner.await(3000, 60_000));
            owner.fillWhile(() -> !enough.isDone(), holder);
            assertThat(enough.get()).isTrue();
            assertThat(owner.outgoing.take(3000)).isPresent();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void reserve_givesBytesToOneAtATime_andTheNextGoesOnWhenTheyAreNotTaken() throws Exception {
        fill(256);
        int half = (int) owner.outgoing.availableBytes() / 2 + 1;
        OutgoingKeys.Reservation first = owner.outgoing
                .reserve(Asker.here(new SaeId("sae-a")), 1, half, 0)
                .orElseThrow();
        assertThat(owner.outgoing.reserve(Asker.here(new SaeId("sae-b")), 1, half, 0))
                .isEmpty();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> second = pool.submit(() -> owner.await(half, 60_000));
            assertThat(second.isDone()).isFalse();
            first.close();
            assertThat(second.get()).isTrue();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void take_ofMoreKeysThanAMessageCanName_takesNothing() throws Exception {
        kmes.status = new KmeClient.Status(8, 8, 1024, 100_000);
        LinkKeyLimits large = new LinkKeyLimits(5_000, 10_000, LinkEnd.LIMITS.life());
        LinkKeys link = new LinkKeys(
                new NodeId("tn-1"),
                UUID.randomUUID(),
                List.of(owner.pair),
                Combine.ANY,
                large,
                clock,
                EventLog.silent(),
                () -> {});
        link.learnNeighbourEpoch(UUID.randomUUID());
        FetchLinkKeys fetcher = new FetchLinkKeys(link, owner.pair, kmes.end(0), clock, EventLog.silent());
        fetcher.fetch().forEach(announcement -> {
            Map<KeyId, ClaimStatus> answer = new HashMap<>();
            announcement.keys().forEach(key -> answer.put(key.keyId(), ClaimStatus.HELD));
            link.outgoing().answered(announcement, answer);
        });
        assertThat(link.outgoing().availableBytes()).isEqualTo(5_000);
        assertThat(link.outgoing().take(4_097)).isEmpty();
        assertThat(link.outgoing().reserve(Asker.here(new SaeId("sae-a")), 1, 4_097, 1))
                .isEmpty();
        assertThat(link.outgoing().take(4_096)).isPresent();
    }

    @Test
    void reserve_ofMoreThanTheLinkCanHold_isFalseAtOnce() throws Exception {
        assertThat(owner.await(owner.outgoing.largestRequestBytes() + 1, 60_000))
                .isFalse();
    }

    @Test
    void reserve_whenNothingComes_isFalseInTheEnd() throws Exception {
        assertThat(owner.await(1, 20)).isFalse();
        assertThat(owner.outgoing.bytesToFetch(owner.pair)).isZero();
    }

    @Test
    void reserve_whileTheOnlyKmeRestsForLonger_isFalseSoon() throws Exception {
        LinkEnd.introduce(owner, holder);
        for (int i = 0; i < 10; i++) {
            owner.outgoing.fetchFailed(owner.pair);
        }
        long start = System.nanoTime();
        assertThat(owner.await(1, 1_900)).isFalse();
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.MILLISECONDS.toNanos(1_900));
    }

    @Property(tries = 100)
    void take_inAnySizes_handsOutEveryByteOnce(
            @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 300) Integer> sizes) {
        TakeAndRedeemTest link = new TakeAndRedeemTest();
        link.fill(256);
        Set<String> used = new HashSet<>();
        for (int size : sizes) {
            link.owner.fill(link.holder);
            link.owner.outgoing.take(size).ifPresent(taken -> {
                assertThat(taken.ranges().stream().mapToInt(KeyRange::length).sum())
                        .isEqualTo(size);
                for (KeyRange range : taken.ranges()) {
                    for (int at = range.offset(); at < range.end(); at++) {
                        assertThat(used.add(range.keyId() + "/" + at)).isTrue();
                    }
                }
            });
        }
    }

    @Test
    void take_byManyThreads_handsOutEveryByteOnceAndBothEndsAgree() throws Exception {
        LinkEnd.introduce(owner, holder);
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<LinkBytes>>> takers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int first = t;
                Callable<List<LinkBytes>> taker = () -> {
                    List<LinkBytes> taken = new ArrayList<>();
                    for (int i = 0; taken.size() < 300; i++) {
                        int size = 1 + (first * 31 + i * 17) % 200;
                        if (owner.await(size, 60_000)) {
                            owner.outgoing.take(size).ifPresent(bytes -> {
                                assertThat(holder.incoming.redeem(bytes.ranges()))
                                        .isEqualTo(new Redemption.Bytes(bytes.bytes()));
                                taken.add(bytes);
                            });
                        }
                    }
                    return taken;
                };
                takers.add(pool.submit(taker));
            }
            owner.fillWhile(() -> !takers.stream().allMatch(Future::isDone), holder);
            Set<String> used = new HashSet<>();
            for (Future<List<LinkBytes>> taker : takers) {
                for (LinkBytes taken : taker.get(60, TimeUnit.SECONDS)) {
                    for (KeyRange range : taken.ranges()) {
                        for (int at = range.offset(); at < range.end(); at++) {
                            assertThat(used.add(range.keyId() + "/" + at)).isTrue();
                        }
                    }
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
