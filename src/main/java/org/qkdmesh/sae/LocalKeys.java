package org.qkdmesh.sae;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.PairUse;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/**
 * Keys for SAEs of one node, which no link carries: drawn from a random source and on disk for the slaves before the
 * master is answered. Safe for use by several threads.
 */
public final class LocalKeys {

    private final NodeId self;
    private final NodeStore store;
    private final RelayLimits limits;
    private final Function<SaePair, Optional<PairPolicy>> policy;
    private final RandomGenerator random;
    private final Supplier<UUID> epoch;

    /**
     * @param policy what a pair may have now
     * @param random cryptographically strong; the keys come from it
     * @param epoch of this node now; another one from when all its keys are destroyed
     */
    public LocalKeys(
            NodeId self,
            NodeStore store,
            RelayLimits limits,
            Function<SaePair, Optional<PairPolicy>> policy,
            RandomGenerator random,
            Supplier<UUID> epoch) {
        this.self = self;
        this.store = store;
        this.limits = limits;
        this.policy = policy;
        this.random = random;
        this.epoch = epoch;
    }

    /**
     * Makes the keys that were asked for; they are the caller's to close.
     *
     * @throws Refusal 503 when too many keys wait for a slave already, the store does not answer, or takes so long that too
     *     little of the keys' life is left, or all keys of this node were destroyed meanwhile
     */
    public List<SessionKey> make(SaeGroup saes, KeyRequest request) {
        UUID drawnIn = epoch.get();
        List<SessionKey> keys = new ArrayList<>(request.number());
        for (int i = 0; i < request.number(); i++) {
            byte[] bytes = new byte[request.sizeBytes()];
            random.nextBytes(bytes);
            keys.add(new SessionKey(KeyId.random(random), SecretBytes.owning(bytes)));
        }
        try {
            long giveUntil = limits.giveUntil(store.age());
            store.transact(DurableStep.EGRESS_MADE, tx -> put(tx, saes, keys, drawnIn));
            if (store.age() > giveUntil) {
                store.transact(DurableStep.INGRESS_TAKEN_BACK, tx -> takeBack(tx, saes, keys));
                throw Refusal.unavailable("the keys were stored when too little of their life was left");
            }
            return keys;
        } catch (RuntimeException e) {
            keys.forEach(SessionKey::close);
            throw e instanceof StoreFailure ? StoreRefusal.of(e) : e;
        }
    }

    private Void put(StoreTransaction tx, SaeGroup saes, List<SessionKey> keys, UUID drawnIn) {
        if (!epoch.get().equals(drawnIn)) {
            throw Refusal.unavailable("the keys were destroyed on the word of the operator");
        }
        for (SaePair pair : saes.pairs()) {
            if (!tx.hasRoom(pair, keys.size(), limits.maxKeys(policy.apply(pair)))) {
                throw Refusal.unavailable("too many keys wait for the slave SAE");
            }
        }
        for (SessionKey key : keys) {
            tx.putKey(new StoredKey(key.id(), saes, self, key.bytes(), tx.now(), tx.now() + limits.keptMillis()));
        }
        tx.audit(event(AuditEvent.What.MADE, saes, keys));
        uses(saes, keys).forEach(tx::addUse);
        return null;
    }

    private static List<PairUse> uses(SaeGroup saes, List<SessionKey> keys) {
        long bits = keys.stream().mapToLong(key -> key.bytes().lengthBits()).sum();
        return saes.pairs().stream()
                .map(pair -> PairUse.of(pair, PairUse.Direction.GIVEN, keys.size(), bits))
                .toList();
    }

    private static AuditEvent event(AuditEvent.What what, SaeGroup saes, List<SessionKey> keys) {
        return AuditEvent.of(what)
                .saes(saes)
                .keys(
                        keys.stream().map(SessionKey::id).toList(),
                        keys.get(0).bytes().lengthBytes());
    }

    private static Void takeBack(StoreTransaction tx, SaeGroup saes, List<SessionKey> keys) {
        keys.forEach(key -> tx.removeKey(key.id()));
        tx.audit(event(AuditEvent.What.VOIDED, saes, keys).with("reason", "too late"));
        uses(saes, keys).forEach(use -> tx.addUse(use.undone()));
        return null;
    }
}
