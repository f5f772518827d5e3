package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.crypto.OneTimePad;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.Share;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.PairPolicy.Paths;
import org.qkdmesh.policy.PairPolicy.Paths.Choice;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.store.AuditRow;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreTransaction;

/** Keys that go as shares over paths without a node in common. */
class SharesTest {

    private static final NodeId N0 = RelayMesh.id(0);

    private RelayMesh mesh = disjoint(RelayMesh.diamond(2), 2);

    static RelayMesh disjoint(RelayMesh mesh, int shares) {
        mesh.policies.put(RelayMesh.PAIR, policy(Choice.DISJOINT, shares));
        return mesh.filled(4_000);
    }

    private static PairPolicy policy(Choice choice, int shares) {
        return PairPolicy.UNLIMITED.with(new Paths(choice, shares));
    }

    private RelayRequest planned(int count, int keyBytes, SaeId... slaves) {
        List<Destination> destinations = Stream.of(slaves)
                .map(slave -> Destination.of(mesh.homes.get(slave), new SaePair(RelayMesh.MASTER, slave)))
                .toList();
        RelayRequest request = mesh.first().relayKeys.open(destinations, count, keyBytes);
        mesh.first().relayKeys.plan(request, new ShortestPath());
        return request;
    }

    private RelayRequest begun(int count, int keyBytes, SaeId... slaves) {
        RelayRequest request = planned(count, keyBytes, slaves.length > 0 ? slaves : new SaeId[] {RelayMesh.SLAVE});
        assertThat(mesh.first().relayKeys.begin(request)).isTrue();
        return request;
    }

    private List<SessionKey> given(int count, int keyBytes, SaeId... slaves) {
        RelayRequest request = begun(count, keyBytes, slaves);
        mesh.first().decide(request, mesh.sendAll(request));
        return request.keys().orElseThrow();
    }

    private static List<KeyId> sessionIds(RelayRequest request) {
        return request.branches().get(0).sessionKeyIds();
    }

    private int incomplete() {
        return mesh.last().look(tx -> tx.countKeys(RelayMesh.PAIR) - tx.countKeys());
    }

    private void sweep() {
        mesh.last().look(tx -> tx.removeExpired(1_000));
    }

    private static RefusalReason reasonOf(HopAnswer answer) {
        return RelayMesh.refusalOf(answer).reason();
    }

    /** A share that n0 makes as it likes, over one of the nodes between. */
    private HopAnswer sendShare(int middle, Share share, SaeGroup saes, int keyBytes) {
        NodePath path = NodePath.of(N0, RelayMesh.id(middle), mesh.last().id);
        List<KeyId> own =
                share.keyIds().stream().map(id -> new KeyId(mesh.uuid())).toList();
        RelayedKeys relayed =
                new RelayedKeys(own, keyBytes, saes, 0, 3_600, Optional.empty(), Optional.of(share), null);
        HopMessage message = new HopWriter(RelayNode.CODEC)
                .first(relayed, mesh.uuid(), path, mesh.first().link(RelayMesh.id(middle)), Optional.empty())
                .orElseThrow()
                .message();
        return mesh.send(N0, message);
    }

    private HopAnswer sendShare(int middle, Share share) {
        return sendShare(middle, share, SaeGroup.of(RelayMesh.PAIR), 16);
    }

    private Share share(UUID set, int index, int of, KeyId... ids) {
        return new Share(set, index, of, List.of(ids));
    }

    @Property(tries = 30)
    void masterAndSlave_haveTheSameKeys(
            @ForAll @IntRange(min = 2, max = 4) int shares,
            @ForAll @IntRange(min = 1, max = 4) int count,
            @ForAll @IntRange(min = 1, max = 40) int keyBytes,
            @ForAll boolean sealed) {
        mesh = disjoint(RelayMesh.diamond(4), shares);
        mesh.sealed = sealed;
        if (sealed) {
            mesh.agree(mesh.last());
        }
        List<SessionKey> keys = given(count, keyBytes);
        assertThat(keys).hasSize(count);
        for (SessionKey key : keys) {
            assertThat(mesh.last().storedKey(key.id()).orElseThrow().bytes()).isEqualTo(key.bytes());
        }
        assertThat(mesh.first().records()).isEqualTo(count);
        assertThat(incomplete()).isZero();
        assertThat(mesh.first().look(StoreTransaction::intents)).isEmpty();
    }

    /** What a node on the way sees is one share: whatever it adds up, it does not come to the key, and two of them together do. */
    @Test
    void noNodeBetween_canMakeTheKeyOfAllThatItSees() {
        Map<NodeId, List<byte[]>> seen = new HashMap<>();
        mesh.onTheWay = message -> {
            NodePath path = RelayNode.CODEC.decode(message.body()).hop().path();
            seen.computeIfAbsent(path.node(1), node -> new ArrayList<>()).add(mesh.recovered(message));
            return message;
        };
        byte[] key = given(1, 32).get(0).bytes().insecureAccess();
        byte[] first = seen.get(RelayMesh.id(1)).get(0);
        byte[] second = seen.get(RelayMesh.id(2)).get(0);
        seen.values().forEach(bytes -> {
            assertThat(bytes).as("to the node and from it").hasSize(2);
            assertThat(bytes.get(0)).isEqualTo(bytes.get(1)).isNotEqualTo(key);
        });
        assertThat(OneTimePad.apply(first, SecretBytes.owning(second))).isEqualTo(key);
    }

    @Test
    void keys_canBeFetched_fromTheLastShareOn() {
        mesh = disjoint(RelayMesh.diamond(3), 3);
        RelayRequest request = begun(2, 16);
        for (int i = 0; i < 3; i++) {
            assertThat(mesh.last().storedKeys()).isZero();
            assertThat(incomplete()).isEqualTo(i == 0 ? 0 : 2);
            assertThat(mesh.send(request.branches().get(i))).isInstanceOf(HopAnswer.Relayed.class);
        }
        sessionIds(request).forEach(id -> assertThat(mesh.last().storedKey(id)).isPresent());
        assertThat(incomplete()).isZero();
    }

    @Test
    void shares_goUnderIdsOfTheirOwn() {
        List<HopMessage> messages =
                begun(2, 16).branches().stream().map(Branch::message).toList();
        assertThat(messages.stream().flatMap(message -> message.keyIds().stream()))
                .hasSize(4)
                .doesNotHaveDuplicates();
        assertThat(messages.stream().map(message -> RelayNode.CODEC
                        .decode(message.body())
                        .hop()
                        .share()
                        .orElseThrow()
                        .keyIds()))
                .hasSize(2)
                .containsOnly(
                        mesh.first().look(StoreTransaction::intents).get(0).keyIds());
    }

    /** What may become of a share. */
    enum Fate {
        CONFIRMED,
        ANSWER_LOST,
        LOST,
        NOT_SENT
    }

    private HopAnswer meet(Fate fate, Branch branch) {
        return switch (fate) {
            case CONFIRMED -> mesh.send(branch);
            case ANSWER_LOST -> {
                mesh.send(branch);
                yield new HopAnswer.Unknown("cut");
            }
            case LOST -> new HopAnswer.Unknown("cut");
            case NOT_SENT -> new HopAnswer.NotSent("no connection");
        };
    }

    @Provide
    Arbitrary<List<Fate>> fates() {
        return Arbitraries.of(Fate.class).list().ofMinSize(2).ofMaxSize(4);
    }

    @Property(tries = 60)
    void allSharesCome_orNothingIsLeftOfAny_whateverBecomesOfTheMessages(@ForAll("fates") List<Fate> fates) {
        mesh = disjoint(RelayMesh.diamond(4), fates.size());
        RelayRequest request = begun(2, 16);
        HopAnswer[] answers = new HopAnswer[fates.size()];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = meet(fates.get(i), request.branches().get(i));
        }
        List<KeyId> ids = sessionIds(request);
        List<Branch> branches = request.branches();
        mesh.first().decide(request, answers);
        mesh.deliverNotices();
        if (fates.stream().allMatch(Fate.CONFIRMED::equals)) {
            ids.forEach(id -> assertThat(mesh.last().storedKey(id)).isPresent());
            return;
        }
        assertThat(request.keys()).isEmpty();
        assertThat(mesh.first().records()).isZero();
        assertThat(mesh.last().storedKeys() + incomplete()).isZero();
        for (int i = 0; i < answers.length; i++) {
            if (fates.get(i) == Fate.LOST) {
                assertThat(reasonOf(mesh.send(branches.get(i)))).as("come late").isEqualTo(RefusalReason.VOIDED);
            }
        }
        assertThat(mesh.last().storedKeys() + incomplete()).isZero();
    }

    @Test
    void startAfterACrash_voidsTheSet_byTheIdsOfItsKeys() {
        RelayRequest request = begun(2, 16);
        mesh.send(request.branches().get(0));
        mesh.send(request.branches().get(1));
        assertThat(mesh.first().ingress.voidUndecided()).isEqualTo(2);
        mesh.deliverNotices();
        assertThat(mesh.last().storedKeys()).isZero();
        mesh.first().decide(request, new HopAnswer.Relayed(), new HopAnswer.Relayed());
        assertThat(request.keys()).isEmpty();
    }

    @Test
    void shareThatDoesNotFitToTheOthers_isRefused_andNothingComesOfTheSet() {
        KeyId id = new KeyId(mesh.uuid());
        KeyId other = new KeyId(mesh.uuid());
        UUID set = mesh.uuid();
        SaeGroup saes = SaeGroup.of(RelayMesh.PAIR);
        SaeGroup more = new SaeGroup(RelayMesh.MASTER, List.of(RelayMesh.SLAVE, mesh.attach("sae-c", 3)));
        assertThat(sendShare(1, share(set, 0, 2, id))).isInstanceOf(HopAnswer.Relayed.class);
        assertThat(reasonOf(sendShare(2, share(set, 0, 2, id)))).as("twice").isEqualTo(RefusalReason.INVALID);
        assertThat(reasonOf(sendShare(2, share(mesh.uuid(), 1, 2, id))))
                .as("another set")
                .isEqualTo(RefusalReason.INVALID);
        assertThat(reasonOf(sendShare(2, share(set, 1, 3, id)))).as("of more").isEqualTo(RefusalReason.INVALID);
        assertThat(reasonOf(sendShare(2, share(set, 1, 2, id, other))))
                .as("more keys")
                .isEqualTo(RefusalReason.INVALID);
        assertThat(reasonOf(sendShare(2, share(set, 1, 2, id), more, 16)))
                .as("other slaves")
                .isEqualTo(RefusalReason.INVALID);
        assertThat(reasonOf(sendShare(2, share(set, 1, 2, id), saes, 8)))
                .as("another length")
                .isEqualTo(RefusalReason.INVALID);
        assertThat(mesh.last().storedKeys()).isZero();
        assertThat(sendShare(2, share(set, 1, 2, id))).isInstanceOf(HopAnswer.Relayed.class);
        assertThat(mesh.last().storedKey(id)).isPresent();
        assertThat(reasonOf(sendShare(1, share(set, 0, 2, id))))
                .as("after the last")
                .isEqualTo(RefusalReason.KEY_EXISTS);
    }

    /** Another node, with a master of its own, that names the keys of a set. */
    @Test
    void shareOfAnotherIngress_isRefused() {
        KeyId id = new KeyId(mesh.uuid());
        UUID set = mesh.uuid();
        assertThat(sendShare(1, share(set, 0, 2, id))).isInstanceOf(HopAnswer.Relayed.class);
        SaePair pair = new SaePair(new SaeId("sae-m"), RelayMesh.SLAVE);
        mesh.homes.put(pair.master(), RelayMesh.id(1));
        mesh.policies.put(pair, PairPolicy.UNLIMITED);
        RelayedKeys relayed = new RelayedKeys(
                List.of(new KeyId(mesh.uuid())),
                16,
                SaeGroup.of(pair),
                0,
                3_600,
                Optional.empty(),
                Optional.of(share(set, 1, 2, id)),
                null);
        HopMessage message = new HopWriter(RelayNode.CODEC)
                .first(
                        relayed,
                        mesh.uuid(),
                        NodePath.of(RelayMesh.id(1), mesh.last().id),
                        mesh.node(1).link(mesh.last().id),
                        Optional.empty())
                .orElseThrow()
                .message();
        assertThat(reasonOf(mesh.send(RelayMesh.id(1), message))).isEqualTo(RefusalReason.INVALID);
        assertThat(mesh.last().storedKeys()).isZero();
    }

    @Test
    void setsThatAreNotComplete_countAsKeysThatWait_eachOnce() {
        PairPolicy any = policy(Choice.DISJOINT, 2);
        mesh.policies.put(RelayMesh.PAIR, any.with(new PairPolicy.Bounds(8, 4096, 10, 3)));
        RelayRequest first = begun(2, 16);
        RelayRequest second = begun(2, 16);
        assertThat(mesh.send(first.branches().get(0))).isInstanceOf(HopAnswer.Relayed.class);
        assertThat(reasonOf(mesh.send(second.branches().get(0)))).isEqualTo(RefusalReason.KEY_LIMIT);
        assertThat(mesh.send(first.branches().get(1))).isInstanceOf(HopAnswer.Relayed.class);
        assertThat(mesh.last().storedKeys()).isEqualTo(2);
    }

    @Test
    void originWithAllTheTombstonesItMayHave_beginsNoSet() {
        mesh = disjoint(RelayMesh.diamond(2, new RelayLimits(5_000, 64, 100, 3_600, 0, 0, 10, 2, 100)), 2);
        assertThat(mesh.send(begun(2, 16).branches().get(0))).isInstanceOf(HopAnswer.Relayed.class);
        mesh.clock.advance(Duration.ofSeconds(35));
        sweep();
        assertThat(reasonOf(mesh.send(begun(1, 16).branches().get(0)))).isEqualTo(RefusalReason.KEY_LIMIT);
    }

    @Test
    void setThatIsNotComplete_waitsForTheTimeOfARequestAndThirtySeconds_andCanNotBeBegunAnew() {
        RelayRequest inTime = begun(1, 16);
        RelayRequest late = begun(1, 16);
        RelayRequest later = begun(1, 16);
        for (RelayRequest request : List.of(inTime, late, later)) {
            assertThat(mesh.send(request.branches().get(0))).isInstanceOf(HopAnswer.Relayed.class);
        }
        mesh.clock.advance(Duration.ofMillis(34_999));
        sweep();
        assertThat(mesh.send(inTime.branches().get(1))).isInstanceOf(HopAnswer.Relayed.class);
        assertThat(incomplete()).isEqualTo(2);
        mesh.clock.advance(Duration.ofMillis(1));
        assertThat(reasonOf(mesh.send(late.branches().get(1))))
                .as("not removed yet")
                .isEqualTo(RefusalReason.VOIDED);
        sweep();
        assertThat(incomplete()).isZero();
        assertThat(reasonOf(mesh.send(later.branches().get(1)))).isEqualTo(RefusalReason.VOIDED);
        assertThat(incomplete()).isZero();
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
    }

    @Test
    void keyLife_isThatOfTheShareThatEndsFirst() {
        RelayRequest request = begun(1, 16);
        mesh.send(request.branches().get(0));
        mesh.clock.advance(Duration.ofSeconds(4));
        mesh.send(request.branches().get(1));
        long expiresAt =
                mesh.last().storedKey(sessionIds(request).get(0)).orElseThrow().expiresAt();
        assertThat(expiresAt).isEqualTo(RelayLimits.defaults().keptMillis());
    }

    @Test
    void pathWithoutANodeBetween_sufficesAlone() {
        mesh = disjoint(RelayMesh.ring(4), 2);
        RelayRequest request = begun(1, 16);
        assertThat(request.planned()).containsExactly(NodePath.of(N0, RelayMesh.id(3)));
        assertThat(request.branches().get(0).share()).isEmpty();
    }

    @Test
    void tooFewPaths_endTheRequest_andItSaysHowManyThereAre() {
        mesh = disjoint(RelayMesh.line(2), 2);
        RelayRequest request = planned(1, 16, RelayMesh.SLAVE);
        assertThat(request.isOpen()).isFalse();
        assertThat(request.tooFew().orElseThrow().wanted()).isEqualTo(2);
        assertThat(request.tooFew().orElseThrow().paths()).hasSize(1);
        assertThat(request.failure().reason()).isEqualTo(RefusalReason.NO_KNOWN_ROUTE);
        assertThat(request.attempts()).isZero();
    }

    @Test
    void tooFewPaths_forAPairThatMerelyPrefersThem_letTheKeysGoAsAWhole() {
        mesh = disjoint(RelayMesh.line(2), 2);
        mesh.policies.put(RelayMesh.PAIR, policy(Choice.PREFER_DISJOINT, 2));
        RelayRequest request = begun(1, 16);
        assertThat(request.isFallenBack()).isTrue();
        assertThat(request.branches()).singleElement().satisfies(branch -> assertThat(branch.share())
                .isEmpty());
        mesh = RelayMesh.diamond(2).filled(4_000);
        mesh.policies.put(RelayMesh.PAIR, policy(Choice.PREFER_DISJOINT, 2));
        RelayRequest whole = begun(1, 16);
        assertThat(whole.isFallenBack()).isFalse();
        assertThat(whole.branches()).hasSize(2);
    }

    @Test
    void pathThatFailed_isLeftOut_andAllGoesAnewOverOtherPaths() {
        mesh = disjoint(RelayMesh.diamond(3), 2);
        RelayRequest request = begun(1, 16);
        List<NodePath> first = request.planned();
        KeyId id = sessionIds(request).get(0);
        mesh.first().decide(request, mesh.send(request.branches().get(0)), new HopAnswer.Unknown("no answer"));
        assertThat(request.isOpen()).isTrue();
        mesh.first().relayKeys.plan(request, new ShortestPath());
        assertThat(request.planned()).hasSize(2).doesNotContain(first.get(1));
        assertThat(mesh.first().relayKeys.begin(request)).isTrue();
        assertThat(sessionIds(request)).doesNotContain(id);
        mesh.first().decide(request, mesh.sendAll(request));
        assertThat(request.keys()).isPresent();
        mesh.deliverNotices();
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
        assertThat(incomplete()).isZero();
    }

    /** Where keys are sealed, the egress finds a share that was changed, and the ingress leaves out every link of its path. */
    @Test
    void pathOnWhichAShareWasChanged_isLeftOutWhole_andAllGoesAnewOverOtherPaths_whereKeysAreSealed() {
        mesh = disjoint(RelayMesh.diamond(3), 2);
        mesh.sealed = true;
        mesh.agree(mesh.last());
        RelayRequest request = begun(1, 16);
        NodePath lying = request.planned().get(0);
        mesh.onTheWay = message -> isLastOf(lying, message) ? withOneBitFlipped(message) : message;
        mesh.first().decide(request, mesh.sendAll(request));
        assertThat(request.excluded()).isEqualTo(Set.copyOf(lying.edges()));
        mesh.first().relayKeys.plan(request, new ShortestPath());
        assertThat(request.planned()).hasSize(2).doesNotContain(lying);
        assertThat(mesh.first().relayKeys.begin(request)).isTrue();
        mesh.first().decide(request, mesh.sendAll(request));
        SessionKey key = request.keys().orElseThrow().get(0);
        mesh.deliverNotices();
        assertThat(mesh.last().storedKey(key.id()).orElseThrow().bytes()).isEqualTo(key.bytes());
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
        assertThat(incomplete()).isZero();
    }

    /** What is said of {@code seal: off}: then nobody but the two SAEs can find out. */
    @Test
    void shareThatWasChanged_isNotFound_whereKeysAreNotSealed() {
        RelayRequest request = begun(1, 16);
        NodePath lying = request.planned().get(0);
        mesh.onTheWay = message -> isLastOf(lying, message) ? withOneBitFlipped(message) : message;
        mesh.first().decide(request, mesh.sendAll(request));
        SessionKey key = request.keys().orElseThrow().get(0);
        assertThat(mesh.last().storedKey(key.id()).orElseThrow().bytes()).isNotEqualTo(key.bytes());
    }

    private boolean isLastOf(NodePath path, HopMessage message) {
        return message.to().equals(mesh.last().id)
                && RelayNode.CODEC.decode(message.body()).hop().path().equals(path);
    }

    private HopMessage withOneBitFlipped(HopMessage message) {
        ExtKeyContainer container = RelayNode.CODEC.decode(message.body());
        byte[] values = container.values().clone();
        values[0] ^= 1;
        return mesh.rewritten(
                message,
                new ExtKeyContainer(
                        container.keyIds(), values, container.saes(), container.hop(), container.optionalExtension()));
    }

    /** The node of the one slave is a neighbour, and the other's is beyond two nodes: the same keys, each its own way. */
    @Property(tries = 20)
    void slavesAtSeveralNodes_getTheSameKeys_andOneWishForDisjointPathsHoldsForAll(
            @ForAll boolean neighbourFirst, @ForAll @IntRange(min = 2, max = 3) int shares) {
        mesh = disjoint(RelayMesh.diamond(3), shares);
        SaeId near = mesh.attach("sae-c", 1);
        SaeId[] slaves = neighbourFirst ? new SaeId[] {near, RelayMesh.SLAVE} : new SaeId[] {RelayMesh.SLAVE, near};
        List<SessionKey> keys = given(2, 16, slaves);
        for (SessionKey key : keys) {
            assertThat(mesh.last().storedKey(key.id()).orElseThrow().bytes()).isEqualTo(key.bytes());
            assertThat(mesh.node(1).storedKey(key.id(), near).orElseThrow().bytes())
                    .isEqualTo(key.bytes());
        }
        assertThat(mesh.first().records()).isEqualTo(4);
        assertThat(mesh.first().look(MemoryStore::allNotices)).isEmpty();
    }

    @Test
    void nodeBetweenThatMovesAShareToAnotherSet_isFound_whereKeysAreSealed() {
        mesh.sealed = true;
        mesh.agree(mesh.last());
        RelayRequest request = begun(1, 16);
        RelayRequest other = begun(1, 16);
        Share moved = other.branches().get(0).share().orElseThrow();
        mesh.onTheWay = message -> message.to().equals(mesh.last().id) ? withShare(message, moved) : message;
        assertThat(reasonOf(mesh.send(request.branches().get(0)))).isEqualTo(RefusalReason.SEAL_MISMATCH);
        assertThat(incomplete()).isZero();
    }

    private HopMessage withShare(HopMessage message, Share share) {
        ExtKeyContainer container = RelayNode.CODEC.decode(message.body());
        HopData hop = container.hop();
        return mesh.rewritten(
                message,
                new ExtKeyContainer(
                        container.keyIds(),
                        container.values(),
                        container.saes(),
                        new HopData(
                                hop.relayId(),
                                hop.senderEpoch(),
                                hop.receiverEpoch(),
                                hop.path(),
                                hop.position(),
                                hop.ranges(),
                                hop.lifeSeconds(),
                                hop.targetIndex(),
                                hop.seal(),
                                Optional.of(share)),
                        container.optionalExtension()));
    }

    @Test
    void audit_tellsOfEachShare_underTheIdsOfTheKeys() {
        mesh.first().disk.keepAudit(100, false, () -> false);
        mesh.last().disk.keepAudit(100, false, () -> false);
        KeyId id = given(1, 16).get(0).id();
        for (RelayNode end : List.of(mesh.first(), mesh.last())) {
            List<AuditRow> rows = end.look(tx -> tx.auditRows(100));
            assertThat(rows)
                    .allSatisfy(row -> assertThat(row.keyIds()).containsExactly(id))
                    .extracting(AuditRow::json)
                    .anyMatch(event -> event.contains("\"share\":\"1 of 2\"") && event.contains("n1"))
                    .anyMatch(event -> event.contains("\"share\":\"2 of 2\"") && event.contains("n2"));
        }
    }
}
