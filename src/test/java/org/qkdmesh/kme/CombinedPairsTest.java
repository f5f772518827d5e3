package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.ReportedKinds;

/** A link whose keys are the XOR of the keys of two KME pairs. */
class CombinedPairsTest {

    private final ManualClock clock = new ManualClock();
    private final ReportedKinds alarms = new ReportedKinds();
    private final List<FakeKmes> kmes = List.of(new FakeKmes(1), new FakeKmes(2));
    private final LinkEnd owner = new LinkEnd(0, kmes, Combine.XOR, clock, alarms);
    private final LinkEnd holder = new LinkEnd(1, kmes, Combine.XOR, clock, alarms);

    CombinedPairsTest() {
        LinkEnd.introduce(owner, holder);
    }

    @Test
    void message_takesAsMuchOfEveryPair_andItsBytesAreThoseOfNone() {
        KmePair one = owner.pairs.get(0);
        KmePair other = owner.pairs.get(1);
        give(one, 0x0f, 40);
        give(other, 0x35, 24, 16);

        LinkBytes taken = owner.outgoing.take(32).orElseThrow();

        assertThat(taken.bytes()).isEqualTo(filled(0x0f ^ 0x35, 32));
        assertThat(taken.ranges().stream().map(KeyRange::length)).containsExactly(32, 24, 8);
        assertThat(owner.outgoing.availableBytes()).isEqualTo(8);
        assertThat(owner.outgoing.take(9)).isEmpty();
    }

    @Test
    void bothEnds_getTheSameBytes_once_inWhicheverOrderTheSharesStand() {
        owner.fill(holder);
        LinkBytes taken = owner.outgoing.take(100).orElseThrow();
        List<KeyRange> turned = new ArrayList<>();
        int half = taken.ranges().size() / 2;
        turned.addAll(taken.ranges().subList(half, 2 * half));
        turned.addAll(taken.ranges().subList(0, half));

        assertThat(holder.incoming.padBytes(turned)).isEqualTo(100);
        assertThat(((Redemption.Bytes) holder.incoming.redeem(turned)).bytes()).isEqualTo(taken.bytes());
        assertThat(holder.incoming.redeem(turned)).isNotInstanceOf(Redemption.Bytes.class);
    }

    @Test
    void messageOfOnePairAlone_orOfTwoSharesOfIt_isInvalid_andTouchesNothing() {
        owner.fill(holder);
        LinkBytes taken = owner.outgoing.take(100).orElseThrow();
        List<KeyRange> first = taken.ranges().subList(0, taken.ranges().size() / 2);
        KeyRange range = first.get(0);
        List<KeyRange> twice = List.of(
                new KeyRange(range.keyId(), range.offset(), 8), new KeyRange(range.keyId(), range.offset() + 8, 8));
        List<KeyRange> across = List.of(
                new KeyRange(range.keyId(), range.offset(), 9), taken.ranges().get(first.size()));

        assertThat(holder.incoming.redeem(twice)).isInstanceOf(Redemption.Invalid.class);
        assertThat(holder.incoming.redeem(across)).isInstanceOf(Redemption.Invalid.class);
        assertThat(holder.incoming.padBytes(List.of(new KeyRange(range.keyId(), 0, 9))))
                .isEqualTo(-1);
        assertThat(((Redemption.Bytes) holder.incoming.redeem(taken.ranges())).bytes())
                .isEqualTo(taken.bytes());
    }

    @Test
    void whileOnePairGivesNothing_thereIsNothing_andItsTroubleIsSaid() {
        kmes.get(1).breaksTheStandard = true;
        owner.fill(holder);

        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(owner.outgoing.take(1)).isEmpty();
        LinkState state = owner.link.state();
        assertThat(state.ours().stockBits()).isZero();
        assertThat(state.pairs().get(0).ours().stockBits()).isPositive();
        assertThat(state.pairs().get(1).trouble())
                .hasValueSatisfying(why -> assertThat(why).contains("garbage"));
        assertThat(alarms.alarms).containsExactly("kme-failed");

        kmes.get(1).breaksTheStandard = false;
        clock.advance(Duration.ofSeconds(3));
        owner.fill(holder);
        assertThat(owner.outgoing.take(1)).isPresent();
        assertThat(owner.link.state().pairs().get(1).trouble()).isEmpty();
    }

    @Test
    void link_becomesEmptyWithTheFirstPairThatDoes_whichNeedNotBeTheOneThatHasLeast() {
        KmePair one = owner.pairs.get(0);
        KmePair other = owner.pairs.get(1);
        give(one, 0x0f, 100);
        give(other, 0x35, 140);
        clock.advance(Duration.ofMinutes(2));
        owner.outgoing.take(60).orElseThrow().close();
        give(one, 0x0f, 30);

        LinkState.Direction ours = owner.link.state().ours();

        assertThat(ours.stockBits()).isEqualTo(8 * 70);
        assertThat(ours.demandBitsPerSecond()).isEqualTo(8);
        assertThat(ours.refillBitsPerSecond()).isZero();
        assertThat(ours.secondsUntilEmpty()).isEqualTo(80);
        assertThat(owner.link.state().pairs())
                .extracting(pair -> pair.ours().secondsUntilEmpty())
                .as("70 bytes that 4 bit/s go from, and 80 that 8 go from")
                .containsExactly(140.0, 80.0);
    }

    @Test
    void keysThatDiffered_areThrownAwayOfEveryPair_andAllOfThemRest() {
        owner.fill(holder);
        LinkBytes taken = owner.outgoing.take(100).orElseThrow();
        List<KeyId> ids =
                taken.ranges().stream().map(KeyRange::keyId).distinct().toList();
        owner.outgoing.differed(ids);

        assertThat(holder.incoming.discard(ids)).hasSameElementsAs(holder.pairs);
        for (KmePair pair : owner.pairs) {
            assertThat(owner.outgoing.bytesToFetch(pair)).isZero();
        }
        assertThat(owner.link.state().pairs())
                .allSatisfy(
                        pair -> assertThat(pair.trouble().orElseThrow()).contains("or one that it is combined with"));
        ids.forEach(id -> assertThat(holder.incoming.redeem(List.of(new KeyRange(id, 0, 1), new KeyRange(id, 1, 1))))
                .isNotInstanceOf(Redemption.Bytes.class));
    }

    @Test
    void pairThatOneEndCanNotFetchFrom_isGrantedByTheOther_andOnlyThat() {
        owner.leaveFetchingToTheFarEnd(List.of(owner.pairs.get(1)));
        holder.fill(owner);
        owner.fill(holder);
        assertThat(owner.outgoing.availableBytes()).isZero();

        owner.askFor(holder);

        assertThat(owner.outgoing.availableBytes()).isPositive();
        assertThat(owner.link.state().taken().count()).isEqualTo(1);
        LinkBytes taken = owner.outgoing.take(32).orElseThrow();
        assertThat(((Redemption.Bytes) holder.incoming.redeem(taken.ranges())).bytes())
                .isEqualTo(taken.bytes());
    }

    @Test
    void endsThatDoNotCombineTheSamePairs_refuseEachOthersKeys_withAnAlarm() {
        ReportedKinds heard = new ReportedKinds();
        LinkEnd apart = new LinkEnd(1, kmes, Combine.ANY, clock, heard);
        LinkEnd.introduce(owner, apart);
        owner.fill(apart);
        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(heard.alarms).contains("combine-differs");

        alarms.alarms.clear();
        apart.fill(owner);
        assertThat(apart.outgoing.availableBytes()).isZero();
        assertThat(alarms.alarms).contains("combine-differs");
        for (LinkEnd end : List.of(owner, apart)) {
            assertThat(end.link.state().pairs())
                    .allSatisfy(pair -> assertThat(pair.trouble().orElseThrow()).contains("combine and kmes"));
        }

        LinkEnd.introduce(owner, holder);
        holder.fill(owner);
        assertThat(owner.link.state().pairs())
                .allSatisfy(pair -> assertThat(pair.trouble()).isEmpty());
    }

    @Test
    void pairThatIsAdded_orRemoved_changesWhatIsCombined_fromThenOn() {
        owner.fill(holder);
        assertThat(owner.outgoing.availableBytes()).isPositive();
        List<KmePair> more = new ArrayList<>(owner.pairs);
        KmePair added = new KmePair(new KmeId("new-0"), new KmeId("new-1"));
        more.add(added);

        owner.link.use(more, List.of());
        assertThat(owner.outgoing.availableBytes()).isZero();
        assertThat(owner.outgoing.bytesToFetch(added)).isPositive();

        owner.link.use(owner.pairs, List.of());
        assertThat(owner.outgoing.availableBytes()).isPositive();
        assertThat(owner.outgoing.bytesToFetch(added)).isZero();
        assertThat(owner.outgoing.fetched(added, owner.link.ownEpoch(), List.of(key(8, 1))))
                .isEmpty();
    }

    @Test
    void linkOfOneStrand_namesNoPair_inAnnouncementsAndRequests() {
        LinkEnd alone = new LinkEnd(0, new FakeKmes(3), clock, EventLog.silent());
        alone.link.learnNeighbourEpoch(UUID.randomUUID());
        assertThat(alone.fetch())
                .allSatisfy(announcement -> assertThat(announcement.combined()).isEmpty());
        assertThat(owner.fetch()).allSatisfy(announcement -> {
            LinkKeyAnnouncement read = LinkKeyCodec.decode(LinkKeyCodec.encode(announcement));
            assertThat(read).isEqualTo(announcement);
            assertThat(read.combined()).hasSize(2).contains(announcement.pair().own());
        });
    }

    /** Keys of one byte over and over, confirmed by the other end. */
    private void give(KmePair pair, int value, int... lengths) {
        List<SessionKey> keys = new ArrayList<>();
        Map<KeyId, ClaimStatus> answer = new HashMap<>();
        for (int length : lengths) {
            SessionKey key = key(length, value);
            keys.add(key);
            answer.put(key.id(), ClaimStatus.HELD);
        }
        owner.outgoing.answered(
                owner.outgoing.fetched(pair, owner.link.ownEpoch(), keys).orElseThrow(), answer);
    }

    private static SessionKey key(int lengthBytes, int value) {
        return new SessionKey(new KeyId(UUID.randomUUID()), filled(value, lengthBytes));
    }

    private static SecretBytes filled(int value, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        Arrays.fill(bytes, (byte) value);
        return SecretBytes.owning(bytes);
    }
}
