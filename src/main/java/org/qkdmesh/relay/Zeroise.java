package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.GoneKeys;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.WaitingKey;

/**
 * Destroys every key that this node has: link keys, keys on their way, keys that wait for slaves. When {@link #run}
 * returns, they are gone from memory and disk, but for what a step under way has in hand until it finds out. What the
 * other ends have to be told is on disk: masters' nodes that the keys waiting here are void, slaves' nodes that attempts
 * are; neighbours find the link keys gone by the new epoch.
 * Safe for use by several threads.
 */
public final class Zeroise {

    private static final int KEYS_AT_ONCE = 4_096;

    /**
     * What was destroyed.
     *
     * @param waitingKeys keys that waited here, for slaves or for the rest of their shares
     * @param undecidedKeys keys that masters here had asked for, and that were on their way
     * @param linkKeyBytes of link keys
     */
    public record Destroyed(int waitingKeys, int undecidedKeys, long linkKeyBytes) {}

    private record Subject(NodeId ingress, SaePair pair) {}

    private final NodeId self;
    private final NodeStore store;
    private final Neighbours neighbours;
    private final Ingress ingress;
    private final RelayLimits limits;
    private final RandomGenerator random;
    private final RelaySignals signals;
    private final Sealing sealing;

    /** @param random for the ids of notices */
    public Zeroise(
            NodeId self,
            NodeStore store,
            Neighbours neighbours,
            Ingress ingress,
            RelayLimits limits,
            RandomGenerator random,
            RelaySignals signals,
            Sealing sealing) {
        this.self = self;
        this.store = store;
        this.neighbours = neighbours;
        this.ingress = ingress;
        this.limits = limits;
        this.random = random;
        this.signals = signals;
        this.sealing = sealing;
    }

    /**
     * Destroys them. What has begun and is not on the disk yet finds out by the epoch and stores nothing.
     *
     * @param newEpoch of this node
     * @param holds has it hold: when no link has bytes of the one before any more, so that whatever begins in it is made
     *     of fresh ones, and before what is on the disk is voided
     * @throws StoreFailure when the disk does not do its part; what is in memory is gone then, and so may be some of what
     *     is on disk: to be called again
     */
    public Destroyed run(UUID newEpoch, Runnable holds) {
        long linkKeyBytes = 0;
        for (LinkKeys link : neighbours.all()) {
            linkKeyBytes += link.renew(newEpoch);
            signals.askEpoch(link.neighbour());
        }
        sealing.clear();
        holds.run();
        int undecided = ingress.voidUndecided();
        int waiting = 0;
        int some;
        do {
            some = store.transact(DurableStep.ZEROISE_BEGUN, this::destroySome);
            waiting += some;
        } while (some == KEYS_AT_ONCE);
        waiting += store.destroyKeys(this::destroyTheRest);
        signals.noticesOwed();
        return new Destroyed(waiting, undecided, linkKeyBytes);
    }

    /** What came in between; and rows past their expiry, which nobody has to be told of. */
    private int destroyTheRest(StoreTransaction tx) {
        int all = 0;
        int some;
        do {
            some = destroySome(tx);
            all += some;
        } while (some == KEYS_AT_ONCE);
        tx.removeKeysStoredBefore(Long.MAX_VALUE);
        return all;
    }

    private int destroySome(StoreTransaction tx) {
        int complete = voidSome(tx);
        // Nobody has to be told: shares that come late are refused, so that no master gets these.
        List<WaitingKey> incomplete = tx.removeIncompleteKeys(KEYS_AT_ONCE - complete);
        GoneKeys.audit(tx, AuditEvent.What.DESTROYED, incomplete);
        return complete + incomplete.size();
    }

    private int voidSome(StoreTransaction tx) {
        Map<Subject, List<WaitingKey>> subjects = new LinkedHashMap<>();
        List<WaitingKey> keys = tx.waitingKeys(KEYS_AT_ONCE);
        for (WaitingKey key : keys) {
            if (!key.ingress().equals(self)) {
                subjects.computeIfAbsent(new Subject(key.ingress(), key.pair()), subject -> new ArrayList<>())
                        .add(key);
            }
            tx.removeKey(key.id(), key.pair().slave());
        }
        GoneKeys.audit(tx, AuditEvent.What.DESTROYED, keys);
        subjects.forEach((subject, waiting) -> {
            for (int from = 0; from < waiting.size(); from += Notice.MAX_KEYS) {
                // Past the bound the ingress goes untold: its records then expire by themselves.
                if (tx.countNotices(subject.ingress()) < limits.maxNoticesPerNode()) {
                    tx.putNotice(notice(
                            subject,
                            waiting.subList(from, Math.min(waiting.size(), from + Notice.MAX_KEYS)),
                            tx.now()));
                }
            }
        });
        return keys.size();
    }

    private OutboxNotice notice(Subject subject, List<WaitingKey> keys, long now) {
        List<KeyId> ids = keys.stream().map(WaitingKey::id).toList();
        long expiresAt = keys.stream().mapToLong(WaitingKey::expiresAt).max().orElseThrow();
        return new OutboxNotice(
                KeyId.random(random).uuid(), NoticeType.VOID, subject.ingress(), subject.pair(), ids, now, expiresAt);
    }
}
