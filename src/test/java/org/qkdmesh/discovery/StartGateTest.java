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
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.Sequence;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoredKey;

class StartGateTest {

    private static final NodeId SELF = new NodeId("tn-1");
    private static final NodeId FAR = new NodeId("tn-4");
    private static final SaePair PAIR = new SaePair(new SaeId("sae-a"), new SaeId("sae-b"));

    private final FakeClock clock = new FakeClock();
    private final RecordedEvents events = new RecordedEvents();
    private final SmallStore.Content disk = new SmallStore.Content();
    private SmallStore store;
    private StartGate gate;
    private StoredKey oldKey;

    @BeforeEach
    void startWithAKeyAndAnIntentOfAnEarlierRunAndSequenceTen() {
        clock.setWall(Instant.EPOCH.minusSeconds(100));
        disk.sequences.put(SELF, new Sequence(SELF, 10, clock.monotonicMillis()));
        oldKey = key();
        disk.keys.put(oldKey.id(), oldKey);
        Intent intent = intent(3);
        disk.intents.put(intent.relayId(), intent);
        clock.advance(5_000);
        start();
    }

    @Test
    void keysOfAnEarlierRun_waitUntilANeighbourAnswered() {
        assertThat(gate.mayServe(oldKey)).isFalse();

        gate.neighbourKnows(10);

        assertThat(gate.mayServe(oldKey)).isTrue();
        assertThat(store.content().keys).containsKey(oldKey.id());
        assertThat(events.alarms).isEmpty();
    }

    @Test
    void keysOfThisRun_areServedAtOnce() {
        clock.advance(1);

        assertThat(gate.mayServe(key())).isTrue();
    }

    @Test
    void intentsOfAnEarlierRun_becomeVoidsOnceANeighbourAnswered() {
        Intent young = putIntent(intent(1));
        Intent old = disk.intents.values().iterator().next();

        gate.neighbourKnows(7);

        assertThat(store.content().intents.values()).containsExactly(young);
        assertThat(store.content().notices.values()).singleElement().satisfies(notice -> {
            assertThat(notice.type()).isEqualTo(NoticeType.VOID);
            assertThat(notice.to()).isEqualTo(FAR);
            assertThat(notice.pair()).isEqualTo(PAIR);
            assertThat(notice.keyIds()).isEqualTo(old.keyIds());
            assertThat(notice.expiresAt()).isEqualTo(old.expiresAt());
        });
    }

    @Test
    void anIntentOfManyKeys_becomesVoidsOfAtMost1024() {
        Intent large = intent(2500);
        disk.intents.clear();
        disk.intents.put(large.relayId(), large);
        clock.advance(1);
        start();

        gate.neighbourKnows(10);

        assertThat(store.content().notices.values())
                .extracting(notice -> notice.keyIds().size())
                .containsExactly(1024, 1024, 452);
        assertThat(store.content().notices.values().stream()
                        .map(OutboxNotice::keyIds)
                        .flatMap(List::stream))
                .containsExactlyElementsOf(large.keyIds());
    }

    @Test
    void aNeighbourThatKnowsMore_provesAnOldCopy() {
        gate.neighbourKnows(17);

        assertThat(store.content().keys).isEmpty();
        assertThat(store.content().intents).isEmpty();
        assertThat(store.content().notices).as("voids").isEmpty();
        assertThat(events.alarms).singleElement().asString().startsWith("restored_copy");
        assertThat(gate.nextSequence()).hasValue(18);
    }

    @Test
    void anOldCopy_keepsWhatCameSinceTheStart() {
        clock.advance(1);
        StoredKey young = key();
        store.content().keys.put(young.id(), young);
        Intent undecided = putIntent(intent(1));

        gate.neighbourKnows(17);

        assertThat(store.content().keys).containsOnlyKeys(young.id());
        assertThat(store.content().intents.values()).containsExactly(undecided);
    }

    @Test
    void anOldCopyThatIsFoundOutLate_isTreatedInTheSameWay() {
        gate.neighbourKnows(10);
        assertThat(gate.nextSequence()).hasValue(11);

        gate.heardOf(40);

        assertThat(store.content().keys).isEmpty();
        assertThat(events.alarms).singleElement().asString().startsWith("restored_copy");
        assertThat(gate.nextSequence()).hasValue(41);
    }

    @Test
    void whatANeighbourSaysUnasked_doesNotOpenButCanProveAnOldCopy() {
        gate.heardOf(10);
        assertThat(gate.mayServe(oldKey)).isFalse();
        assertThat(gate.nextSequence()).isEmpty();

        gate.heardOf(11);
        assertThat(events.alarms).singleElement().asString().startsWith("restored_copy");
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
        assertThat(events.alarms).singleElement().asString().startsWith("start_unconfirmed");
        assertThat(store.content().notices).isEmpty();
        assertThat(gate.nextSequence()).as("own advert").isEmpty();

        gate.neighbourKnows(10);
        assertThat(store.content().notices).hasSize(1);
        assertThat(gate.nextSequence()).hasValue(11);
    }

    @Test
    void anOldCopyFoundOutAfterTheTenSeconds_stillDropsItsKeys() {
        clock.advance(StartGate.PATIENCE_MS);
        gate.tick();

        gate.neighbourKnows(11);

        assertThat(store.content().keys).isEmpty();
        assertThat(store.content().notices).isEmpty();
    }

    @Test
    void sequences_areOnDiskBeforeTheyAreUsedAndGoOnAfterAFailure() {
        gate.neighbourKnows(10);
        assertThat(gate.nextSequence()).hasValue(11);
        store.failNext(1);
        assertThatThrownBy(gate::nextSequence).isInstanceOf(StoreFailure.class);

        assertThat(gate.nextSequence()).hasValue(12);
        assertThat(store.content().sequences.get(SELF).number()).isEqualTo(12);
    }

    @Test
    void whenTheStoreFails_nothingOpensAndTheNextAnswerDoes() {
        store.failNext(1);
        assertThatThrownBy(() -> gate.neighbourKnows(10)).isInstanceOf(StoreFailure.class);
        assertThat(gate.mayServe(oldKey)).isFalse();
        assertThat(store.content().intents).hasSize(1);

        gate.neighbourKnows(10);
        assertThat(gate.mayServe(oldKey)).isTrue();
        assertThat(store.content().notices).hasSize(1);

        store.failNext(1);
        assertThatThrownBy(() -> gate.neighbourKnows(20)).isInstanceOf(StoreFailure.class);
        gate.neighbourKnows(20);
        assertThat(store.content().keys).isEmpty();
        assertThat(gate.nextSequence()).hasValue(21);
    }

    @Test
    void aClaimThatLeavesNoRoomForSequencesAbove_isAnAlarmAndNothingElse() {
        gate.neighbourKnows(Advert.MAX_SEQUENCE);

        assertThat(gate.mayServe(oldKey)).isFalse();
        assertThat(store.content().keys).hasSize(1);
        assertThat(events.alarms).singleElement().asString().startsWith("impossible_sequence");
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
        assertThat(store.content().keys).isEmpty();
        assertThat(events.alarms).singleElement().asString().startsWith("restored_copy");
        assertThat(gate.nextSequence()).hasValue(5_002);

        gate.heardOf(17);
        assertThat(events.alarms).hasSize(1);
    }

    @Test
    void onceOpen_theWordsOfNeighboursCostNoTransaction() {
        gate.neighbourKnows(10);
        gate.nextSequence();
        int before = store.transactions;

        gate.neighbourKnows(10);
        gate.neighbourKnows(11);
        gate.heardOf(11);

        assertThat(store.transactions).isEqualTo(before);
    }

    private void start() {
        store = new SmallStore(clock, disk);
        gate = new StartGate(SELF, store, clock, events, UUID::randomUUID);
    }

    private Intent putIntent(Intent intent) {
        store.content().intents.put(intent.relayId(), intent);
        return intent;
    }

    private Intent intent(int keys) {
        return new Intent(
                UUID.randomUUID(),
                PAIR,
                FAR,
                Stream.generate(() -> new KeyId(UUID.randomUUID())).limit(keys).toList(),
                clock.monotonicMillis(),
                clock.monotonicMillis() + 3_600_000);
    }

    private StoredKey key() {
        long now = clock.monotonicMillis();
        return new StoredKey(
                new KeyId(UUID.randomUUID()), PAIR, FAR, SecretBytes.owning(new byte[32]), now, now + 3_600_000);
    }
}
