package org.qkdmesh.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.Refusal.Status;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.relay.RelaySignals;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;
import org.qkdmesh.testing.ManualClock;

class FetchKeysTest {

    private static final UUID EPOCH = new UUID(1, 1);
    private static final NodeId SELF = new NodeId("tn-4");
    private static final NodeId FAR = new NodeId("tn-1");
    private static final NodeId FARTHER = new NodeId("tn-7");
    private static final SaePair PAIR = new SaePair(new SaeId("sae-a"), new SaeId("sae-b"));
    private static final SaePair OTHER_MASTER = new SaePair(new SaeId("sae-x"), new SaeId("sae-b"));
    private static final SaePair OTHER_SLAVE = new SaePair(new SaeId("sae-a"), new SaeId("sae-y"));
    private static final String NOT_FOUND = "one or more keys specified are not found on KME";
    private static final int NOTICES_PER_NODE = 2;

    private static final RelayLimits WITH_WINDOW = new RelayLimits(5_000, 64, 100, 3_600, 0, 30_000, 100, 100, 100);

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final RelayLimits limits = new RelayLimits(5_000, 64, 100, 3_600, 0, 0, NOTICES_PER_NODE, 100, 100);
    private final List<KeyId> heldBack = new ArrayList<>();
    private int signals;
    private final Map<EventLog.KeyEvent, Integer> counted = new EnumMap<>(EventLog.KeyEvent.class);
    private final FetchKeys fetch = fetch(limits);

    private FetchKeys fetch(RelayLimits by) {
        RelaySignals counting = new RelaySignals() {
            @Override
            public void askEpoch(NodeId neighbour) {}

            @Override
            public void linkFailed(Edge edge) {}

            @Override
            public void noticesOwed() {
                signals++;
            }
        };
        EventLog events = new EventLog() {
            @Override
            public void refused(String door, String reason) {}

            @Override
            public void alarm(String kind, String detail) {}

            @Override
            public void noted(String kind, String detail) {}

            @Override
            public void keys(KeyEvent event, int count) {
                counted.merge(event, count, Integer::sum);
            }
        };
        return new FetchKeys(
                SELF, store, key -> !heldBack.contains(key.id()), by, new SecureRandom(), counting, events);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void decKeys_givesAllInTheOrderAsked_once_andOwesTheIngressItsWord() {
        List<KeyId> ids = List.of(stored(PAIR, FAR), stored(PAIR, FAR), stored(PAIR, FAR));
        List<KeyId> turned = List.of(ids.get(2), ids.get(0), ids.get(1));
        List<SessionKey> keys = fetch.fetch(PAIR, turned);
        assertThat(keys).extracting(SessionKey::id).isEqualTo(turned);
        assertThat(keys).allSatisfy(key -> assertThat(key.bytes()).isEqualTo(secretOf(key.id())));
        assertThat(notices()).singleElement().satisfies(notice -> {
            assertThat(notice.type()).isEqualTo(NoticeType.DELIVERED);
            assertThat(notice.to()).isEqualTo(FAR);
            assertThat(notice.pair()).isEqualTo(PAIR);
            assertThat(notice.keyIds()).isEqualTo(turned);
        });
        assertThat(signals).isEqualTo(1);
        refused(Status.BAD_REQUEST, NOT_FOUND, () -> fetch.fetch(PAIR, ids.subList(0, 1)));
    }

    @Test
    void decKeys_withOneUnknownId_isRefusedAndTheOthersStay() {
        KeyId known = stored(PAIR, FAR);
        refused(Status.BAD_REQUEST, NOT_FOUND, () -> fetch.fetch(PAIR, List.of(known, new KeyId(UUID.randomUUID()))));
        assertThat(notices()).isEmpty();
        assertThat(signals).isZero();
        assertThat(fetch.fetch(PAIR, List.of(known))).hasSize(1);
    }

    @Test
    void decKeys_ofAnExpiredKey_isRefusedAsNotFound() {
        KeyId known = stored(PAIR, FAR);
        clock.advance(Duration.ofHours(2));
        refused(Status.BAD_REQUEST, NOT_FOUND, () -> fetch.fetch(PAIR, List.of(known)));
    }

    @Test
    void decKeys_bySlaveOfAnotherPair_isRefusedAndTheKeyStays() {
        KeyId own = stored(PAIR, FAR);
        KeyId foreign = stored(OTHER_SLAVE, FAR);
        refused(Status.UNAUTHORIZED, "not for this pair", () -> fetch.fetch(PAIR, List.of(own, foreign)));
        assertThat(fetch.fetch(OTHER_SLAVE, List.of(foreign))).hasSize(1);
        assertThat(fetch.fetch(PAIR, List.of(own))).hasSize(1);
    }

    @Test
    void decKeys_namingAnotherMaster_isRefusedAndTheKeyStays() {
        KeyId key = stored(PAIR, FAR);
        refused(Status.UNAUTHORIZED, "not for this pair", () -> fetch.fetch(OTHER_MASTER, List.of(key)));
        assertThat(fetch.fetch(PAIR, List.of(key))).hasSize(1);
    }

    @Test
    void decKeys_withAForeignAndAnUnknownId_isUnauthorized_sinceTheRightComesFirst() {
        KeyId foreign = stored(OTHER_SLAVE, FAR);
        KeyId unknown = new KeyId(UUID.randomUUID());
        refused(Status.UNAUTHORIZED, "", () -> fetch.fetch(PAIR, List.of(unknown, foreign)));
        refused(Status.UNAUTHORIZED, "", () -> fetch.fetch(PAIR, List.of(foreign, unknown)));
    }

    @Test
    void decKeys_ofAKeyThatSlavesShare_givesItToEachOnce_andOwesTheIngressItsWordOfEach() {
        KeyId id = stored(new SaeGroup(PAIR.master(), List.of(PAIR.slave(), OTHER_SLAVE.slave())), FAR);
        assertThat(fetch.fetch(PAIR, List.of(id))).singleElement().satisfies(key -> assertThat(key.bytes())
                .isEqualTo(secretOf(id)));
        refused(Status.BAD_REQUEST, NOT_FOUND, () -> fetch.fetch(PAIR, List.of(id)));
        SaePair stranger = new SaePair(PAIR.master(), new SaeId("sae-z"));
        refused(Status.UNAUTHORIZED, "not for this pair", () -> fetch.fetch(stranger, List.of(id)));
        refused(Status.UNAUTHORIZED, "not for this pair", () -> fetch.fetch(OTHER_MASTER, List.of(id)));
        assertThat(fetch.fetch(OTHER_SLAVE, List.of(id))).singleElement().satisfies(key -> assertThat(key.bytes())
                .isEqualTo(secretOf(id)));
        refused(Status.BAD_REQUEST, NOT_FOUND, () -> fetch.fetch(OTHER_SLAVE, List.of(id)));
        assertThat(notices()).extracting(OutboxNotice::pair).containsExactly(PAIR, OTHER_SLAVE);
        int waiting = store.transact(StoreTransaction::countKeys);
        assertThat(waiting).isZero();
    }

    @Test
    void decKeys_ofAKeyThatIsHeldBackAfterAStart_isUnavailable_andTheKeysStay() {
        KeyId fresh = stored(PAIR, FAR);
        KeyId old = stored(PAIR, FAR);
        heldBack.add(old);
        refused(Status.UNAVAILABLE, "before this node's start", () -> fetch.fetch(PAIR, List.of(fresh, old)));
        refused(Status.BAD_REQUEST, NOT_FOUND, () -> fetch.fetch(PAIR, List.of(old, new KeyId(UUID.randomUUID()))));
        heldBack.clear();
        assertThat(fetch.fetch(PAIR, List.of(fresh, old))).hasSize(2);
    }

    @Test
    void decKeys_fromSeveralIngresses_owesEachOfThemItsWord_butNoneToThisNode() {
        List<KeyId> ids = List.of(stored(PAIR, FAR), stored(PAIR, FARTHER), stored(PAIR, SELF));
        assertThat(fetch.fetch(PAIR, ids)).hasSize(3);
        assertThat(notices()).extracting(OutboxNotice::to).containsExactlyInAnyOrder(FAR, FARTHER);
        KeyId local = stored(PAIR, SELF);
        signals = 0;
        fetch.fetch(PAIR, List.of(local));
        assertThat(signals).isZero();
        assertThat(notices()).hasSize(2);
    }

    @Test
    void decKeys_whenTooMuchIsOwedToTheIngress_stillGivesTheKeys() {
        for (int i = 0; i < NOTICES_PER_NODE + 3; i++) {
            assertThat(fetch.fetch(PAIR, List.of(stored(PAIR, FAR)))).hasSize(1);
        }
        assertThat(notices()).hasSize(NOTICES_PER_NODE);
    }

    @Test
    void decKeys_withinTheRedeliveryWindow_givesTheSameSlaveTheSameBytes_andTellsTheIngressOnce() {
        FetchKeys windowed = fetch(WITH_WINDOW);
        KeyId had = stored(new SaeGroup(PAIR.master(), List.of(PAIR.slave(), OTHER_SLAVE.slave())), FAR);
        KeyId waiting = stored(PAIR, FAR);
        windowed.fetch(PAIR, List.of(had));
        clock.advance(Duration.ofSeconds(29));
        assertThat(windowed.fetch(PAIR, List.of(waiting, had)))
                .extracting(SessionKey::bytes)
                .containsExactly(secretOf(waiting), secretOf(had));
        assertThat(windowed.fetch(OTHER_SLAVE, List.of(had))).hasSize(1);
        assertThat(notices()).extracting(OutboxNotice::pair).containsExactly(PAIR, PAIR, OTHER_SLAVE);
        assertThat(counted).isEqualTo(Map.of(EventLog.KeyEvent.FETCHED, 3, EventLog.KeyEvent.REDELIVERED, 1));
        clock.advance(Duration.ofSeconds(1));
        refused(Status.BAD_REQUEST, NOT_FOUND, () -> windowed.fetch(PAIR, List.of(had)));
        assertThat(windowed.fetch(PAIR, List.of(waiting))).hasSize(1);
        assertThat(windowed.fetch(OTHER_SLAVE, List.of(had))).hasSize(1);
    }

    @Test
    void decKeys_ofAnotherSlave_withinTheRedeliveryWindow_isUnauthorized() {
        FetchKeys windowed = fetch(WITH_WINDOW);
        KeyId id = stored(PAIR, FAR);
        windowed.fetch(PAIR, List.of(id));
        refused(Status.UNAUTHORIZED, "not for this pair", () -> windowed.fetch(OTHER_SLAVE, List.of(id)));
        refused(Status.UNAUTHORIZED, "not for this pair", () -> windowed.fetch(OTHER_MASTER, List.of(id)));
    }

    @Test
    void decKeys_ofAKeyThatIsHeldBackAfterAStart_isUnavailableAgain_alsoWithinTheRedeliveryWindow() {
        FetchKeys windowed = fetch(WITH_WINDOW);
        KeyId id = stored(PAIR, FAR);
        windowed.fetch(PAIR, List.of(id));
        heldBack.add(id);
        refused(Status.UNAVAILABLE, "before this node's start", () -> windowed.fetch(PAIR, List.of(id)));
    }

    @Test
    void localKeys_thatAreStoredTooLate_areUnavailable_andTakenBack() {
        RelayLimits limits = new RelayLimits(5_000, 64, 100, 60, 30_000, 0, 10, 10, 10);
        LocalKeys local = new LocalKeys(SELF, store, limits, PairPolicies.ANY::of, new SecureRandom(), () -> EPOCH);
        store.setCrashPoint(moment -> {
            if (moment == MemoryStore.Moment.AFTER_COMMIT && store.isWriting()) {
                clock.advance(Duration.ofMillis(30_001));
            }
        });
        refused(Status.UNAVAILABLE, "too little", () -> local.make(SaeGroup.of(PAIR), KeyRequest.of(2, 128)));
        store.setCrashPoint(moment -> {});
        int left = store.transact(tx -> tx.countKeys(PAIR));
        assertThat(left).isZero();
    }

    @Test
    void localKeys_areStoredForTheSlaveBeforeTheyAreGiven_andAreTheSame() {
        LocalKeys local = new LocalKeys(SELF, store, limits, PairPolicies.ANY::of, new SecureRandom(), () -> EPOCH);
        List<SessionKey> keys = local.make(SaeGroup.of(PAIR), KeyRequest.of(3, 128));
        assertThat(keys).hasSize(3).allSatisfy(key -> assertThat(key.bytes().lengthBits())
                .isEqualTo(128));
        assertThat(fetch.fetch(PAIR, keys.stream().map(SessionKey::id).toList()))
                .isEqualTo(keys);
    }

    @Test
    void localKeys_forSeveralSlaves_areTheSameForAll_orForNobodyWhereOneHasTooMany() {
        LocalKeys local = new LocalKeys(SELF, store, limits, PairPolicies.ANY::of, new SecureRandom(), () -> EPOCH);
        SaeGroup both = new SaeGroup(PAIR.master(), List.of(PAIR.slave(), OTHER_SLAVE.slave()));
        List<SessionKey> keys = local.make(both, KeyRequest.of(2, 128));
        List<KeyId> ids = keys.stream().map(SessionKey::id).toList();
        assertThat(fetch.fetch(PAIR, ids)).isEqualTo(keys);
        assertThat(fetch.fetch(OTHER_SLAVE, ids)).isEqualTo(keys);
        local.make(SaeGroup.of(OTHER_SLAVE), KeyRequest.of(100, 128));
        refused(Status.UNAVAILABLE, "too many keys wait", () -> local.make(both, KeyRequest.of(1, 128)));
        int waiting = store.transact(tx -> tx.countKeys(PAIR));
        assertThat(waiting).isZero();
    }

    @Test
    void localKeys_moreThanMayWait_areUnavailable_andNoneIsStored() {
        LocalKeys local = new LocalKeys(SELF, store, limits, PairPolicies.ANY::of, new SecureRandom(), () -> EPOCH);
        local.make(SaeGroup.of(PAIR), KeyRequest.of(99, 128));
        refused(Status.UNAVAILABLE, "too many keys wait", () -> local.make(SaeGroup.of(PAIR), KeyRequest.of(2, 128)));
        assertThat(local.make(SaeGroup.of(PAIR), KeyRequest.of(1, 128))).hasSize(1);
        assertThat(local.make(SaeGroup.of(OTHER_SLAVE), KeyRequest.of(2, 128))).hasSize(2);
    }

    private KeyId stored(SaePair pair, NodeId ingress) {
        return stored(SaeGroup.of(pair), ingress);
    }

    private KeyId stored(SaeGroup saes, NodeId ingress) {
        KeyId id = new KeyId(UUID.randomUUID());
        store.transact(tx -> {
            tx.putKey(new StoredKey(id, saes, ingress, secretOf(id), tx.now(), tx.now() + 3_600_000));
            return null;
        });
        return id;
    }

    private static SecretBytes secretOf(KeyId id) {
        return SecretBytes.owning(id.toString().substring(0, 32).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private List<OutboxNotice> notices() {
        return store.transact(MemoryStore::allNotices);
    }

    private static void refused(Status status, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(status))
                .hasMessageContaining(message);
    }
}
