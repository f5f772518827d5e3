package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.seal.Seal;
import org.qkdmesh.store.StoredKey;

/** What sealing adds to a relay: nodes on the way neither know the keys nor change them unnoticed. */
class SealedRelayTest {

    private static final NodeId N0 = RelayMesh.id(0);
    private static final NodeId N1 = RelayMesh.id(1);
    private static final NodeId N2 = RelayMesh.id(2);

    private final RelayMesh mesh = sealed(RelayMesh.line(2).filled(2_000, 2_000));

    private static RelayMesh sealed(RelayMesh mesh) {
        mesh.sealed = true;
        mesh.agree(mesh.last());
        return mesh;
    }

    private static RefusalReason reasonOf(Decision decision) {
        return ((Decision.Failed) decision).refusal().reason();
    }

    private static List<SessionKey> keysOf(Decision decision) {
        return ((Decision.Given) decision).keys();
    }

    @Property(tries = 50)
    void masterAndSlave_haveTheSameKeys(
            @ForAll @IntRange(min = 1, max = 8) int count, @ForAll @IntRange(min = 1, max = 64) int keyBytes) {
        RelayMesh line = sealed(RelayMesh.line(3).filled(2_000));
        List<SessionKey> given = keysOf(line.relay(count, keyBytes));
        assertThat(given).hasSize(count);
        for (SessionKey key : given) {
            assertThat(line.last().storedKey(key.id()).orElseThrow().bytes()).isEqualTo(key.bytes());
        }
    }

    @Test
    void nodeOnTheWay_doesNotSeeTheKeys() {
        Attempt attempt = mesh.begin(2, 32);
        byte[] seen = mesh.recovered(RelayMesh.message(attempt));
        assertThat(seen).hasSize(64 + HopData.AUTHENTICATOR_BYTES);
        for (int i = 0; i < 2; i++) {
            byte[] key = attempt.keys().get(i).bytes().insecureAccess();
            assertThat(Arrays.copyOfRange(seen, i * 32, (i + 1) * 32)).isNotEqualTo(key);
        }
    }

    /** Its signer has done nothing wrong, and is not shut out for it; but he could have been the one that sent it again. */
    @Test
    void offerThatSomebodyElseSendsAgain_isRefused_andBothAreTold() {
        RelayMesh line = RelayMesh.line(2).filled(100);
        SealLetters.Outgoing offer = line.first().sealLetters.offer(N2).orElseThrow();
        SealLetters egress = line.last().sealLetters;
        assertThat(egress.receive(N1, offer.letter().text(), 5)).isInstanceOf(Handling.Answered.class);
        assertThat(egress.receive(N1, offer.letter().text(), 5)).isInstanceOf(Handling.Refused.class);
        assertThat(egress.receive(N0, offer.letter().text(), 5)).isInstanceOf(Handling.Refused.class);
        assertThat(line.last().events.refusedOf)
                .containsExactly(N1 + " with a letter of " + N0 + ": declined", N0 + ": declined");
    }

    @Test
    void withoutASeal_theNodeOnTheWaySeesTheKeys() {
        mesh.sealed = false;
        Attempt attempt = mesh.begin(1, 32);
        assertThat(mesh.recovered(RelayMesh.message(attempt)))
                .isEqualTo(attempt.keys().get(0).bytes().insecureAccess());
    }

    /** A node on the way knows the relayed bytes and makes the next message and its tag: what it changes, only a seal shows. */
    @Property(tries = 60)
    void nodeOnTheWayThatFlipsABit_isFound_andNobodyGetsAnything(@ForAll @IntRange(min = 0, max = 8 * 80 - 1) int bit) {
        RelayMesh line = sealed(RelayMesh.line(2).filled(2_000));
        line.onTheWay = message -> message.to().equals(N2) ? changedBy(line, message, bit, Optional.empty()) : message;
        Decision decision = line.relay(2, 32);
        assertThat(reasonOf(decision)).isEqualTo(RefusalReason.SEAL_MISMATCH);
        assertThat(line.last().storedKeys()).isZero();
        assertThat(line.first().records()).isZero();
        for (RelayNode end : List.of(line.first(), line.last())) {
            assertThat(end.events.alarms).singleElement().asString().contains("seal-mismatch", "n0, n1, n2");
        }
    }

    @Test
    void nodeOnTheWayThatChangesTheIds_isFound() {
        Attempt other = mesh.begin(2, 32);
        mesh.onTheWay = message ->
                message.to().equals(N2) ? changedBy(mesh, message, -1, Optional.of(other.keyIds())) : message;
        assertThat(reasonOf(mesh.relay(2, 32))).isEqualTo(RefusalReason.SEAL_MISMATCH);
        assertThat(mesh.last().storedKeys()).isZero();
    }

    /** The message again as N1 can make it: it has the link's bytes and so the right tag. */
    private static HopMessage changedBy(RelayMesh line, HopMessage message, int bit, Optional<List<KeyId>> ids) {
        ExtKeyContainer container = RelayNode.CODEC.decode(message.body());
        byte[] values = container.values().clone();
        if (bit >= 0) {
            values[bit / 8] ^= (byte) (1 << bit % 8);
        }
        ExtKeyContainer changed = new ExtKeyContainer(
                ids.orElse(container.keyIds()),
                values,
                container.saes(),
                container.hop(),
                container.optionalExtension());
        return line.rewritten(message, changed);
    }

    @Test
    void nodeOnTheWayThatSaysRelayedAndDropsTheKeys_isFound_beforeTheMasterGetsAnything() {
        Attempt attempt = mesh.begin(1, 32);
        Decision decision = mesh.first().decide(attempt, new HopAnswer.Relayed());
        assertThat(reasonOf(decision)).isEqualTo(RefusalReason.SEAL_MISMATCH);
        Attempt next = mesh.begin(1, 32);
        String guess = Base64.getEncoder().encodeToString(new byte[16]);
        assertThat(reasonOf(mesh.first().decide(next, new HopAnswer.Relayed(Optional.of(guess)))))
                .isEqualTo(RefusalReason.SEAL_MISMATCH);
        assertThat(mesh.first().events.alarms).hasSize(2).allMatch(alarm -> alarm.contains("n0, n1, n2"));
        assertThat(mesh.first().outbox.due()).as("what may be there is voided").isNotEmpty();
    }

    @Test
    void confirmationOfOtherKeys_isNone() {
        Attempt first = mesh.begin(1, 32);
        Attempt second = mesh.begin(1, 32);
        HopAnswer confirmed = mesh.send(N0, RelayMesh.message(first));
        assertThat(reasonOf(mesh.first().decide(second, confirmed))).isEqualTo(RefusalReason.SEAL_MISMATCH);
        assertThat(mesh.first().decide(first, confirmed)).isInstanceOf(Decision.Given.class);
    }

    @Test
    void repeatOfAMessage_getsTheSameConfirmation() {
        HopMessage message = RelayMesh.message(mesh.begin(1, 32));
        HopReply first = mesh.deliver(N0, message);
        assertThat(first.confirmation()).isPresent();
        assertThat(mesh.deliver(N0, message).confirmation()).isEqualTo(first.confirmation());
    }

    @Test
    void egressThatWasStartedAnew_doesNotKnowTheSeal_andTheIngressLetsGoOfIt() {
        mesh.last().sealing.incoming().clear();
        RelayRequest request = mesh.first().relayKeys.open(List.of(Destination.of(N2, RelayMesh.PAIR)), 1, 32);
        mesh.first().relayKeys.plan(request, new ShortestPath());
        assertThat(mesh.first().relayKeys.begin(request)).isTrue();
        Branch branch = request.branches().get(0);
        branch.sends().answered(mesh.send(branch));
        mesh.first().relayKeys.decide(request);
        HopRefusal refusal = request.failure();
        assertThat(refusal.reason()).isEqualTo(RefusalReason.UNKNOWN_SEAL);
        assertThat(refusal.keptNone()).isTrue();
        assertThat(request.isOpen()).as("once more over the same path").isTrue();
        assertThat(mesh.first().relayKeys.notAgreed(request)).contains(N2);
        mesh.agree(mesh.last());
        assertThat(mesh.first().relayKeys.notAgreed(request)).isEmpty();
        assertThat(mesh.relay(1, 32)).isInstanceOf(Decision.Given.class);
    }

    @Test
    void nodeThatNoSealCanBeAgreedOnWith_endsTheAttempt_andTheSamePathIsPlannedOnceMore() {
        RelayMesh ring = RelayMesh.ring(4).filled(2_000);
        ring.sealed = true;
        RelayRequest request =
                ring.first().relayKeys.open(List.of(Destination.of(ring.last().id, RelayMesh.PAIR)), 1, 32);
        ring.first().relayKeys.plan(request, new ShortestPath());
        ring.first().relayKeys.giveUp(request, ring.last().id);
        assertThat(request.isPlanned()).isFalse();
        assertThat(request.isOpen()).isTrue();
        ring.first().relayKeys.plan(request, new ShortestPath());
        assertThat(request.planned().get(0).hops()).isEqualTo(1);
        ring.first().relayKeys.giveUp(request, ring.last().id);
        ring.first().relayKeys.plan(request, new ShortestPath());
        assertThat(request.planned().get(0).hops()).as("the long way").isEqualTo(3);
    }

    /** A neighbour that was started anew has another epoch, and then it turns out that it has lost the seal as well. */
    @Test
    void egressThatIsTheNextNode_isTriedAgainAfterTheNewEpoch_andAfterTheNewSeal() {
        RelayMesh ring = sealed(RelayMesh.ring(4).filled(2_000));
        RelayRequest request =
                ring.first().relayKeys.open(List.of(Destination.of(ring.last().id, RelayMesh.PAIR)), 1, 32);
        for (RefusalReason reason : List.of(RefusalReason.LINK_EPOCH_CHANGED, RefusalReason.UNKNOWN_SEAL)) {
            ring.first().relayKeys.plan(request, new ShortestPath());
            assertThat(ring.first().relayKeys.begin(request)).isTrue();
            Branch branch = request.branches().get(0);
            branch.sends().answered(new HopAnswer.Refused(HopRefusal.of(reason, "started anew")));
            ring.first().relayKeys.decide(request);
            assertThat(request.excluded()).as(reason.wireName()).isEmpty();
        }
    }

    @Test
    void offerThatIsSentAgainToANodeThatWasStartedAnew_keepsNobodyFromTheirKeys() {
        RelayMesh line = RelayMesh.line(2).filled(2_000);
        line.sealed = true;
        SealLetters.Outgoing offer = line.first().sealLetters.offer(N2).orElseThrow();
        String answer = line.takeOffer(offer);
        line.first().sealLetters.answered(offer, Optional.of(answer));
        line.last().sealing.incoming().clear();
        line.takeOffer(offer);

        RelayKeys relayKeys = line.first().relayKeys;
        RelayRequest request = relayKeys.open(List.of(Destination.of(N2, RelayMesh.PAIR)), 1, 32);
        while (request.isOpen()) {
            relayKeys.plan(request, new ShortestPath());
            if (relayKeys.notAgreed(request).isPresent()) {
                line.agree(line.last());
            }
            assertThat(relayKeys.begin(request)).isTrue();
            line.first().decide(request, line.send(request.branches().get(0)));
        }
        assertThat(request.keys()).isPresent();
        assertThat(request.tried())
                .extracting(attempt -> attempt.failure().reason())
                .containsExactly(RefusalReason.UNKNOWN_SEAL);
        assertThat(line.last().events.alarms).isEmpty();
    }

    @Test
    void nodeThatSaysAgainThatTheSealIsUnknown_isLeftOut_andTheSecretIsKept() {
        RelayMesh ring = sealed(RelayMesh.ring(4).filled(2_000));
        RelayKeys relayKeys = ring.first().relayKeys;
        NodePath lying = NodePath.of(N0, N1, N2);
        ring.agree(ring.node(2));
        RelayRequest request = relayKeys.open(
                List.of(Destination.of(N2, new SaePair(RelayMesh.MASTER, ring.attach("sae-c", 2)))), 1, 32);
        List<NodePath> tried = new ArrayList<>();
        while (request.isOpen()) {
            relayKeys.plan(request, new ShortestPath());
            if (relayKeys.notAgreed(request).isPresent()) {
                ring.agree(ring.node(2));
            }
            assertThat(relayKeys.begin(request)).isTrue();
            NodePath path = request.planned().get(0);
            tried.add(path);
            ring.first()
                    .decide(
                            request,
                            path.equals(lying)
                                    ? new HopAnswer.Refused(HopRefusal.of(RefusalReason.UNKNOWN_SEAL, "a lie"))
                                    : ring.send(request.branches().get(0)));
        }

        assertThat(tried).containsExactly(lying, lying, NodePath.of(N0, RelayMesh.id(3), N2));
        assertThat(request.keys()).isPresent();
        assertThat(ring.first().sealing.outgoing().isAgreed(N2)).isTrue();
        assertThat(ring.first().events.alarms)
                .singleElement()
                .asString()
                .contains(
                        "link-avoided",
                        "n2 does not know what it has just agreed on",
                        lying.nodes().toString());
    }

    /** A node on the way could leave the seal out, and would know the keys that the slave gets. */
    @Test
    void keysWithoutASeal_areRefusedAtTheEgress_whereThePairWantsOne() {
        mesh.sealed = false;
        Attempt attempt = mesh.begin(1, 32);
        mesh.sealed = true;
        HopAnswer answer = mesh.send(N0, RelayMesh.message(attempt));
        assertThat(RelayMesh.refusalOf(answer).reason()).isEqualTo(RefusalReason.SEAL_REQUIRED);
        assertThat(mesh.last().storedKeys()).isZero();
    }

    @Test
    void slavesAtSeveralNodes_getTheSameKeys_eachUnderASealOfItsOwn() {
        RelayMesh ring = sealed(RelayMesh.ring(4).filled(2_000));
        SaeId other = ring.attach("sae-c", 1);
        Seal toLast = ring.first().sealing.outgoing().take(ring.last().id, 2).orElseThrow();
        Seal toOther = ring.agree(ring.node(1));
        List<Way> ways = List.of(
                new Way(
                        SaeGroup.of(RelayMesh.PAIR),
                        NodePath.of(N0, RelayMesh.id(3)),
                        ring.first().link(RelayMesh.id(3)),
                        Optional.of(toLast),
                        false),
                new Way(
                        SaeGroup.of(new SaePair(RelayMesh.MASTER, other)),
                        NodePath.of(N0, N1),
                        ring.first().link(N1),
                        Optional.of(toOther),
                        false));
        Attempt attempt =
                ring.first().ingress.begin(ways, Optional.empty(), 2, 32).orElseThrow();
        List<HopAnswer> answers = new ArrayList<>();
        attempt.branches().forEach(branch -> answers.add(ring.send(branch)));
        Decision decision = ring.first().decide(attempt, answers.toArray(HopAnswer[]::new));
        for (SessionKey key : keysOf(decision)) {
            StoredKey atLast = ring.last().storedKey(key.id()).orElseThrow();
            StoredKey atOther = ring.node(1).storedKey(key.id(), other).orElseThrow();
            assertThat(atLast.bytes()).isEqualTo(key.bytes());
            assertThat(atOther.bytes()).isEqualTo(key.bytes());
        }
    }

    @Test
    void pathOfAMismatch_isLeftOutWhole() {
        RelayMesh ring = sealed(RelayMesh.ring(5).filled(2_000));
        RelayRequest request =
                ring.first().relayKeys.open(List.of(Destination.of(ring.last().id, RelayMesh.PAIR)), 1, 32);
        ring.first().relayKeys.plan(request, new ShortestPath());
        assertThat(ring.first().relayKeys.begin(request)).isTrue();
        request.branches().get(0).sends().answered(new HopAnswer.Relayed());
        ring.first().relayKeys.decide(request);
        assertThat(request.excluded())
                .isEqualTo(Set.copyOf(request.branches().get(0).path().edges()));
    }
}
