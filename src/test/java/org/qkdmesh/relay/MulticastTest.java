package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/** The same keys for slaves at several nodes of a ring of five, the master at n0. */
class MulticastTest {

    private static final NodeId N0 = RelayMesh.id(0);
    private static final int NODES = 5;

    private final List<HopMessage> sent = new ArrayList<>();
    private RelayMesh mesh = mesh(RelayLimits.defaults());
    private Map<SaeId, Integer> slaves = new LinkedHashMap<>();

    private static RelayMesh mesh(RelayLimits limits) {
        return RelayMesh.ring(NODES, limits).filled(4000);
    }

    /** Another mesh, for the next try of a property. */
    private void attachAnew(List<Integer> nodes) {
        mesh = mesh(RelayLimits.defaults());
        sent.clear();
        attach(nodes.toArray(Integer[]::new));
    }

    private void attach(Integer... nodes) {
        slaves = new LinkedHashMap<>();
        for (int i = 0; i < nodes.length; i++) {
            slaves.put(mesh.attach("slave-" + i, nodes[i]), nodes[i]);
        }
        mesh.onTheWay = message -> {
            sent.add(message);
            return message;
        };
    }

    private RelayRequest open(int count, int keyBytes) {
        Map<Integer, List<SaeId>> byNode = new LinkedHashMap<>();
        slaves.forEach((slave, node) ->
                byNode.computeIfAbsent(node, unknown -> new ArrayList<>()).add(slave));
        List<Destination> destinations = byNode.entrySet().stream()
                .map(node ->
                        new Destination(RelayMesh.id(node.getKey()), new SaeGroup(RelayMesh.MASTER, node.getValue())))
                .toList();
        return mesh.first().relayKeys.open(destinations, count, keyBytes);
    }

    private RelayRequest begun(int count, int keyBytes) {
        RelayRequest request = open(count, keyBytes);
        mesh.first().relayKeys.plan(request, new ShortestPath());
        assertThat(mesh.first().relayKeys.begin(request)).isTrue();
        return request;
    }

    /** One attempt that reaches everybody. */
    private List<SessionKey> given(int count, int keyBytes) {
        RelayRequest request = begun(count, keyBytes);
        mesh.first().decide(request, mesh.sendAll(request));
        return request.keys().orElseThrow();
    }

    private byte[] storedBytes(SaeId slave, KeyId id) {
        StoredKey key = mesh.node(slaves.get(slave)).storedKey(id, slave).orElseThrow();
        return key.bytes().insecureAccess();
    }

    private List<OutboxNotice> owed() {
        return mesh.first().look(MemoryStore::allNotices);
    }

    private List<Intent> intents() {
        return mesh.first().look(StoreTransaction::intents);
    }

    private void assertNobodyHoldsAnything() {
        for (int node = 0; node < NODES; node++) {
            assertThat(mesh.node(node).storedKeys()).as("keys at n" + node).isZero();
        }
        assertThat(mesh.first().records()).isZero();
        assertThat(intents()).isEmpty();
    }

    @Provide
    Arbitrary<List<Integer>> nodesOfSlaves() {
        return Arbitraries.integers()
                .between(0, NODES - 1)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8)
                .filter(nodes -> nodes.stream().anyMatch(node -> node > 0));
    }

    @Property(tries = 60)
    void keys_areTheSameAtTheMasterAndAllSlaves_whereverTheyAre(
            @ForAll("nodesOfSlaves") List<Integer> nodes,
            @ForAll @IntRange(min = 1, max = 4) int count,
            @ForAll @IntRange(min = 1, max = 40) int keyBytes) {
        attachAnew(nodes);
        List<SessionKey> keys = given(count, keyBytes);
        assertThat(keys).hasSize(count);
        for (SessionKey key : keys) {
            slaves.keySet().forEach(slave -> assertThat(storedBytes(slave, key.id()))
                    .isEqualTo(key.bytes().insecureAccess()));
        }
        Set<Integer> others = new HashSet<>(nodes);
        others.remove(0);
        long first = sent.stream()
                .filter(message -> container(message).hop().position() == 1)
                .count();
        assertThat(first).as("one relay for each other node").isEqualTo(others.size());
        int away = (int) nodes.stream().filter(node -> node > 0).count();
        assertThat(mesh.first().records())
                .as("a record for each slave elsewhere")
                .isEqualTo(count * away);
        assertThat(owed()).isEmpty();
        assertThat(intents()).isEmpty();
    }

    private static ExtKeyContainer container(HopMessage message) {
        return RelayNode.CODEC.decode(message.body());
    }

    @Property(tries = 40)
    void messages_shareNoByteOfLinkKey_andNoneShowsAKey(@ForAll("nodesOfSlaves") List<Integer> nodes) {
        attachAnew(nodes);
        List<SessionKey> keys = given(2, 32);
        Map<String, HopMessage> used = new HashMap<>();
        for (HopMessage message : sent) {
            NodeId sender = container(message)
                    .hop()
                    .path()
                    .node(container(message).hop().position() - 1);
            for (KeyRange range : message.ranges()) {
                for (int offset = range.offset(); offset < range.end(); offset++) {
                    assertThat(used.put(sender + " " + range.keyId() + " " + offset, message))
                            .isNull();
                }
            }
            for (SessionKey key : keys) {
                String shown = new String(message.body(), StandardCharsets.ISO_8859_1);
                assertThat(shown)
                        .doesNotContain(
                                Base64.getEncoder().encodeToString(key.bytes().insecureAccess()));
            }
        }
    }

    /** Node 2 and node 4 would get the same bytes, and whoever is on the way to node 4 sees what is not sealed. */
    @Test
    void keys_areSealedForAllSlaves_whereOneOfThemWantsIt_whereverThatOneIs() {
        for (int wanting : List.of(2, 0)) {
            attachAnew(List.of(wanting, 4));
            mesh.sealed = true;
            mesh.unsealed.add(new SaeId("slave-1"));
            mesh.agree(mesh.node(2));
            mesh.agree(mesh.node(4));

            RelayRequest request = begun(1, 32);

            assertThat(request.branches())
                    .allSatisfy(branch ->
                            assertThat(container(branch.message()).hop().seal()).isPresent());
            mesh.first().decide(request, mesh.sendAll(request));
            SessionKey key = request.keys().orElseThrow().get(0);
            slaves.keySet().forEach(slave -> assertThat(storedBytes(slave, key.id()))
                    .isEqualTo(key.bytes().insecureAccess()));
        }
    }

    @Test
    void firstRelay_namesTheBytesThatAreTheKeys_andTheOthersCarryThemPadded() {
        attach(1, 4, 2);
        RelayRequest request = begun(1, 16);
        List<ExtKeyContainer> messages = request.branches().stream()
                .map(branch -> container(branch.message()))
                .toList();
        assertThat(messages).extracting(message -> message.hop().targetIndex()).containsExactly(0, 1, 2);
        assertThat(messages.get(0).values()).isEqualTo(new byte[16]);
        assertThat(messages.get(1).values()).isNotEqualTo(new byte[16]);
        assertThat(messages).extracting(message -> message.hop().relayId()).doesNotHaveDuplicates();
        assertThat(messages)
                .extracting(ExtKeyContainer::keyIds)
                .containsOnly(messages.get(0).keyIds());
    }

    @Test
    void begin_writesTheIntentsOfAllNodesInOneTransaction_beforeThereIsAMessage() {
        attach(1, 4, 0, 2);
        int[] commits = new int[1];
        mesh.first().disk.setCrashPoint(moment -> commits[0]++);
        RelayRequest request = begun(2, 16);
        mesh.first().disk.setCrashPoint(moment -> {});
        assertThat(commits[0]).as("moments of one commit").isEqualTo(2);
        assertThat(intents())
                .extracting(Intent::egress)
                .containsExactly(RelayMesh.id(1), RelayMesh.id(4), RelayMesh.id(2));
        assertThat(intents()).allSatisfy(intent -> assertThat(intent.keyIds())
                .isEqualTo(request.branches().get(0).message().keyIds()));
    }

    @Test
    void begin_whenTheDiskRefuses_sendsNothingAndLeavesNoIntent() {
        attach(1, 4);
        mesh.first().disk.setCrashPoint(moment -> {
            throw new StoreFailure("full", true, null);
        });
        RelayRequest request = open(1, 16);
        mesh.first().relayKeys.plan(request, new ShortestPath());
        mesh.first().relayKeys.begin(request);
        mesh.first().disk.setCrashPoint(moment -> {});
        assertThat(request.isUnderWay()).isFalse();
        assertThat(request.isOpen()).isFalse();
        assertThat(intents()).isEmpty();
    }

    @Test
    void decision_onceOnDisk_isThereForAllSlaves_andACrashBeforeLeavesTheIntentsOfAll() {
        attach(1, 4, 0);
        for (MemoryStore.Moment crash : MemoryStore.Moment.values()) {
            RelayRequest request = begun(1, 16);
            KeyId id = request.branches().get(0).message().keyIds().get(0);
            HopAnswer[] answers = mesh.sendAll(request);
            mesh.first().disk.setCrashPoint(moment -> {
                if (moment == crash) {
                    throw new IllegalStateException("killed");
                }
            });
            assertThatThrownBy(() -> mesh.first().decide(request, answers)).hasMessage("killed");
            mesh.first().disk.setCrashPoint(moment -> {});
            boolean decided = crash == MemoryStore.Moment.AFTER_COMMIT;
            assertThat(mesh.first().records()).isEqualTo(decided ? 2 : 0);
            assertThat(mesh.first().storedKey(id, new SaeId("slave-2")).isPresent())
                    .as("the copy of the slave here")
                    .isEqualTo(decided);
            assertThat(intents().stream()
                            .filter(intent -> intent.keyIds().contains(id))
                            .map(Intent::egress))
                    .isEqualTo(decided ? List.of() : List.of(RelayMesh.id(1), RelayMesh.id(4)));
        }
    }

    @Test
    void messagesThatComeAgain_longAfterTheSlavesHaveTheKeys_bringNothingBack() {
        attach(1, 4, 2);
        KeyId id = given(1, 16).get(0).id();
        slaves.forEach((slave, node) -> mesh.node(node).look(tx -> {
            tx.removeKey(id, slave);
            return null;
        }));
        mesh.clock.advance(Duration.ofMillis(RelayLimits.RESULT_MILLIS));
        for (HopMessage message : List.copyOf(sent)) {
            HopData hop = container(message).hop();
            HopReply again = mesh.deliver(hop.path().node(hop.position() - 1), message);
            assertThat(again.refusal()).as("at the first hop or another").isPresent();
        }
        for (int node = 0; node < NODES; node++) {
            assertThat(mesh.node(node).storedKeys()).isZero();
        }
    }

    @Test
    void messageWhoseTargetsOrIndexSomebodyChanged_isFoundByItsTag() {
        for (String[] change : List.of(
                new String[] {"\"target_index\":1", "\"target_index\":2"},
                new String[] {"\"target_sae_ids\":[\"slave-1\",\"slave-2\"]", "\"target_sae_ids\":[\"slave-1\"]"})) {
            attachAnew(List.of(1, 4, 4));
            HopMessage message = begun(1, 16).branches().get(1).message();
            String body = new String(message.body(), StandardCharsets.UTF_8);
            assertThat(body).contains(change[0]);
            HopMessage changed = AlteredMessageTest.withBody(
                    message, body.replace(change[0], change[1]).getBytes(StandardCharsets.UTF_8));
            assertThat(RelayMesh.refusalOf(mesh.send(N0, changed)).reason()).isEqualTo(RefusalReason.TAG_MISMATCH);
            assertThat(mesh.node(4).storedKeys()).isZero();
        }
    }

    /** What may become of the message of a branch. */
    enum Fate {
        CONFIRMED,
        ANSWER_LOST,
        LOST,
        REFUSED,
        NOT_SENT
    }

    private HopAnswer meet(Fate fate, Branch branch) {
        switch (fate) {
            case CONFIRMED -> {
                return mesh.send(branch);
            }
            case ANSWER_LOST -> {
                mesh.send(branch);
                return new HopAnswer.Unknown("cut");
            }
            case LOST -> {
                return new HopAnswer.Unknown("cut");
            }
            case REFUSED -> {
                return new HopAnswer.Refused(HopRefusal.of(RefusalReason.BUSY, "busy"));
            }
            default -> {
                return new HopAnswer.NotSent("no connection");
            }
        }
    }

    @Property(tries = 100)
    void allSlavesHaveTheKeys_orNobodyDoes_whateverBecomesOfTheMessages(
            @ForAll("fates") List<Fate> fates, @ForAll boolean oneHere) {
        attachAnew(oneHere ? List.of(1, 2, 3, 4, 0, 1) : List.of(1, 2, 3, 4, 1));
        RelayRequest request = begun(1, 16);
        KeyId id = request.branches().get(0).message().keyIds().get(0);
        HopAnswer[] answers = new HopAnswer[fates.size()];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = meet(fates.get(i), request.branches().get(i));
        }
        mesh.first().decide(request, answers);
        if (fates.stream().allMatch(Fate.CONFIRMED::equals)) {
            slaves.keySet().forEach(slave -> storedBytes(slave, id));
            return;
        }
        assertThat(request.keys()).isEmpty();
        List<NodeId> mayHold = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            if (!answers[i].keptNone()) {
                mayHold.add(RelayMesh.id(i + 1));
            }
        }
        assertThat(owed()).allSatisfy(notice -> assertThat(notice.type()).isEqualTo(NoticeType.VOID));
        assertThat(owed()).extracting(OutboxNotice::to).containsExactlyInAnyOrderElementsOf(mayHold);
        mesh.deliverNotices();
        for (int i = 0; i < answers.length; i++) {
            if (fates.get(i) == Fate.LOST) {
                assertThat(mesh.send(request.branches().get(i)).keptNone())
                        .as("a late message")
                        .isTrue();
            }
        }
        assertNobodyHoldsAnything();
    }

    @Provide
    Arbitrary<List<Fate>> fates() {
        return Arbitraries.frequencyOf(
                        Tuple.of(4, Arbitraries.just(Fate.CONFIRMED)), Tuple.of(2, Arbitraries.of(Fate.class)))
                .list()
                .ofSize(4);
    }

    @Test
    void afterAFailedNode_theNextAttemptHasFreshIdsAndBytesForAll_overAnotherPath() {
        attach(1, 4);
        RelayRequest request = begun(1, 16);
        List<Branch> first = request.branches();
        mesh.first().decide(request, mesh.send(first.get(0)), new HopAnswer.NotSent("no connection"));
        assertThat(owed()).extracting(OutboxNotice::to).containsExactly(RelayMesh.id(1));
        mesh.first().relayKeys.plan(request, new ShortestPath());
        assertThat(request.planned().get(1).hops()).isEqualTo(4);
        assertThat(mesh.first().relayKeys.begin(request)).isTrue();
        mesh.first().decide(request, mesh.sendAll(request));
        KeyId id = request.keys().orElseThrow().get(0).id();
        assertThat(first.get(0).message().keyIds()).doesNotContain(id);
        assertThat(storedBytes(new SaeId("slave-1"), id)).isEqualTo(storedBytes(new SaeId("slave-0"), id));
    }

    @Test
    void slavesOfOneNode_haveACopyEach_andAVoidTakesAll() {
        attach(3, 3, 3);
        RelayRequest request = begun(1, 16);
        assertThat(request.branches()).hasSize(1);
        mesh.send(request.branches().get(0));
        assertThat(mesh.node(3).storedKeys()).isEqualTo(3);
        mesh.first().decide(request, new HopAnswer.Unknown("cut"));
        mesh.deliverNotices();
        assertNobodyHoldsAnything();
    }

    @Test
    void limitOfAPair_countsEachSlave_andOneThatIsFullRefusesTheRelay() {
        mesh = mesh(new RelayLimits(5_000, 64, 2, 3_600, 0, 0, 10, 10, 10));
        attach(3, 3);
        given(1, 16);
        SaePair full = new SaePair(RelayMesh.MASTER, new SaeId("slave-1"));
        int waiting = mesh.node(3).<Integer>look(tx -> tx.countKeys(full));
        assertThat(waiting).isEqualTo(1);
        mesh.node(3).look(tx -> {
            tx.putKey(new StoredKey(
                    new KeyId(mesh.uuid()),
                    SaeGroup.of(full),
                    N0,
                    SecretBytes.owning(new byte[16]),
                    tx.now(),
                    tx.now() + 1000));
            return null;
        });
        RelayRequest request = begun(1, 16);
        mesh.first().decide(request, mesh.send(request.branches().get(0)));
        assertThat(request.failure().reason()).isEqualTo(RefusalReason.KEY_LIMIT);
        assertThat(mesh.node(3).storedKeys()).isEqualTo(3);
    }

    @Test
    void slaveHereThatIsFull_isToldBeforeAnythingIsSent_orVoidsTheRestWhereItFillsMeanwhile() {
        mesh = mesh(new RelayLimits(5_000, 64, 1, 3_600, 0, 0, 10, 10, 10));
        attach(1, 0);
        RelayRequest early = begun(1, 16);
        mesh.first().decide(begun(1, 16), new HopAnswer.Relayed());
        mesh.first().decide(early, mesh.send(early.branches().get(0)));
        assertThat(early.isOpen()).isFalse();
        assertThat(early.keys()).isEmpty();
        assertThat(early.failure().reason()).isEqualTo(RefusalReason.KEY_LIMIT);
        assertThat(owed()).extracting(OutboxNotice::to).containsExactly(RelayMesh.id(1));
        assertThatThrownBy(() -> begun(1, 16))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("too many keys wait for the slave SAE");
    }

    @Test
    void shortLink_isFoundBeforeTheOthersGiveAnything() {
        attach(1, 4);
        mesh.link(N0, RelayMesh.id(4)).outgoing().take(3_980).orElseThrow().close();
        RelayRequest request = open(1, 16);
        mesh.first().relayKeys.plan(request, new ShortestPath());
        assertThat(mesh.first().relayKeys.begin(request)).isFalse();
        assertThat(mesh.first().relayKeys.shortLink(request).orElseThrow().neighbour())
                .isEqualTo(RelayMesh.id(4));
        assertThat(mesh.link(N0, RelayMesh.id(1)).outgoing().availableBytes()).isEqualTo(4_000);
        mesh.first().relayKeys.giveUp(request);
        assertThat(mesh.first().failedLinks)
                .containsExactly(request.planned().get(1).hopFrom(0));
        assertThat(intents()).isEmpty();
    }

    @Test
    void delivered_ofOneSlave_removesItsRecordOnly_andOnlyOnTheWordOfItsOwnEgress() {
        attach(1, 4, 4);
        KeyId id = given(1, 16).get(0).id();
        delivered(4, "slave-0", id);
        assertThat(mesh.first().records()).as("n4 is not the egress of slave-0").isEqualTo(3);
        delivered(4, "slave-2", id);
        assertThat(mesh.first().records()).isEqualTo(2);
        delivered(1, "slave-0", id);
        assertThat(mesh.first().records()).isEqualTo(1);
    }

    private void delivered(int from, String slave, KeyId id) {
        NodeId egress = RelayMesh.id(from);
        SaePair pair = new SaePair(RelayMesh.MASTER, new SaeId(slave));
        Notice notice = new Notice(mesh.uuid(), NoticeType.DELIVERED, egress, N0, pair, List.of(id), 100);
        String signed = NamedStatements.of(egress).sign(Notice.STATEMENT, NoticeCodec.encode(notice));
        assertThat(mesh.first().notices.receive(egress, signed, 5)).isInstanceOf(Handling.Answered.class);
    }
}
