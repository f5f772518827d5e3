package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.kme.Asker;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.policy.PairPolicy;

/** What is refused before any link key is touched: afterwards the untouched message still goes through. */
class ReceiverTest {

    private static final NodeId N0 = RelayMesh.id(0);
    private static final NodeId N1 = RelayMesh.id(1);
    private static final NodeId N2 = RelayMesh.id(2);

    private final RelayMesh mesh = RelayMesh.line(2).filled(100, 100);
    private HopMessage message;
    private ExtKeyContainer container;
    private HopData hop;

    @BeforeEach
    void begin() {
        message = RelayMesh.message(mesh.begin(2, 16));
        container = RelayNode.CODEC.decode(message.body());
        hop = container.hop();
    }

    // Helpers: a message that differs in one thing.

    private HopMessage with(HopData changed) {
        return with(container.values(), container.saes(), changed);
    }

    private HopMessage with(byte[] values, SaeGroup saes, HopData changed) {
        byte[] body = RelayNode.CODEC.encode(new ExtKeyContainer(container.keyIds(), values, saes, changed, null));
        return AlteredMessageTest.withBody(message, body);
    }

    private HopData hop(NodePath path, int position) {
        return new HopData(
                mesh.uuid(),
                hop.senderEpoch(),
                hop.receiverEpoch(),
                path,
                position,
                hop.ranges(),
                hop.lifeSeconds(),
                0,
                hop.seal(),
                hop.share());
    }

    private HopData epochs(UUID sender, UUID receiver) {
        return new HopData(
                mesh.uuid(),
                sender,
                receiver,
                hop.path(),
                hop.position(),
                hop.ranges(),
                hop.lifeSeconds(),
                0,
                hop.seal(),
                hop.share());
    }

    private HopData ranges(List<KeyRange> ranges) {
        return new HopData(
                mesh.uuid(),
                hop.senderEpoch(),
                hop.receiverEpoch(),
                hop.path(),
                hop.position(),
                ranges,
                hop.lifeSeconds(),
                0,
                hop.seal(),
                hop.share());
    }

    /** Refused so, keeping nothing, and no link key is touched: the message itself is taken afterwards. */
    private HopRefusal assertRefused(NodeId from, HopMessage changed, RefusalReason reason) {
        HopRefusal refusal = refuse(from, changed, OptionalLong.empty());
        assertThat(refusal.reason()).isEqualTo(reason);
        assertMessageStillGood();
        return refusal;
    }

    private HopRefusal refuse(NodeId from, HopMessage changed, OptionalLong millisLeft) {
        long held = mesh.link(N1, N0).incoming().heldBytes();
        long next = mesh.link(N1, N2).outgoing().availableBytes();
        Reception reception =
                mesh.node(changed.to()).receiver.receive(from, changed.body(), changed.tagHeader(), millisLeft);
        HopReply reply = ((Reception.Answered) reception).reply();
        HopRefusal refusal = reply.refusal().orElseThrow();
        assertThat(reply.status()).isEqualTo(refusal.reason().status());
        assertThat(refusal.keptNone()).isTrue();
        assertThat(mesh.link(N1, N0).incoming().heldBytes()).isEqualTo(held);
        assertThat(mesh.link(N1, N2).outgoing().availableBytes()).isEqualTo(next);
        return refusal;
    }

    /** Refused so, keeping nothing, and its bytes count as used: it would not pass at another time either. */
    private HopRefusal assertRefusedForNow(NodeId from, HopMessage changed, RefusalReason reason) {
        HopRefusal refusal = refuse(from, changed, OptionalLong.empty());
        assertThat(refusal.reason()).isEqualTo(reason);
        assertBytesAreUsed();
        return refusal;
    }

    private void assertBytesAreUsed() {
        HopRefusal refusal = RelayMesh.refusalOf(mesh.send(N0, message));
        assertThat(refusal.reason()).isEqualTo(RefusalReason.INVALID);
        assertThat(mesh.last().storedKeys()).isZero();
    }

    private void assertMessageStillGood() {
        assertThat(mesh.send(N0, message)).isInstanceOf(HopAnswer.Relayed.class);
    }

    @Test
    void receive_fromANeighbourThatIsNotBeforeThisNodeInThePath_isUnauthorized() {
        assertRefused(N2, with(hop(hop.path(), 1)), RefusalReason.UNAUTHORIZED);
    }

    @Test
    void receive_fromANodeThatIsNoNeighbour_isUnauthorized() {
        NodeId stranger = new NodeId("stranger");
        assertRefused(stranger, with(hop(NodePath.of(stranger, N1, N2), 1)), RefusalReason.UNAUTHORIZED);
    }

    @Test
    void receive_ofAMessageForAnotherPosition_isRefused() {
        assertRefused(N0, with(hop(NodePath.of(N0, N2, N1), 1)), RefusalReason.INVALID);
    }

    @Test
    void receive_withANextNodeThatIsNoNeighbour_namesThatLink() {
        NodeId stranger = new NodeId("stranger");
        HopRefusal refusal =
                assertRefusedForNow(N0, with(hop(NodePath.of(N0, N1, stranger), 1)), RefusalReason.NO_KNOWN_ROUTE);
        assertThat(refusal.edge()).contains(NodePath.of(N1, stranger).hopFrom(0));
    }

    /**
     * Both can have done it, so neither is charged alone, and names that nobody knows are as good as one. Link keys that
     * were used before are the neighbour's doing.
     */
    @Test
    void receive_ofWhatTheIngressMayHaveDone_isToldOfBoth_onceForItsLinkKeys() {
        SaeGroup others = new SaeGroup(new SaeId("sae-x"), container.saes().slaves());
        NodePath invented = NodePath.of(new NodeId("nobody"), N1, N2);
        passOn(message);
        receiveAtTheEgress(with(container.values(), others, hop(hop.path(), 2)));
        passOn(RelayMesh.message(mesh.begin(2, 16)));
        receiveAtTheEgress(with(hop(invented, 2)));
        receiveAtTheEgress(with(hop(invented, 2)));
        assertThat(mesh.node(N2).events.refusedOf)
                .containsExactly(
                        N1 + " with a message of " + N0 + ": unauthorized",
                        N1 + " with messages of nodes that are not heard of: invalid",
                        N1 + ": invalid");
    }

    /** From now on this is about the message that the next node makes of it. */
    private void passOn(HopMessage first) {
        Reception.Forward forward = (Reception.Forward)
                mesh.node(N1).receiver.receive(N0, first.body(), first.tagHeader(), OptionalLong.empty());
        message = forward.transit().nextMessage().orElseThrow();
        container = RelayNode.CODEC.decode(message.body());
        hop = container.hop();
    }

    private void receiveAtTheEgress(HopMessage changed) {
        mesh.node(N2).receiver.receive(N1, changed.body(), changed.tagHeader(), OptionalLong.empty());
    }

    @Test
    void receive_withAFormerEpochOfTheSender_isRefusedAndTheSenderAsked() {
        HopRefusal refusal =
                assertRefused(N0, with(epochs(mesh.uuid(), hop.receiverEpoch())), RefusalReason.LINK_EPOCH_CHANGED);
        assertThat(refusal.epoch()).contains(mesh.node(N1).epoch);
        assertThat(mesh.node(N1).epochsAsked).containsExactly(N0);
    }

    @Test
    void receive_withAFormerEpochOfTheReceiver_isToldTheNewOne() {
        HopRefusal refusal =
                assertRefused(N0, with(epochs(hop.senderEpoch(), mesh.uuid())), RefusalReason.LINK_EPOCH_CHANGED);
        assertThat(refusal.epoch()).contains(mesh.node(N1).epoch);
        assertThat(refusal.edge()).contains(hop.path().hopFrom(0));
        assertThat(mesh.node(N1).epochsAsked).isEmpty();
    }

    @Test
    void receive_withRangesThatDoNotAddUp_isRefused() {
        KeyRange only = hop.ranges().get(0);
        assertThat(hop.ranges()).hasSize(1);
        assertRefused(
                N0,
                with(ranges(List.of(new KeyRange(only.keyId(), only.offset(), only.length() - 1)))),
                RefusalReason.INVALID);
    }

    @Test
    void receive_withOverlappingRanges_isRefused() {
        KeyRange only = hop.ranges().get(0);
        assertRefused(
                N0,
                with(ranges(List.of(
                        new KeyRange(only.keyId(), 0, 40), new KeyRange(only.keyId(), 39, only.length() - 40)))),
                RefusalReason.INVALID);
    }

    @Test
    void receive_withARangeBeyondItsKey_isRefused() {
        KeyRange only = hop.ranges().get(0);
        assertRefused(
                N0,
                with(ranges(List.of(new KeyRange(only.keyId(), 100 - only.length() + 1, only.length())))),
                RefusalReason.INVALID);
    }

    @Test
    void receive_withALinkKeyThatIsNotHeld_namesIt() {
        KeyId unknown = new KeyId(mesh.uuid());
        HopRefusal refusal = assertRefused(
                N0,
                with(ranges(List.of(new KeyRange(unknown, 0, hop.ranges().get(0).length())))),
                RefusalReason.UNKNOWN_LINK_KEY);
        assertThat(refusal.keyId()).contains(unknown);
        assertThat(refusal.edge()).contains(hop.path().hopFrom(0));
    }

    @Test
    void receive_withARangeThatWasUsed_isRefused() {
        assertThat(mesh.send(N0, message)).isInstanceOf(HopAnswer.Relayed.class);
        HopRefusal refusal = refuse(N0, with(ranges(hop.ranges())), OptionalLong.empty());
        assertThat(refusal.reason()).isEqualTo(RefusalReason.INVALID);
        assertThat(mesh.last().storedKeys()).isEqualTo(2);
    }

    @Test
    void receive_withALinkKeyOfTheOtherDirection_isUnknown() {
        KeyId reverse = mesh.fill(N1, N0, 100).get(0);
        assertRefused(
                N0,
                with(ranges(List.of(new KeyRange(reverse, 0, hop.ranges().get(0).length())))),
                RefusalReason.UNKNOWN_LINK_KEY);
    }

    @Test
    void receive_ofAFirstHopWithAValueThatIsNotZero_isRefused() {
        byte[] values = container.values().clone();
        values[values.length - 1] = 1;
        assertRefused(N0, with(values, container.saes(), ranges(hop.ranges())), RefusalReason.INVALID);
    }

    @Test
    void receive_withNoTimeLeft_isRefused() {
        for (long left : new long[] {0, -5}) {
            HopRefusal refusal = refuse(N0, with(ranges(hop.ranges())), OptionalLong.of(left));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.TIMEOUT);
        }
        assertBytesAreUsed();
    }

    @Test
    void receive_withMoreTimeThanAnyRequestHas_waitsNoLongerThanThat() {
        Reception.Forward forward = (Reception.Forward)
                mesh.node(N1).receiver.receive(N0, message.body(), message.tagHeader(), OptionalLong.of(1 << 30));
        assertThat(forward.transit().deadline()).isEqualTo(mesh.clock.monotonicMillis() + 5_000);
    }

    @Test
    void receive_withoutAProperTag_isRefused() {
        for (String tag : new String[] {null, "", "AAAA", "?", "A".repeat(25)}) {
            Reception reception = mesh.node(N1).receiver.receive(N0, message.body(), tag, OptionalLong.empty());
            assertThat(((Reception.Answered) reception).reply().status()).isEqualTo(400);
        }
        assertMessageStillGood();
    }

    // At the egress.

    /**
     * What the egress says to a message of its neighbour after something was changed; when all is well again and the first
     * answer is forgotten, the same message is refused still.
     */
    private static HopRefusal refusalAtEgressAfter(Consumer<RelayMesh> change) {
        RelayMesh pair = RelayMesh.line(1).filled(100);
        HopMessage first = RelayMesh.message(pair.begin(1, 16));
        change.accept(pair);
        HopAnswer answer = pair.send(N0, first);
        pair.policies.put(RelayMesh.PAIR, PairPolicy.UNLIMITED);
        pair.homes.put(RelayMesh.MASTER, N0);
        pair.clock.advance(Duration.ofMillis(RelayLimits.RESULT_MILLIS));
        assertThat(pair.send(N0, first)).isInstanceOf(HopAnswer.Refused.class);
        assertThat(pair.last().storedKeys()).isZero();
        return RelayMesh.refusalOf(answer);
    }

    @Test
    void receive_forASaeThatIsNotAttached_isRefused() {
        SaeGroup other = new SaeGroup(RelayMesh.MASTER, List.of(RelayMesh.SLAVE, new SaeId("sae-x")));
        HopMessage changed = with(
                container.values(),
                other,
                new HopData(
                        mesh.uuid(),
                        hop.senderEpoch(),
                        hop.receiverEpoch(),
                        NodePath.of(N0, N1),
                        1,
                        hop.ranges(),
                        hop.lifeSeconds(),
                        0,
                        hop.seal(),
                        hop.share()));
        assertRefusedForNow(N0, changed, RefusalReason.TARGET_NOT_HERE);
    }

    @Test
    void receive_forAPairThatIsNotAllowed_isUnauthorized() {
        HopRefusal refusal = refusalAtEgressAfter(pair -> pair.policies.clear());
        assertThat(refusal.reason()).isEqualTo(RefusalReason.UNAUTHORIZED);
    }

    @Test
    void receive_ofASizeThatThePairMayNotHave_isUnauthorized() {
        HopRefusal refusal = refusalAtEgressAfter(pair ->
                pair.policies.put(RelayMesh.PAIR, PairPolicy.UNLIMITED.with(new PairPolicy.Bounds(256, 512, 10, 10))));
        assertThat(refusal.reason()).isEqualTo(RefusalReason.UNAUTHORIZED);
    }

    @Test
    void receive_ofAnInitiatorThatWasNeverHeardOf_isTemporary() {
        HopRefusal refusal = refusalAtEgressAfter(pair -> pair.homes.remove(RelayMesh.MASTER));
        assertThat(refusal.reason()).isEqualTo(RefusalReason.NO_KNOWN_ROUTE);
        assertThat(refusal.reason().status()).isEqualTo(503);
    }

    @Test
    void receive_ofAnInitiatorOfAnotherNode_isRefused() {
        HopRefusal refusal = refusalAtEgressAfter(pair -> pair.homes.put(RelayMesh.MASTER, new NodeId("elsewhere")));
        assertThat(refusal.reason()).isEqualTo(RefusalReason.INVALID);
    }

    // Repeats and slots.

    @Test
    void receive_ofARepeat_getsTheSameAnswerAndDoesNothingTwice() {
        HopReply first = mesh.deliver(N0, message);
        long available = mesh.link(N1, N2).outgoing().availableBytes();
        Reception again = mesh.receive(N0, message);
        assertThat(again).isInstanceOf(Reception.Repeat.class);
        assertThat(mesh.answer(mesh.node(N1), again)).usingRecursiveComparison().isEqualTo(first);
        assertThat(mesh.last().storedKeys()).isEqualTo(2);
        assertThat(mesh.link(N1, N2).outgoing().availableBytes()).isEqualTo(available);
    }

    @Test
    void transit_isForTheMasterThatItNames_behindTheNeighbourThatSentIt() {
        assertThat(transit().asker()).isEqualTo(Asker.behind(N0, Optional.of(RelayMesh.MASTER)));
    }

    @Test
    void transit_forAMasterThatIsNotKnown_orAtAnotherNode_isForNobodyInParticularBehindThatNeighbour() {
        mesh.homes.remove(RelayMesh.MASTER);
        assertThat(transit().asker()).isEqualTo(Asker.behind(N0, Optional.empty()));
        begin();
        mesh.homes.put(RelayMesh.MASTER, N1);
        assertThat(transit().asker()).isEqualTo(Asker.behind(N0, Optional.empty()));
    }

    private Transit transit() {
        return ((Reception.Forward) mesh.receive(N0, message)).transit();
    }

    @Test
    void receive_ofARepeatWhileTheFirstIsUnderWay_waitsForItsAnswer() {
        Transit transit = ((Reception.Forward) mesh.receive(N0, message)).transit();
        Reception.Repeat again = (Reception.Repeat) mesh.receive(N0, message);
        assertThat(again.reply()).isNotDone();
        HopReply reply = mesh.node(N1)
                .receiver
                .conclude(transit, new HopAnswer.NotSent("no"))
                .orElseThrow();
        assertThat(again.reply()).isCompletedWithValue(reply);
        assertThat(mesh.node(N1).receiver.conclude(transit, new HopAnswer.Relayed()))
                .isEmpty();
    }

    @Test
    void receive_ofARefusedMessageAgain_getsTheSameRefusal() {
        HopMessage changed = with(ranges(List.of(hop.ranges().get(0), new KeyRange(new KeyId(mesh.uuid()), 0, 1))));
        HopReply first = mesh.deliver(N0, changed);
        Reception again = mesh.receive(N0, changed);
        assertThat(mesh.answer(mesh.node(N1), again)).isSameAs(first);
    }

    @Test
    void receive_ofAnotherBodyUnderAKnownRelayId_isRefusedAndTheFirstOneCounts() {
        HopReply first = mesh.deliver(N0, message);
        HopData sameId = new HopData(
                hop.relayId(),
                hop.senderEpoch(),
                hop.receiverEpoch(),
                hop.path(),
                1,
                hop.ranges(),
                7,
                0,
                hop.seal(),
                hop.share());
        HopReply other = mesh.deliver(N0, with(sameId));
        assertThat(other.refusal().orElseThrow().reason()).isEqualTo(RefusalReason.INVALID);
        assertThat(mesh.deliver(N0, message)).usingRecursiveComparison().isEqualTo(first);
        assertThat(mesh.last().storedKeys()).isEqualTo(2);
    }

    @Test
    void receive_whenAllSlotsAreTaken_isBusyAndTheMessageWillNotPassLater() {
        RelayMesh small = RelayMesh.line(2, 1, new RelayLimits(5_000, 2, 100, 3_600, 0, 0, 10, 10, 100))
                .filled(500);
        HopMessage first = RelayMesh.message(small.begin(1, 16));
        HopMessage second = RelayMesh.message(small.begin(1, 16));
        Transit transit = ((Reception.Forward) small.receive(N0, first)).transit();
        HopReply busy = ((Reception.Answered) small.receive(N0, second)).reply();
        assertThat(busy.refusal().orElseThrow().reason()).isEqualTo(RefusalReason.BUSY);
        assertThat(small.receive(N0, first)).isInstanceOf(Reception.Repeat.class);
        small.node(N1).receiver.conclude(transit, new HopAnswer.NotSent("no"));
        assertThat(RelayMesh.refusalOf(small.send(N0, second)).reason()).isEqualTo(RefusalReason.INVALID);
        assertThat(small.last().storedKeys()).isZero();
    }

    @Test
    void receive_whenTooManyAnswersAreRemembered_isBusy_untilTheyAreAMinuteOld() {
        RelayMesh small = RelayMesh.line(1, 1, new RelayLimits(5_000, 2, 100, 3_600, 0, 0, 10, 10, 2))
                .filled(500);
        assertThat(small.relay(1, 16)).isInstanceOf(Decision.Given.class);
        assertThat(small.relay(1, 16)).isInstanceOf(Decision.Given.class);
        assertThat(small.last().receiver.resultsUsed()).isEqualTo(1);
        Decision third = small.relay(1, 16);
        assertThat(((Decision.Failed) third).refusal().reason()).isEqualTo(RefusalReason.BUSY);
        small.clock.advance(Duration.ofMillis(RelayLimits.RESULT_MILLIS));
        assertThat(small.relay(1, 16)).isInstanceOf(Decision.Given.class);
    }

    @Test
    void receive_ofWhateverIsRefused_givesItsSlotBack() {
        RelayMesh small = RelayMesh.line(2, 1, new RelayLimits(5_000, 2, 100, 3_600, 0, 0, 10, 10, 100))
                .filled(48, 48, 48, 48, 48);
        small.onTheWay = altered -> AlteredMessageTest.withTag(altered, new byte[16]);
        for (int i = 0; i < 4; i++) {
            assertThat(small.relay(1, 16)).isInstanceOf(Decision.Failed.class);
        }
        small.onTheWay = unaltered -> unaltered;
        assertThat(small.relay(1, 16)).isInstanceOf(Decision.Given.class);
    }

    @Test
    void slots_leaveRoomForWhatIsNearItsEnd() {
        for (int size : new int[] {1, 2, 8, 64, 200}) {
            for (int hops = 1; hops <= 64; hops++) {
                Slots slots = new Slots(size);
                int taken = 0;
                while (slots.tryTake(hops)) {
                    taken++;
                }
                int reserved = Math.max(hops - 1, size * (hops - 1) / 20);
                assertThat(taken).as("%s slots, %s hops", size, hops).isEqualTo(Math.max(1, size - reserved));
                assertThat(new Slots(size).tryTake(1)).isTrue();
            }
        }
    }

    @Test
    void slots_comeBackWhenReleased() {
        Slots slots = new Slots(1);
        assertThat(slots.tryTake(1)).isTrue();
        assertThat(slots.tryTake(1)).isFalse();
        slots.release();
        assertThat(slots.tryTake(1)).isTrue();
    }
}
