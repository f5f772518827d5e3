package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.store.CrashPoints;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.Sequence;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;
import org.qkdmesh.testing.RecordedEvents;

class StartGateTest {

    private static final NodeId SELF = new NodeId("tn-1");
    private static final NodeId FAR = new NodeId("tn-4");
    private static final SaePair PAIR = new SaePair(new SaeId("sae-a"), new SaeId("sae-b"));

    private final FakeClock clock = new FakeClock();
    private final RecordedEvents events = new RecordedEvents();
    private final FlakyDisk disk = new FlakyDisk();
    private MemoryStore store = new MemoryStore(clock);
    private StartGate gate;
    private StoredKey oldKey;
    private Intent oldIntent;

    @BeforeEach
    void startWithAKeyAndAnIntentOfAnEarlierRunAndSequenceTen() {
        clock.setWall(Instant.EPOCH.minusSeconds(100));
        oldKey = putKey();
        oldIntent = putIntent(3);
        store.transact(tx -> {
            tx.putSequence(new Sequence(SELF, 10, tx.now(), ""));
            return null;
        });
        start();
    }

    @Test
    void keysOfAnEarlierRun_waitUntilANeighbourAnswered() {
        assertThat(gate.mayServe(oldKey)).isFalse();

        gate.neighbourKnows(10);

        assertThat(gate.mayServe(oldKey)).isTrue();
        assertThat(has(oldKey)).isTrue();
        assertThat(events.alarms).isEmpty();
    }

    @Test
    void keysOfThisRun_areServedAtOnce() {
        assertThat(gate.mayServe(putKey())).isTrue();
    }

    @Test
    void intentsOfAnEarlierRun_becomeVoidsOnceANeighbourAnswered() {
        Intent young = putIntent(1);

        gate.neighbourKnows(7);

        assertThat(intents()).containsExactly(young);
        assertThat(notices()).singleElement().satisfies(notice -> {
            assertThat(notice.type()).isEqualTo(NoticeType.VOID);
            assertThat(notice.to()).isEqualTo(FAR);
            assertThat(notice.pair()).isEqualTo(PAIR);
            assertThat(notice.keyIds()).isEqualTo(oldIntent.keyIds());
            assertThat(notice.expiresAt()).isEqualTo(oldIntent.expiresAt());
        });
    }

    @Test
    void anIntentOfManyKeys_becomesVoidsOfAtMost1024() {
        gate.neighbourKnows(10);
        notices()
                .forEach(notice -> store.transact(tx -> {
                    tx.removeNotice(notice.id());
                    return null;
                }));
        Intent large = putIntent(2500);
        start();

        gate.neighbourKnows(10);

        assertThat(notices()).extracting(notice -> notice.keyIds().size()).containsExactly(1024, 1024, 452);
        assertThat(notices().stream().map(OutboxNotice::keyIds).flatMap(List::stream))
                .containsExactlyElementsOf(large.keyIds());
    }

    @Test
    void aNeighbourThatKnowsMore_provesAnOldCopy() {
        gate.neighbourKnows(17);

        assertThat(has(oldKey)).isFalse();
        assertThat(intents()).isEmpty();
        assertThat(notices()).as("voids").isEmpty();
        assertThat(events.alarms).singleElement().asString().startsWith("restored-copy");
        assertThat(gate.nextSequence()).hasValue(18);
    }

    @Test
    void anOldCopyThatDiesRightAfterItHasDroppedItsKeys_hasSaidSo() {
        CrashPoints dying = new CrashPoints(store, point -> {
            if (point.equals("after:start.restored")) {
                throw new IllegalStateException("the node is dead");
            }
        });
        gate = new StartGate(SELF, dying, clock, events, UUID::randomUUID);

        assertThatThrownBy(() -> gate.neighbourKnows(17)).hasMessage("the node is dead");

        assertThat(has(oldKey)).isFalse();
        assertThat(events.alarms).singleElement().asString().startsWith("restored-copy");
    }

    @Test
    void anOldCopy_keepsWhatCameSinceTheStart() {
        StoredKey young = putKey();
        Intent undecided = putIntent(1);

        gate.neighbourKnows(17);

        assertThat(has(oldKey)).isFalse();
        assertThat(has(young)).isTrue();
        assertThat(intents()).containsExactly(undecided);
    }

    @Test
    void anOldCopyThatIsFoundOutLate_isTreatedInTheSameWay() {
        gate.neighbourKnows(10);
        assertThat(gate.nextSequence()).hasValue(11);

        gate.heardOf(40);

        assertThat(has(oldKey)).isFalse();
        assertThat(events.alarms).singleElement().asString().startsWith("restored-copy");
        assertThat(gate.nextSequence()).hasValue(41);
    }

    @Test
    void whatANeighbourSaysUnasked_doesNotOpenButCanProveAnOldCopy() {
        gate.heardOf(10);
        assertThat(gate.mayServe(oldKey)).isFalse();
        assertThat(gate.nextSequence()).isEmpty();

        gate.heardOf(11);
        assertThat(events.alarms).singleElement().asString().startsWith("restored-copy");
        assertThat(gate.nextSequence()).hasValue(12);
    }

    @Test
    void withoutAnAnswer_keysGoAfterTenSecondsAndVoidsWaitOn() {
        clock.advance(StartGate.PATIENCE_MS - 1);
        gate.tick();
        assertThat(gate.mayServe(oldKey)).isFalse();

        clock.advance(1);
        gate.tick();
        gate.tick();
        assertThat(gate.mayServe(oldKey)).isTrue();
        assertThat(events.alarms).singleElement().asString().startsWith("start-unconfirmed");
        assertThat(notices()).isEmpty();
        assertThat(gate.nextSequence()).as("own advert").isEmpty();

        gate.neighbourKnows(10);
        assertThat(notices()).hasSize(1);
        assertThat(gate.nextSequence()).hasValue(11);
    }

    @Test
    void anOldCopyFoundOutAfterTheTenSeconds_stillDropsItsKeys() {
        clock.advance(StartGate.PATIENCE_MS);
        gate.tick();

        gate.neighbourKnows(11);

        assertThat(has(oldKey)).isFalse();
        assertThat(notices()).isEmpty();
    }

    @Test
    void sequences_areOnDiskBeforeTheyAreUsedAndGoOnAfterAFailure() {
        gate.neighbourKnows(10);
        assertThat(gate.nextSequence()).hasValue(11);
        disk.failNext(1);
        assertThatThrownBy(gate::nextSequence).isInstanceOf(StoreFailure.class);

        assertThat(gate.nextSequence()).hasValue(12);
        assertThat(store.transact(tx -> tx.sequence(SELF)).orElseThrow().number())
                .isEqualTo(12);
    }

    @Test
    void whenTheStoreFails_nothingOpensAndTheNextAnswerDoes() {
        disk.failNext(1);
        assertThatThrownBy(() -> gate.neighbourKnows(10)).isInstanceOf(StoreFailure.class);
        assertThat(gate.mayServe(oldKey)).isFalse();
        assertThat(intents()).hasSize(1);

        gate.neighbourKnows(10);
        assertThat(gate.mayServe(oldKey)).isTrue();
        assertThat(notices()).hasSize(1);

        disk.failNext(1);
        assertThatThrownBy(() -> gate.neighbourKnows(20)).isInstanceOf(StoreFailure.class);
        gate.neighbourKnows(20);
        assertThat(has(oldKey)).isFalse();
        assertThat(gate.nextSequence()).hasValue(21);
    }

    @Test
    void sequences_areNotBelowTheSecondsOfTheWallClock() {
        clock.setWall(Instant.ofEpochSecond(5_000));
        gate.neighbourKnows(10);
        assertThat(gate.nextSequence()).hasValue(5_000);
        assertThat(gate.nextSequence()).hasValue(5_001);

        clock.setWall(Instant.EPOCH.minusSeconds(100));
        assertThat(gate.nextSequence()).as("the clock went back").hasValue(5_002);
    }

    @Test
    void aSequenceOfALostHistory_provesAnOldCopyEvenWhenThisRunIsAboveIt() {
        clock.setWall(Instant.ofEpochSecond(5_000));
        gate.neighbourKnows(10);
        gate.nextSequence();
        gate.nextSequence();

        gate.heardOf(10);
        gate.heardOf(5_000);
        gate.heardOf(5_001);
        assertThat(events.alarms).isEmpty();

        gate.heardOf(17);
        assertThat(has(oldKey)).isFalse();
        assertThat(events.alarms).singleElement().asString().startsWith("restored-copy");
        assertThat(gate.nextSequence()).hasValue(5_002);

        gate.heardOf(17);
        assertThat(events.alarms).hasSize(1);
    }

    @Test
    void onceOpen_theWordsOfNeighboursCostNoTransaction() {
        gate.neighbourKnows(10);
        gate.nextSequence();
        int before = disk.commits();

        gate.neighbourKnows(10);
        gate.neighbourKnows(11);
        gate.heardOf(11);

        assertThat(disk.commits()).isEqualTo(before);
    }

    private void start() {
        clock.advance(5_000);
        store = store.reopen(clock);
        store.setCrashPoint(disk);
        gate = new StartGate(SELF, store, clock, events, UUID::randomUUID);
    }

    private boolean has(StoredKey key) {
        return store.transact(tx -> tx.hasKey(key.id()));
    }

    private List<Intent> intents() {
        return store.transact(StoreTransaction::intents);
    }

    private List<OutboxNotice> notices() {
        return store.transact(MemoryStore::allNotices);
    }

    private Intent putIntent(int keys) {
        List<KeyId> ids =
                Stream.generate(() -> new KeyId(UUID.randomUUID())).limit(keys).toList();
        Intent intent = new Intent(UUID.randomUUID(), PAIR, FAR, ids, store.age(), store.age() + 3_600_000);
        store.transact(tx -> {
            tx.putIntent(intent);
            return null;
        });
        return intent;
    }

    private StoredKey putKey() {
        StoredKey key = new StoredKey(
                new KeyId(UUID.randomUUID()),
                SaeGroup.of(PAIR),
                FAR,
                SecretBytes.owning(new byte[32]),
                store.age(),
                store.age() + 3_600_000);
        store.transact(tx -> {
            tx.putKey(key);
            return null;
        });
        return key;
    }
}
