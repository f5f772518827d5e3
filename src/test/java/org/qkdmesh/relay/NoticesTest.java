package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.store.AuditRow;
import org.qkdmesh.store.KeyRecord;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreFailure;

class NoticesTest {

    private static final NodeId N0 = RelayMesh.id(0);
    private static final NodeId N1 = RelayMesh.id(1);
    private static final NodeId N2 = RelayMesh.id(2);

    private final RelayMesh mesh = RelayMesh.line(2, 1, new RelayLimits(5_000, 64, 100, 3_600, 0, 0, 100, 4, 100))
            .filled(500);

    private String signed(NodeId signer, NoticeType type, NodeId from, NodeId to, List<KeyId> ids) {
        Notice notice = new Notice(mesh.uuid(), type, from, to, RelayMesh.PAIR, ids, 100);
        return NamedStatements.of(signer).sign(Notice.STATEMENT, NoticeCodec.encode(notice));
    }

    private static RefusalReason reason(Handling handling) {
        return ((Handling.Refused) handling).refusal().reason();
    }

    private Handling tell(String notice) {
        return mesh.last().notices.receive(N1, notice, 5);
    }

    private KeyId relayOne() {
        return ((Decision.Given) mesh.relay(1, 16)).keys().get(0).id();
    }

    @Test
    void void_removesTheKeysAndIsAcknowledged() {
        KeyId id = relayOne();
        String notice = signed(N0, NoticeType.VOID, N0, N2, List.of(id));
        String ack = ((Handling.Answered) tell(notice)).text();
        assertThat(mesh.last().storedKeys()).isZero();
        assertThat(NoticeAck.isValid(NamedStatements.verifier(), N2, notice, ack))
                .isTrue();
        assertThat(NoticeAck.isValid(NamedStatements.verifier(), N1, notice, ack))
                .isFalse();
        assertThat(NoticeAck.isValid(NamedStatements.verifier(), N2, notice + " ", ack))
                .isFalse();
        assertThat(NoticeAck.isValid(NamedStatements.verifier(), N2, notice, notice))
                .isFalse();
    }

    @Test
    void void_thatComesBeforeTheKeys_refusesTheWholeMessage() {
        Attempt attempt = mesh.begin(3, 16);
        List<KeyId> one = RelayMesh.message(attempt).keyIds().subList(1, 2);
        assertThat(tell(signed(N0, NoticeType.VOID, N0, N2, one))).isInstanceOf(Handling.Answered.class);
        HopAnswer late = mesh.send(N0, RelayMesh.message(attempt));
        assertThat(RelayMesh.refusalOf(late).reason()).isEqualTo(RefusalReason.VOIDED);
        assertThat(late.keptNone()).isTrue();
        assertThat(mesh.last().storedKeys()).isZero();
    }

    @Test
    void void_ofAnotherOrigin_doesNotBlockThisOne() {
        Attempt attempt = mesh.begin(1, 16);
        tell(signed(N1, NoticeType.VOID, N1, N2, RelayMesh.message(attempt).keyIds()));
        assertThat(mesh.send(N0, RelayMesh.message(attempt))).isInstanceOf(HopAnswer.Relayed.class);
    }

    @Test
    void void_ofAnotherOrigin_doesNotRemoveTheKeys() {
        KeyId id = relayOne();
        assertThat(tell(signed(N1, NoticeType.VOID, N1, N2, List.of(id)))).isInstanceOf(Handling.Answered.class);
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
    }

    @Test
    void void_beyondTheBoundOfTombstones_isNotAcknowledgedAndChangesNothing() {
        KeyId stored = relayOne();
        List<KeyId> four = List.of(key(), key(), key(), key());
        assertThat(tell(signed(N0, NoticeType.VOID, N0, N2, four))).isInstanceOf(Handling.Answered.class);
        assertThat(reason(tell(signed(N0, NoticeType.VOID, N0, N2, List.of(stored)))))
                .isEqualTo(RefusalReason.KEY_LIMIT);
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
        // What has its tombstones is acknowledged again and again, and other origins have their own bound.
        assertThat(tell(signed(N0, NoticeType.VOID, N0, N2, four))).isInstanceOf(Handling.Answered.class);
        assertThat(tell(signed(N1, NoticeType.VOID, N1, N2, four))).isInstanceOf(Handling.Answered.class);
    }

    private KeyId key() {
        return new KeyId(mesh.uuid());
    }

    @Test
    void delivered_removesTheRecord_onlyOnTheWordOfItsEgress() {
        KeyId id = relayOne();
        Notices atIngress = mesh.first().notices;
        assertThat(atIngress.receive(N1, signed(N1, NoticeType.DELIVERED, N1, N0, List.of(id)), 5))
                .isInstanceOf(Handling.Answered.class);
        assertThat(mesh.first().<Optional<KeyRecord>>look(tx -> tx.record(id, RelayMesh.SLAVE)))
                .isPresent();
        assertThat(atIngress.receive(N1, signed(N2, NoticeType.DELIVERED, N2, N0, List.of(id)), 5))
                .isInstanceOf(Handling.Answered.class);
        assertThat(mesh.first().<Optional<KeyRecord>>look(tx -> tx.record(id, RelayMesh.SLAVE)))
                .isEmpty();
    }

    @Test
    void delivered_ofAnUnknownId_isAcknowledged() {
        assertThat(mesh.first().notices.receive(N1, signed(N2, NoticeType.DELIVERED, N2, N0, List.of(key())), 5))
                .isInstanceOf(Handling.Answered.class);
    }

    @Test
    void audit_tellsOnlyOfKeysThatWereHere() {
        KeyId id = relayOne();
        mesh.first().disk.keepAudit(9, false, () -> false);
        mesh.last().disk.keepAudit(9, false, () -> false);
        KeyId unknown = key();
        mesh.first().notices.receive(N1, signed(N2, NoticeType.DELIVERED, N2, N0, List.of(unknown)), 5);
        mesh.first().notices.receive(N1, signed(N1, NoticeType.DELIVERED, N1, N0, List.of(id)), 5);
        tell(signed(N1, NoticeType.VOID, N1, N2, List.of(id, unknown)));
        assertThat(told(mesh.first())).isEmpty();
        assertThat(told(mesh.last())).isEmpty();
        mesh.first().notices.receive(N1, signed(N2, NoticeType.DELIVERED, N2, N0, List.of(id, unknown)), 5);
        tell(signed(N0, NoticeType.VOID, N0, N2, List.of(id, unknown)));
        assertThat(told(mesh.first())).singleElement().satisfies(row -> assertTells(row, "delivered", id));
        assertThat(told(mesh.last())).singleElement().satisfies(row -> assertTells(row, "voided", id));
    }

    private static void assertTells(AuditRow row, String what, KeyId id) {
        assertThat(row.json()).contains("\"event\":\"" + what + "\"");
        assertThat(row.keyIds()).containsExactly(id);
    }

    private static List<AuditRow> told(RelayNode node) {
        return node.look(tx -> tx.auditRows(9));
    }

    @Test
    void receive_ofANoticeInAnothersName_isRefused() {
        KeyId id = relayOne();
        assertThat(reason(tell(signed(N1, NoticeType.VOID, N0, N2, List.of(id)))))
                .isEqualTo(RefusalReason.UNAUTHORIZED);
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
    }

    @Test
    void receive_ofSomethingThatIsNotSignedOrOfAnotherKind_isRefused() {
        assertThat(reason(tell("void"))).isEqualTo(RefusalReason.INVALID);
        String good = signed(N0, NoticeType.VOID, N0, N2, List.of(key()));
        assertThat(reason(tell(good.replaceFirst("n0", "n1")))).isEqualTo(RefusalReason.UNAUTHORIZED);
        byte[] payload = NoticeCodec.encode(
                new Notice(mesh.uuid(), NoticeType.VOID, N0, N2, RelayMesh.PAIR, List.of(key()), 100));
        assertThat(reason(tell(NamedStatements.of(N0).sign(Notice.ACKNOWLEDGEMENT, payload))))
                .isEqualTo(RefusalReason.UNAUTHORIZED);
        assertThat(reason(tell(NamedStatements.of(N0).sign(Notice.STATEMENT, new byte[] {'{', '}'}))))
                .isEqualTo(RefusalReason.INVALID);
    }

    @Test
    void receive_whenTheStoreDoesNotAnswer_isNotAcknowledged() {
        mesh.last().disk.setCrashPoint(moment -> {
            if (moment == MemoryStore.Moment.BEFORE_COMMIT) {
                throw new StoreFailure("full", true, null);
            }
        });
        assertThat(reason(tell(signed(N0, NoticeType.VOID, N0, N2, List.of(key())))))
                .isEqualTo(RefusalReason.STORE_UNAVAILABLE);
    }

    // Passing on.

    @Test
    void receive_ofANoticeForAnotherNode_passesItOnAlongTheBestPathAndCountsDown() {
        String notice = signed(N0, NoticeType.VOID, N0, N2, List.of(key()));
        assertThat(mesh.node(1).notices.receive(N0, notice, 5)).isEqualTo(new Handling.PassOn(N2, 4));
        assertThat(mesh.node(1).notices.receive(N0, notice, 1)).isEqualTo(new Handling.PassOn(N2, 0));
        assertThat(reason(mesh.node(1).notices.receive(N0, notice, 0))).isEqualTo(RefusalReason.NO_KNOWN_ROUTE);
    }

    /** Nodes that disagree about the links may hand it round in a circle. */
    @Test
    void receive_ofANoticeForAnotherNode_leavesItFewHopsMoreThanItsPathHas() {
        String notice = signed(N0, NoticeType.VOID, N0, N2, List.of(key()));
        assertThat(mesh.node(1).notices.receive(N0, notice, 1_000_000)).isEqualTo(new Handling.PassOn(N2, 4));
    }

    @Test
    void receive_ofANoticeWhoseOnlyWayIsBack_isRefused() {
        String notice = signed(N0, NoticeType.VOID, N0, N2, List.of(key()));
        assertThat(reason(mesh.node(1).notices.receive(N2, notice, 5))).isEqualTo(RefusalReason.NO_KNOWN_ROUTE);
    }

    @Test
    void receive_inARing_takesTheOtherWayRoundRatherThanBack() {
        RelayMesh ring = RelayMesh.ring(5);
        String notice = NamedStatements.of(N0)
                .sign(
                        Notice.STATEMENT,
                        NoticeCodec.encode(
                                new Notice(ring.uuid(), NoticeType.VOID, N0, N2, RelayMesh.PAIR, List.of(key()), 100)));
        assertThat(ring.node(1).notices.receive(N2, notice, 9)).isEqualTo(new Handling.PassOn(N0, 7));
        ring.edges.remove(new Edge(N0, RelayMesh.id(4)));
        assertThat(reason(ring.node(1).notices.receive(N2, notice, 9))).isEqualTo(RefusalReason.NO_KNOWN_ROUTE);
    }
}
