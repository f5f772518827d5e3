package org.qkdmesh.relay;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.qkdmesh.crypto.PairSecret;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.Share;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/** The slaves' end of a relay: checks whom the keys are for and stores all of a message or none. */
public final class Egress {

    private final NodeStore store;
    private final RelayLimits limits;
    private final Predicate<SaeId> attached;
    private final Function<SaePair, Optional<PairPolicy>> policy;
    private final Supplier<Topology> topology;
    private final Sealing sealing;
    private final Supplier<UUID> epoch;
    private final EventLog events;

    /**
     * What came of keys that were relayed here.
     *
     * @param refusal why nothing was stored; empty when all were
     * @param confirmation of sealed keys that were stored
     */
    record Stored(Optional<HopRefusal> refusal, Optional<String> confirmation) {

        static Stored not(HopRefusal refusal) {
            return new Stored(Optional.of(refusal), Optional.empty());
        }
    }

    /**
     * @param attached whether an SAE is attached to this node now
     * @param policy what a pair may have now; empty when it may not share keys
     * @param epoch of this node now; another one from when all its keys are destroyed
     */
    public Egress(
            NodeStore store,
            RelayLimits limits,
            Predicate<SaeId> attached,
            Function<SaePair, Optional<PairPolicy>> policy,
            Supplier<Topology> topology,
            Sealing sealing,
            Supplier<UUID> epoch,
            EventLog events) {
        this.store = store;
        this.limits = limits;
        this.attached = attached;
        this.policy = policy;
        this.topology = topology;
        this.sealing = sealing;
        this.epoch = epoch;
        this.events = events;
    }

    /** What has to hold before the link keys of a message for this node are touched. */
    Optional<HopRefusal> check(IncomingMessage message) {
        SaeGroup saes = message.container().saes();
        if (!saes.slaves().stream().allMatch(attached)) {
            return Optional.of(HopRefusal.of(RefusalReason.TARGET_NOT_HERE, "the target SAE is not attached here"));
        }
        int sizeBits = 8 * message.container().keyBytes();
        if (!saes.pairs().stream().allMatch(pair -> allows(pair, sizeBits))) {
            return Optional.of(HopRefusal.of(
                    RefusalReason.UNAUTHORIZED, "this pair of SAEs is not allowed keys of " + sizeBits + " bit here"));
        }
        Optional<NodeId> home = topology.get().home(saes.master());
        if (home.isEmpty()) {
            return Optional.of(
                    HopRefusal.of(RefusalReason.NO_KNOWN_ROUTE, "the initiator SAE has not been heard of yet"));
        }
        if (!home.get().equals(message.container().hop().path().ingress())) {
            return Optional.of(
                    HopRefusal.of(RefusalReason.INVALID, "path: the initiator SAE is attached to another node"));
        }
        if (message.container().hop().seal().isEmpty()) {
            return sealing.isWanted(saes)
                    ? Optional.of(HopRefusal.of(
                            RefusalReason.SEAL_REQUIRED, "keys of this pair of SAEs come sealed, or not at all"))
                    : Optional.empty();
        }
        return secret(message).isPresent() ? Optional.empty() : Optional.of(unknownSeal());
    }

    /** Whether a link leads to a node of this name, or an SAE belongs to it, as far as this node knows. */
    boolean hasHeardOf(NodeId node) {
        return topology.get().knows(node);
    }

    /** Whether this SAE belongs to that node, as far as this one knows. */
    boolean hasHeardOf(SaeId sae, NodeId node) {
        return topology.get().home(sae).filter(node::equals).isPresent();
    }

    private boolean allows(SaePair pair, int sizeBits) {
        return policy.apply(pair)
                .filter(its -> its.bounds().allowSize(sizeBits))
                .isPresent();
    }

    private Optional<PairSecret> secret(IncomingMessage message) {
        HopData hop = message.container().hop();
        return hop.seal().flatMap(id -> sealing.incoming().find(hop.path().ingress(), id));
    }

    private static HopRefusal unknownSeal() {
        return HopRefusal.of(RefusalReason.UNKNOWN_SEAL, "the keys are sealed with a secret that is not known here");
    }

    /** Of this node now; to be asked before the link keys of a message are used. */
    UUID epoch() {
        return epoch.get();
    }

    /**
     * Opens what is sealed, and stores all keys in one transaction or none.
     *
     * @param redeemedIn the epoch in which the link keys were used; after it nothing is stored, since all keys were destroyed
     */
    Stored store(IncomingMessage message, UUID redeemedIn, SecretBytes relayed) {
        Optional<UUID> seal = message.container().hop().seal();
        if (seal.isEmpty()) {
            return new Stored(storeKeys(message, redeemedIn, relayed), Optional.empty());
        }
        Optional<PairSecret> secret = secret(message);
        if (secret.isEmpty()) {
            return Stored.not(unknownSeal());
        }
        NodePath path = message.container().hop().path();
        RelayedKeys relayedKeys = RelayedKeys.of(message.container());
        EndToEnd ends = new EndToEnd(secret.get(), message.container().hop().relayId(), path, relayedKeys);
        Optional<SecretBytes> opened = ends.open(relayedKeys.ids(), relayed);
        if (opened.isEmpty()) {
            events.alarm(
                    "seal-mismatch",
                    "keys for " + message.container().saes().slaves() + " are not what " + path.ingress()
                            + " sent: a node between changed them or what belongs to them; path: " + path.nodes());
            return Stored.not(
                    HopRefusal.of(RefusalReason.SEAL_MISMATCH, "what came is not what the ingress has sealed"));
        }
        sealing.incoming().used(path.ingress(), seal.get());
        try (SecretBytes keys = opened.get()) {
            return new Stored(storeKeys(message, redeemedIn, keys), Optional.of(ends.confirmation()));
        }
    }

    private Optional<HopRefusal> storeKeys(IncomingMessage message, UUID redeemedIn, SecretBytes keys) {
        try {
            DurableStep step = message.container().hop().share().isPresent()
                    ? DurableStep.EGRESS_SHARE_STORED
                    : DurableStep.EGRESS_STORED;
            return store.transact(step, tx -> store(tx, message.container(), redeemedIn, keys));
        } catch (StoreFailure e) {
            return Optional.of(HopRefusal.of(RefusalReason.STORE_UNAVAILABLE, "the key store does not answer")
                    .withKeptNone(e.isOutcomeKnown()));
        }
    }

    private Optional<HopRefusal> store(
            StoreTransaction tx, ExtKeyContainer container, UUID redeemedIn, SecretBytes keys) {
        if (!epoch.get().equals(redeemedIn)) {
            return Optional.of(HopRefusal.of(
                    RefusalReason.STORE_UNAVAILABLE, "the keys were destroyed on the word of the operator"));
        }
        NodeId ingress = container.hop().path().ingress();
        List<KeyId> ids = container.sessionKeyIds();
        for (KeyId id : ids) {
            if (tx.hasTombstone(ingress, id)) {
                return Optional.of(HopRefusal.of(RefusalReason.VOIDED, "the ingress has voided these keys"));
            }
            if (tx.hasKey(id)) {
                return Optional.of(HopRefusal.of(RefusalReason.KEY_EXISTS, "one of the key ids is taken"));
            }
        }
        Optional<HopRefusal> refusal = container.hop().share().isPresent()
                ? storeShare(tx, container, container.hop().share().get(), keys)
                : storeWhole(tx, container, keys);
        if (refusal.isEmpty()) {
            AuditEvent stored = AuditEvent.of(AuditEvent.What.STORED)
                    .saes(container.saes())
                    .path(container.hop().path())
                    .keys(ids, container.keyBytes());
            tx.audit(container
                    .hop()
                    .share()
                    .map(share -> stored.with("share", share.place()))
                    .orElse(stored));
        }
        return refusal;
    }

    private Optional<HopRefusal> storeWhole(StoreTransaction tx, ExtKeyContainer container, SecretBytes keys) {
        Optional<HopRefusal> noRoom = noRoom(tx, container);
        if (noRoom.isPresent()) {
            return noRoom;
        }
        NodeId ingress = container.hop().path().ingress();
        int length = container.keyBytes();
        for (int i = 0; i < container.keyIds().size(); i++) {
            KeyId id = container.keyIds().get(i);
            try (SecretBytes key = keys.slice(i * length, length)) {
                tx.putKey(new StoredKey(id, container.saes(), ingress, key, tx.now(), expiry(tx, container)));
            }
        }
        return Optional.empty();
    }

    private Optional<HopRefusal> storeShare(
            StoreTransaction tx, ExtKeyContainer container, Share share, SecretBytes bytes) {
        try (ShareSet set = ShareSet.of(tx, container, share)) {
            Optional<HopRefusal> refusal =
                    set.isNew() ? noRoom(tx, container).or(() -> tooManyTombstones(tx, container)) : set.refusal();
            if (refusal.isEmpty()) {
                set.add(bytes, tx.now() + limits.shareSetMillis(), expiry(tx, container));
            }
            return refusal;
        }
    }

    private Optional<HopRefusal> noRoom(StoreTransaction tx, ExtKeyContainer container) {
        int keys = container.keyIds().size();
        boolean room = container.saes().pairs().stream()
                .allMatch(pair -> tx.hasRoom(pair, keys, limits.maxKeys(policy.apply(pair))));
        return room
                ? Optional.empty()
                : Optional.of(HopRefusal.of(RefusalReason.KEY_LIMIT, "too many keys wait for the target SAE"));
    }

    /** Keys of which not all shares come leave tombstones. */
    private Optional<HopRefusal> tooManyTombstones(StoreTransaction tx, ExtKeyContainer container) {
        int tombstones = tx.countTombstones(container.hop().path().ingress());
        return tombstones + container.keyIds().size() <= limits.maxTombstonesPerNode()
                ? Optional.empty()
                : Optional.of(HopRefusal.of(RefusalReason.KEY_LIMIT, "too many keys of the ingress never came"));
    }

    private static long expiry(StoreTransaction tx, ExtKeyContainer container) {
        return tx.now() + (container.hop().lifeSeconds() + RelayLimits.GRACE_SECONDS) * 1000;
    }
}
