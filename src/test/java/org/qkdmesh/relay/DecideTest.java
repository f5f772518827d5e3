package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;

class DecideTest {

    /** Keys of 60 s, given while 40 s are left. */
    private static final RelayLimits SHORT_LIVED = new RelayLimits(5_000, 64, 100, 60, 40_000, 0, 10, 10, 100);

    private final RelayMesh mesh = RelayMesh.line(1).filled(400);
    private final RelayNode node = mesh.first();

    private List<OutboxNotice> owed() {
        return node.look(MemoryStore::allNotices);
    }

    private List<Intent> intents() {
        return node.look(StoreTransaction::intents);
    }

    @Test
    void begin_writesTheIntentBeforeThereIsAMessage() {
        Attempt attempt = mesh.begin(2, 16);
        assertThat(intents()).singleElement().satisfies(intent -> {
            assertThat(intent.relayId()).isEqualTo(RelayMesh.message(attempt).relayId());
            assertThat(intent.keyIds()).isEqualTo(RelayMesh.message(attempt).keyIds());
            assertThat(intent.egress()).isEqualTo(RelayMesh.id(1));
            assertThat(intent.pair()).isEqualTo(RelayMesh.PAIR);
        });
    }

    @Test
    void begin_whenTheIntentCanNotBeWritten_givesNoMessage() {
        node.disk.setCrashPoint(moment -> {
            throw new StoreFailure("full", true, null);
        });
        assertThatThrownBy(() -> mesh.begin(1, 16)).isInstanceOf(StoreFailure.class);
        node.disk.setCrashPoint(moment -> {});
        assertThat(intents()).isEmpty();
    }

    @Test
    void begin_whenTheStockIsShort_takesAndWritesNothing() {
        assertThat(node.ingress.begin(List.of(mesh.wholeWay()), Optional.empty(), 30, 16))
                .isEmpty();
        assertThat(node.link(RelayMesh.id(1)).outgoing().availableBytes()).isEqualTo(400);
        assertThat(intents()).isEmpty();
    }

    @Test
    void begin_whenTooManyNoticesAreOwedToTheEgress_isRefused() {
        RelayMesh one = RelayMesh.line(1, 1, new RelayLimits(5_000, 64, 100, 3_600, 0, 0, 1, 10, 100))
                .filled(400);
        one.first().decide(one.begin(1, 16), new HopAnswer.Unknown("cut"));
        assertThatThrownBy(() -> one.begin(1, 16))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.isTemporary())
                        .isTrue());
    }

    @Test
    void decide_onAnAcknowledgement_givesTheKeysWithTheirRecords() {
        Decision.Given given = (Decision.Given) mesh.relay(2, 16);
        assertThat(given.keys()).hasSize(2);
        assertThat(node.records()).isEqualTo(2);
        assertThat(intents()).isEmpty();
        assertThat(owed()).isEmpty();
    }

    @Test
    void decide_withKeptNone_owesNothing() {
        HopRefusal none = HopRefusal.of(RefusalReason.BUSY, "busy");
        for (HopAnswer answer : List.of(new HopAnswer.NotSent("no"), new HopAnswer.Refused(none))) {
            assertThat(node.decide(mesh.begin(1, 16), answer)).isInstanceOf(Decision.Failed.class);
        }
        assertThat(intents()).isEmpty();
        assertThat(owed()).isEmpty();
        assertThat(node.timesNoticesOwed).isZero();
    }

    @Test
    void decide_withoutKeptNone_owesAVoidOfAllIds() {
        Attempt attempt = mesh.begin(3, 16);
        List<KeyId> ids = RelayMesh.message(attempt).keyIds();
        assertThat(node.decide(attempt, new HopAnswer.Unknown("cut"))).isInstanceOf(Decision.Failed.class);
        assertThat(owed()).singleElement().satisfies(notice -> {
            assertThat(notice.type()).isEqualTo(NoticeType.VOID);
            assertThat(notice.keyIds()).isEqualTo(ids);
            assertThat(notice.to()).isEqualTo(RelayMesh.id(1));
        });
        assertThat(node.timesNoticesOwed).isEqualTo(1);
        assertThat(node.records()).isZero();
    }

    @Test
    void decide_whenTooLittleOfTheKeysLifeIsLeft_givesNothingAndOwesAVoid() {
        RelayMesh shortLived = RelayMesh.line(1, 1, SHORT_LIVED).filled(400);
        Attempt inTime = shortLived.begin(1, 16);
        Attempt late = shortLived.begin(1, 16);
        shortLived.clock.advance(Duration.ofSeconds(20));
        assertThat(shortLived.first().decide(inTime, new HopAnswer.Relayed())).isInstanceOf(Decision.Given.class);
        shortLived.clock.advance(Duration.ofMillis(1));
        assertThat(shortLived.first().decide(late, new HopAnswer.Relayed()))
                .isInstanceOfSatisfying(Decision.Failed.class, failed -> assertThat(failed.tried())
                        .isEmpty());
        assertThat(shortLived.first().look(MemoryStore::allNotices))
                .singleElement()
                .satisfies(notice -> assertThat(notice.keyIds())
                        .isEqualTo(RelayMesh.message(late).keyIds()));
        assertThat(shortLived.first().records()).isEqualTo(1);
    }

    @Test
    void decide_whenTheDiskTookTheRestOfTheKeysLife_takesThemBack() {
        RelayMesh shortLived = RelayMesh.line(1, 1, SHORT_LIVED).filled(400);
        Attempt attempt = shortLived.begin(1, 16);
        RelayNode ingress = shortLived.first();
        ingress.disk.setCrashPoint(moment -> {
            if (moment == MemoryStore.Moment.AFTER_COMMIT) {
                shortLived.clock.advance(Duration.ofSeconds(21));
            }
        });
        assertThat(ingress.decide(attempt, new HopAnswer.Relayed())).isInstanceOf(Decision.Failed.class);
        ingress.disk.setCrashPoint(moment -> {});
        assertThat(ingress.records()).isZero();
        assertThat(ingress.look(MemoryStore::allNotices)).hasSize(1);
    }

    @Provide
    Arbitrary<List<HopAnswer>> answers() {
        return Arbitraries.<HopAnswer>of(
                        new HopAnswer.Relayed(), new HopAnswer.Unknown("cut"), new HopAnswer.NotSent("refused"))
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    /** Whatever comes and in whatever order: only the first answer decides, and never both records and a void. */
    @Property(tries = 100)
    void decide_givesTheKeysAtMostOnceAndOnlyByTheFirstAnswer(@ForAll("answers") List<HopAnswer> answers) {
        RelayMesh once = RelayMesh.line(1).filled(400);
        Attempt attempt = once.begin(1, 16);
        int given = 0;
        for (HopAnswer answer : answers) {
            if (once.first().decide(attempt, answer) instanceof Decision.Given) {
                given++;
            }
        }
        assertThat(given).isEqualTo(answers.get(0) instanceof HopAnswer.Relayed ? 1 : 0);
        assertThat(once.first().records()).isEqualTo(given);
        int voids = once.first().<Integer>look(tx -> MemoryStore.allNotices(tx).size());
        assertThat(voids).isEqualTo(answers.get(0) instanceof HopAnswer.Unknown ? 1 : 0);
    }

    @Test
    void decide_whenTheRecordsCanNotBeWritten_givesNothingAndKeepsTheIntentForTheNextStart() {
        Attempt attempt = mesh.begin(1, 16);
        HopAnswer answer = mesh.send(RelayMesh.id(0), RelayMesh.message(attempt));
        node.disk.setCrashPoint(moment -> {
            if (moment == MemoryStore.Moment.BEFORE_COMMIT) {
                throw new StoreFailure("full", true, null);
            }
        });
        Decision.Failed failed = (Decision.Failed) node.decide(attempt, answer);
        node.disk.setCrashPoint(moment -> {});
        assertThat(failed.refusal().reason()).isEqualTo(RefusalReason.STORE_UNAVAILABLE);
        assertThat(failed.refusal().keptNone()).isFalse();
        assertThat(intents()).hasSize(1);
        assertThat(node.records()).isZero();
    }

    @Test
    void decide_erasesTheBytesThatTheMasterDoesNotGet() {
        Attempt attempt = mesh.begin(1, 16);
        node.decide(attempt, new HopAnswer.NotSent("no"));
        assertThat(attempt.isErased()).isTrue();
    }
}
