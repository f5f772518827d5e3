package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.OutboxNotice;

class OutboxTest {

    private static final NodeId N1 = RelayMesh.id(1);
    private static final NodeId N2 = RelayMesh.id(2);
    private static final SaePair OTHER = new SaePair(new SaeId("sae-a"), new SaeId("sae-x"));

    private final RelayMesh mesh = RelayMesh.line(2);
    private final Outbox outbox = mesh.first().outbox;

    private void owe(NodeId to, NoticeType type, SaePair pair, int keys, long seconds) {
        List<KeyId> ids = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            ids.add(new KeyId(mesh.uuid()));
        }
        mesh.first().look(tx -> {
            tx.putNotice(new OutboxNotice(mesh.uuid(), type, to, pair, ids, tx.now(), tx.now() + seconds * 1000));
            return null;
        });
    }

    private void oweVoid(NodeId to, int keys) {
        owe(to, NoticeType.VOID, RelayMesh.PAIR, keys, 1000);
    }

    private int owed() {
        return mesh.first().<Integer>look(tx -> MemoryStore.allNotices(tx).size());
    }

    private Outbox.Parcel dueTo(NodeId node) {
        return outbox.due().stream()
                .filter(due -> due.to().equals(node))
                .findFirst()
                .orElseThrow();
    }

    private static Notice read(Outbox.Parcel parcel) {
        return NoticeCodec.decode(NamedStatements.verifier()
                .verify(Notice.STATEMENT, parcel.signedNotice())
                .payload());
    }

    private String acknowledge(Outbox.Parcel parcel) {
        return NoticeAck.sign(NamedStatements.of(parcel.to()), parcel.signedNotice());
    }

    @Test
    void due_putsWhatIsOwedToOneNodeAboutOnePairIntoOneNotice() {
        oweVoid(N2, 2);
        oweVoid(N2, 3);
        oweVoid(N1, 1);
        owe(N2, NoticeType.VOID, OTHER, 1, 1000);
        owe(N2, NoticeType.DELIVERED, RelayMesh.PAIR, 1, 1000);
        List<Outbox.Parcel> parcels = outbox.due();
        assertThat(parcels).hasSize(4);
        Outbox.Parcel both = parcels.stream()
                .filter(one -> one.rows().size() == 2)
                .findFirst()
                .orElseThrow();
        assertThat(both.to()).isEqualTo(N2);
        assertThat(both.neighbour()).isEqualTo(N1);
        assertThat(both.rows()).hasSize(2);
        assertThat(read(both).keyIds()).hasSize(5);
        assertThat(read(both).secondsLeft()).isBetween(1000L, 1001L);
    }

    @Test
    void due_putsNoMoreKeysIntoANoticeThanItMayHave() {
        oweVoid(N2, 1000);
        oweVoid(N2, 24);
        oweVoid(N2, 1);
        List<Outbox.Parcel> parcels = outbox.due();
        assertThat(parcels).hasSize(2);
        assertThat(read(parcels.get(0)).keyIds()).hasSize(1024);
        assertThat(read(parcels.get(1)).keyIds()).hasSize(1);
    }

    @Test
    void due_whileThereIsNoPath_isEmptyAndNothingIsForgotten() {
        oweVoid(N2, 1);
        Edge only = new Edge(N1, N2);
        mesh.edges.remove(only);
        assertThat(outbox.due()).isEmpty();
        mesh.edges.add(only);
        assertThat(outbox.due()).hasSize(1);
    }

    @Test
    void answered_withAValidAcknowledgement_settlesTheDebt() {
        oweVoid(N2, 1);
        oweVoid(N2, 1);
        Outbox.Parcel parcel = outbox.due().get(0);
        oweVoid(N2, 1);
        outbox.answered(parcel, Optional.of(acknowledge(parcel)));
        assertThat(owed()).isEqualTo(1);
    }

    @Test
    void answered_withAnythingElse_settlesNothing() {
        oweVoid(N2, 1);
        Outbox.Parcel parcel = outbox.due().get(0);
        String hash = acknowledge(parcel);
        for (String answer : List.of(
                "",
                "no",
                parcel.signedNotice(),
                NoticeAck.sign(NamedStatements.of(N1), parcel.signedNotice()),
                NoticeAck.sign(NamedStatements.of(N2), parcel.signedNotice() + "x"),
                hash.substring(1))) {
            outbox.answered(parcel, Optional.of(answer));
        }
        outbox.answered(parcel, Optional.empty());
        assertThat(owed()).isEqualTo(1);
    }

    @Test
    void answered_byNobody_pausesThatNodeLongerEachTimeAndNoOther() {
        oweVoid(N2, 1);
        oweVoid(N1, 1);
        long expected = 250;
        for (int i = 0; i < 8; i++) {
            Outbox.Parcel parcel = dueTo(N2);
            outbox.answered(parcel, Optional.empty());
            mesh.clock.advance(Duration.ofMillis(expected - 1));
            assertThat(outbox.due()).extracting(Outbox.Parcel::to).containsExactly(N1);
            mesh.clock.advance(Duration.ofMillis(1));
            assertThat(outbox.due()).hasSize(2);
            expected = Math.min(4_000, 2 * expected);
        }
        Outbox.Parcel parcel = dueTo(N2);
        outbox.answered(parcel, Optional.of(acknowledge(parcel)));
        oweVoid(N2, 1);
        assertThat(outbox.due()).hasSize(2);
    }

    @Test
    void due_toANodeThatFailed_isOneNoticeUntilItIsBack() {
        oweVoid(N2, 1);
        owe(N2, NoticeType.VOID, OTHER, 1, 1000);
        assertThat(outbox.due()).hasSize(2);
        outbox.answered(outbox.due().get(0), Optional.empty());
        mesh.clock.advance(Duration.ofMillis(250));

        Outbox.Parcel probe = outbox.due().get(0);
        assertThat(outbox.due()).hasSize(1);

        oweVoid(N2, 1);
        outbox.answered(probe, Optional.of(acknowledge(probe)));
        assertThat(outbox.due()).hasSize(2);
    }

    @Test
    void due_toANodeThatTakesNoVoids_isWhatWasDelivered_allOfItAtOnce() {
        for (int i = 0; i < 3; i++) {
            oweVoid(N2, 1);
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5; i++) {
                owe(N2, NoticeType.DELIVERED, RelayMesh.PAIR, 1, 1000);
            }
            for (Outbox.Parcel parcel : outbox.due()) {
                boolean taken = parcel.type() == NoticeType.DELIVERED;
                outbox.answered(parcel, Optional.of(acknowledge(parcel)).filter(text -> taken));
            }

            assertThat(mesh.first().<List<OutboxNotice>>look(MemoryStore::allNotices))
                    .extracting(OutboxNotice::type)
                    .containsExactly(NoticeType.VOID, NoticeType.VOID, NoticeType.VOID);
        }
    }

    @Test
    void due_leavesOutWhatHasExpired() {
        owe(N2, NoticeType.VOID, RelayMesh.PAIR, 1, 10);
        mesh.clock.advance(Duration.ofSeconds(11));
        assertThat(outbox.due()).isEmpty();
    }
}
