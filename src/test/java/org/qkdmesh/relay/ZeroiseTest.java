package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.sae.LocalKeys;
import org.qkdmesh.store.AuditRow;
import org.qkdmesh.store.StoredKey;

/** A node whose operator has all its keys destroyed, and those around it. */
class ZeroiseTest {

    private static final NodeId N0 = RelayMesh.id(0);
    private static final NodeId N1 = RelayMesh.id(1);
    private static final NodeId N2 = RelayMesh.id(2);

    private final RelayMesh mesh = RelayMesh.line(2).filled(500);
    private final UUID fresh = mesh.uuid();

    private Zeroise.Destroyed zeroise(RelayNode node) {
        return zeroise(node, () -> node.epoch = fresh);
    }

    private Zeroise.Destroyed zeroise(RelayNode node, Runnable holds) {
        return new Zeroise(
                        node.id,
                        node.disk,
                        node.neighbours,
                        node.ingress,
                        RelayLimits.defaults(),
                        mesh.random,
                        node,
                        node.sealing)
                .run(fresh, holds);
    }

    @Test
    void keysThatWait_areGone_andTheNodeOfTheirMasterIsTold() {
        mesh.relay(3, 16);
        assertThat(mesh.first().records()).isEqualTo(3);

        Zeroise.Destroyed destroyed = zeroise(mesh.last());

        assertThat(destroyed.waitingKeys()).isEqualTo(3);
        assertThat(mesh.last().storedKeys()).isZero();
        assertThat(mesh.last().timesNoticesOwed).isPositive();
        List<Outbox.Parcel> parcels = mesh.last().outbox.due();
        assertThat(parcels).hasSize(1);
        Outbox.Parcel parcel = parcels.get(0);
        assertThat(parcel.to()).isEqualTo(N0);
        Handling handling = mesh.first().notices.receive(N1, parcel.signedNotice(), 5);
        assertThat(handling).isInstanceOf(Handling.Answered.class);
        assertThat(mesh.first().records()).isZero();
        assertThat(mesh.first().<Integer>look(tx -> tx.countTombstones(N2)))
                .as("nothing can come late of keys that had arrived")
                .isZero();
        mesh.last().outbox.answered(parcel, java.util.Optional.of(((Handling.Answered) handling).text()));
        assertThat(mesh.last().outbox.due()).isEmpty();
    }

    @Test
    void keysOfTwoSaesOfTheNode_areGone_andNobodyIsTold() {
        mesh.last().<Void>look(tx -> {
            tx.putKey(new StoredKey(
                    new KeyId(mesh.uuid()),
                    SaeGroup.of(RelayMesh.PAIR),
                    N2,
                    SecretBytes.owning(new byte[16]),
                    0,
                    Long.MAX_VALUE));
            return null;
        });
        assertThat(zeroise(mesh.last()).waitingKeys()).isEqualTo(1);
        assertThat(mesh.last().storedKeys()).isZero();
        assertThat(mesh.last().outbox.due()).isEmpty();
    }

    @Test
    void keyThatSlavesShare_isGoneForAllThatHaveYetToFetchIt_andTheMastersNodeIsToldOfEach() {
        Destination both =
                new Destination(N2, new SaeGroup(RelayMesh.MASTER, List.of(RelayMesh.SLAVE, mesh.attach("sae-c", 2))));
        RelayRequest request = mesh.first().relayKeys.open(List.of(both), 1, 16);
        mesh.first().relayKeys.plan(request, new ShortestPath());
        mesh.first().relayKeys.begin(request);
        Branch branch = request.branches().get(0);
        branch.sends().answered(mesh.send(branch));
        mesh.first().relayKeys.decide(request);
        assertThat(mesh.first().records()).isEqualTo(2);

        assertThat(zeroise(mesh.last()).waitingKeys()).isEqualTo(2);
        mesh.last().outbox.due().forEach(parcel -> mesh.first().notices.receive(N1, parcel.signedNotice(), 5));
        assertThat(mesh.last().storedKeys()).isZero();
        assertThat(mesh.first().records()).isZero();
    }

    @Test
    void keyOfWhichNotAllSharesCame_isGone_countedAndAudited_andAShareThatComesLateDoesNotBeginItAnew() {
        RelayMesh diamond = SharesTest.disjoint(RelayMesh.diamond(2), 2);
        RelayNode last = diamond.last();
        RelayRequest request = begun(diamond);
        Branch early = request.branches().get(0);
        Branch late = request.branches().get(1);
        HopAnswer inTime = diamond.send(early);
        last.disk.keepAudit(9, false, () -> false);

        assertThat(zeroise(last).waitingKeys()).isEqualTo(1);

        assertThat(last.<Integer>look(tx -> tx.countKeys(RelayMesh.PAIR))).isZero();
        List<AuditRow> told = last.look(tx -> tx.auditRows(9));
        assertThat(told).hasSize(1);
        assertThat(told.get(0).json()).contains("\"destroyed\"", "\"sae-a\"", "\"sae-b\"");
        assertThat(told.get(0).keyIds()).isEqualTo(early.sessionKeyIds());
        NodeId between = late.message().to();
        diamond.link(last.id, between).learnNeighbourEpoch(diamond.node(between).epoch);
        diamond.link(between, last.id).learnNeighbourEpoch(fresh);
        diamond.fill(between, last.id, 500);
        HopAnswer tooLate = diamond.send(late);
        assertThat(RelayMesh.refusalOf(tooLate).reason()).isEqualTo(RefusalReason.VOIDED);
        diamond.first().decide(request, inTime, tooLate);
        assertThat(request.keys()).isEmpty();
    }

    @Test
    void attemptsUnderWay_giveNothing_andAreVoidedAtTheirEgress() {
        Attempt attempt = mesh.begin(2, 16);
        HopAnswer answer = mesh.send(N0, RelayMesh.message(attempt));
        assertThat(mesh.last().storedKeys()).isEqualTo(2);

        assertThat(zeroise(mesh.first()).undecidedKeys()).isEqualTo(2);

        assertThat(mesh.first().decide(attempt, answer)).isInstanceOf(Decision.Failed.class);
        assertThat(attempt.isErased()).isTrue();
        mesh.last().notices.receive(N1, mesh.first().outbox.due().get(0).signedNotice(), 5);
        assertThat(mesh.last().storedKeys()).isZero();
    }

    /** A request for a key at the last node. */
    private static RelayRequest begun(RelayMesh mesh) {
        RelayKeys relayKeys = mesh.first().relayKeys;
        RelayRequest request = relayKeys.open(List.of(Destination.of(mesh.last().id, RelayMesh.PAIR)), 1, 16);
        relayKeys.plan(request, new ShortestPath());
        relayKeys.begin(request);
        return request;
    }

    /** Right before this step of its is on the disk. */
    private void zeroiseBefore(String step, RelayNode node) {
        node.atStep = reached -> {
            if (reached.equals("before:" + step)) {
                node.atStep = none -> {};
                zeroise(node);
            }
        };
    }

    @Test
    void newEpoch_holdsWhenNoLinkHasBytesOfTheOneBefore_andBeforeAttemptsUnderWayAreVoided() {
        mesh.begin(2, 16);
        AtomicBoolean held = new AtomicBoolean();

        zeroise(mesh.first(), () -> {
            held.set(true);
            assertThat(mesh.link(N0, N1).outgoing().availableBytes()).isZero();
            assertThat(mesh.link(N0, N1).incoming().heldBytes()).isZero();
            assertThat(mesh.first().<Integer>look(tx -> tx.intents().size())).isEqualTo(1);
        });

        assertThat(held).isTrue();
        assertThat(mesh.first().<Integer>look(tx -> tx.intents().size())).isZero();
    }

    @Test
    void attemptThatHasTakenItsBytes_andIsNotOnTheDiskYet_givesNothing() {
        zeroiseBefore("ingress.intent", mesh.first());

        assertThatThrownBy(() -> mesh.begin(2, 16))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(Refusal.Status.UNAVAILABLE));

        assertThat(mesh.first().<Integer>look(tx -> tx.intents().size())).isZero();
    }

    @Test
    void keysThatHaveCome_andAreNotOnTheDiskYet_areNotStored() {
        zeroiseBefore("egress.stored", mesh.last());

        Decision failed = mesh.relay(2, 16);

        assertThat(((Decision.Failed) failed).refusal().reason()).isEqualTo(RefusalReason.STORE_UNAVAILABLE);
        assertThat(mesh.last().storedKeys()).isZero();
        assertThat(mesh.first().records()).isZero();
    }

    @Test
    void shareThatHasCome_andIsNotOnTheDiskYet_isNotStored() {
        RelayMesh diamond = SharesTest.disjoint(RelayMesh.diamond(2), 2);
        RelayNode last = diamond.last();
        RelayRequest request = begun(diamond);
        zeroiseBefore("egress.share_stored", last);

        HopAnswer answer = diamond.send(request.branches().get(0));

        assertThat(RelayMesh.refusalOf(answer).reason()).isEqualTo(RefusalReason.STORE_UNAVAILABLE);
        assertThat(last.<Integer>look(tx -> tx.countKeys(RelayMesh.PAIR))).isZero();
    }

    @Test
    void localKeysThatAreDrawn_andAreNotOnTheDiskYet_areNotGiven() {
        RelayNode node = mesh.last();
        zeroiseBefore("egress.made", node);
        LocalKeys local = new LocalKeys(
                N2, node.store, RelayLimits.defaults(), PairPolicies.ANY::of, mesh.random, () -> node.epoch);

        assertThatThrownBy(() -> local.make(SaeGroup.of(RelayMesh.PAIR), KeyRequest.of(1, 128)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(Refusal.Status.UNAVAILABLE));

        assertThat(node.storedKeys()).isZero();
    }

    @Test
    void linkKeys_areGone_andTheNeighbourFindsOutByTheEpoch() {
        assertThat(mesh.link(N1, N2).outgoing().availableBytes()).isEqualTo(500);

        Zeroise.Destroyed destroyed = zeroise(mesh.node(1));

        // Owned by and held for each of two neighbours.
        assertThat(destroyed.linkKeyBytes()).isEqualTo(4 * 500);
        assertThat(mesh.link(N1, N2).outgoing().availableBytes()).isZero();
        assertThat(mesh.link(N1, N0).incoming().heldBytes()).isZero();
        assertThat(mesh.node(1).epochsAsked).containsExactlyInAnyOrder(N0, N2);
        Decision failed = mesh.relay(1, 16);
        assertThat(((Decision.Failed) failed).refusal().reason()).isEqualTo(RefusalReason.LINK_EPOCH_CHANGED);
        assertThat(mesh.link(N0, N1).neighbourEpoch()).contains(fresh);
        assertThat(mesh.link(N0, N1).outgoing().availableBytes())
                .as("thrown away there")
                .isZero();
    }

    @Test
    void afterwards_keysFlowOverFreshLinkKeys() {
        zeroise(mesh.last());
        mesh.link(N2, N1).learnNeighbourEpoch(mesh.node(1).epoch);
        mesh.link(N1, N2).learnNeighbourEpoch(fresh);
        mesh.fill(N1, N2, 500);
        assertThat(mesh.relay(1, 16)).isInstanceOf(Decision.Given.class);
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
    }
}
