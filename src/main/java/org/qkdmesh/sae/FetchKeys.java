package org.qkdmesh.sae;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.relay.Notice;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.relay.RelaySignals;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.PairUse;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/**
 * Gives a slave the keys that wait for it: all that it asked for, or none and nothing changed. When {@link #fetch}
 * returns, the slave's keys are gone from the disk and the word to their ingress is on it; so a key is given to a slave
 * once at most. With a redelivery window they are set aside instead, sealed as they were: until its end, counted from the
 * first time, the same slave may ask again and gets the same bytes, and nobody is told once more. Slaves that share a key fetch it one by one, and each learns only of its own. Safe for use by several
 * threads.
 */
public final class FetchKeys {

    private final NodeId self;
    private final NodeStore store;
    private final Predicate<StoredKey> mayServe;
    private final RelayLimits limits;
    private final RandomGenerator random;
    private final RelaySignals signals;
    private final EventLog events;

    /**
     * @param mayServe whether a stored key may leave the node now; asked inside the transaction
     * @param random for the ids of notices
     */
    public FetchKeys(
            NodeId self,
            NodeStore store,
            Predicate<StoredKey> mayServe,
            RelayLimits limits,
            RandomGenerator random,
            RelaySignals signals,
            EventLog events) {
        this.self = self;
        this.store = store;
        this.mayServe = mayServe;
        this.limits = limits;
        this.random = random;
        this.signals = signals;
        this.events = events;
    }

    /**
     * What a request gets.
     *
     * @param keys all of them, in the order asked
     * @param first those that the slave did not have before
     */
    private record Taken(List<StoredKey> keys, List<StoredKey> first) {}

    /**
     * Fetches keys, which are the caller's to close, in the order of the ids.
     *
     * @param pair the caller is its slave
     * @param ids none of them twice
     * @throws Refusal 401 when one of the keys is of another pair, else 400 when one is not there, else 503 when one can
     *     not be had yet or the store does not answer
     */
    public List<SessionKey> fetch(SaePair pair, List<KeyId> ids) {
        List<SecretBytes> opened = new ArrayList<>(ids.size());
        try {
            Taken taken = store.transact(DurableStep.EGRESS_FETCHED, tx -> take(tx, pair, ids, opened));
            if (taken.first().stream().anyMatch(key -> !key.ingress().equals(self))) {
                signals.noticesOwed();
            }
            report(taken);
            return taken.keys().stream()
                    .map(key -> new SessionKey(key.id(), key.bytes()))
                    .toList();
        } catch (RuntimeException e) {
            opened.forEach(SecretBytes::close);
            throw e instanceof StoreFailure ? StoreRefusal.of(e) : e;
        }
    }

    private void report(Taken taken) {
        int again = taken.keys().size() - taken.first().size();
        if (!taken.first().isEmpty()) {
            events.keys(EventLog.KeyEvent.FETCHED, taken.first().size());
        }
        if (again > 0) {
            events.keys(EventLog.KeyEvent.REDELIVERED, again);
        }
    }

    private Taken take(StoreTransaction tx, SaePair pair, List<KeyId> ids, List<SecretBytes> opened) {
        opened.forEach(SecretBytes::close);
        opened.clear();
        List<StoredKey> keys = new ArrayList<>(ids.size());
        List<StoredKey> first = new ArrayList<>(ids.size());
        boolean isAnothers = false;
        for (KeyId id : ids) {
            Optional<StoredKey> waiting = tx.key(id, pair.slave());
            waiting.ifPresent(first::add);
            Optional<StoredKey> key = waiting.or(() -> hadBefore(tx, id, pair.slave()));
            if (key.isPresent()) {
                opened.add(key.get().bytes());
                keys.add(key.get());
                isAnothers |= !key.get().saes().has(pair);
            } else {
                isAnothers |= tx.keyOwners(id)
                        .filter(owners -> !owners.saes().has(pair))
                        .isPresent();
            }
        }
        // The caller's right comes first: what is not for it, it shall not learn more about.
        if (isAnothers) {
            throw Refusal.unauthorized("one or more keys are not for this pair of SAEs")
                    .countedAs("key_of_others");
        }
        if (keys.size() < ids.size()) {
            throw Refusal.badRequest("one or more keys specified are not found on KME")
                    .countedAs("unknown_key");
        }
        if (!keys.stream().allMatch(mayServe)) {
            throw Refusal.unavailable("keys from before this node's start are not served yet");
        }
        first.forEach(key -> release(tx, key.id(), pair.slave()));
        tellIngresses(tx, pair, first);
        audit(tx, AuditEvent.What.FETCHED, pair, first);
        if (first.size() < keys.size()) {
            audit(
                    tx,
                    AuditEvent.What.REDELIVERED,
                    pair,
                    keys.stream().filter(key -> !first.contains(key)).toList());
        }
        long bits = first.stream().mapToLong(key -> key.bytes().lengthBits()).sum();
        tx.addUse(PairUse.of(pair, PairUse.Direction.FETCHED, first.size(), bits));
        return new Taken(keys, first);
    }

    private static void audit(StoreTransaction tx, AuditEvent.What what, SaePair pair, List<StoredKey> keys) {
        if (!keys.isEmpty()) {
            tx.audit(AuditEvent.of(what)
                    .saes(pair)
                    .keys(keys.stream().map(StoredKey::id).toList()));
        }
    }

    private Optional<StoredKey> hadBefore(StoreTransaction tx, KeyId id, SaeId slave) {
        return limits.redeliveryMillis() > 0 ? tx.fetchedKey(id, slave) : Optional.empty();
    }

    private void release(StoreTransaction tx, KeyId id, SaeId slave) {
        if (limits.redeliveryMillis() > 0) {
            tx.keepFetched(id, slave, tx.now() + limits.redeliveryMillis());
        } else {
            tx.removeKey(id, slave);
        }
    }

    private void tellIngresses(StoreTransaction tx, SaePair pair, List<StoredKey> keys) {
        Map<NodeId, List<StoredKey>> byIngress = new LinkedHashMap<>();
        for (StoredKey key : keys) {
            if (!key.ingress().equals(self)) {
                byIngress
                        .computeIfAbsent(key.ingress(), node -> new ArrayList<>())
                        .add(key);
            }
        }
        byIngress.forEach((ingress, delivered) -> {
            for (int from = 0; from < delivered.size(); from += Notice.MAX_KEYS) {
                List<StoredKey> part = delivered.subList(from, Math.min(delivered.size(), from + Notice.MAX_KEYS));
                // Past the bound the ingress goes untold: its records then expire by themselves.
                if (tx.countNotices(ingress) < limits.maxNoticesPerNode()) {
                    tx.putNotice(notice(ingress, pair, part, tx.now()));
                }
            }
        });
    }

    private OutboxNotice notice(NodeId ingress, SaePair pair, List<StoredKey> delivered, long now) {
        long expiresAt =
                delivered.stream().mapToLong(StoredKey::expiresAt).max().orElseThrow();
        List<KeyId> ids = delivered.stream().map(StoredKey::id).toList();
        return new OutboxNotice(KeyId.random(random).uuid(), NoticeType.DELIVERED, ingress, pair, ids, now, expiresAt);
    }
}
