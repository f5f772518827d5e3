package org.qkdmesh.discovery;

import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.Sequence;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/**
 * Holds back, after a start, what an old copy of this node must not do: hand out keys that were stored before the start,
 * and void what earlier runs left undecided. A neighbour that shows an advert of this node whose sequence neither the
 * store nor this run knows proves that the store is an old copy.
 *
 * <p>Until the first neighbour has said what it knows, this node takes no sequence of its own. Then it takes at least the
 * seconds of the wall clock, so that sequences of a lost history lie below those of this run and can be told from them
 * for ever, and an old copy is believed by all nodes at once and not only when it has caught up.
 *
 * <p>Not recognised: a copy that is older by less than one advert, and one whose neighbours are old copies too. Guarded
 * by the lock of {@link Discovery}, but for {@link #mayServe}, which any thread may ask.
 */
final class StartGate {

    /** How long keys wait for a neighbour's word; a dead neighbour must not hold them for ever. */
    static final long PATIENCE_MS = 10_000;

    private static final int IDS_PER_NOTICE = 1024;

    private final NodeId self;
    private final NodeStore store;
    private final NodeClock clock;
    private final EventLog events;
    private final Supplier<UUID> noticeIds;
    private final long startedAt;

    /** The highest sequence that was taken before this run, as far as is known. */
    private long highestBefore;

    /** The first and the last sequence that this run took; 0 for none. */
    private long first;

    private long last;

    /** Whether it is known that this node is no old copy, or has become sound again. */
    private boolean settled;

    private volatile boolean serving;

    StartGate(NodeId self, NodeStore store, NodeClock clock, EventLog events, Supplier<UUID> noticeIds) {
        this.self = self;
        this.store = store;
        this.clock = clock;
        this.events = events;
        this.noticeIds = noticeIds;
        this.startedAt = clock.monotonicMillis();
        this.highestBefore = store.transact(this::own);
    }

    /** Whether the slave may have this key now. Keys that came since the start are no old copies. */
    boolean mayServe(StoredKey key) {
        return serving || key.storedAt() >= store.openedAt();
    }

    /** The highest sequence of this node that is known, whoever took it. */
    long highest() {
        return Math.max(highestBefore, last);
    }

    /**
     * A neighbour answered a call of this run and said what it knows of this node.
     *
     * @param sequence the highest of this node that it knows, 0 for none; proven, if it {@link #isNews is news}
     */
    void neighbourKnows(long sequence) {
        heardOf(sequence);
        if (!settled) {
            int voided = store.transact(DurableStep.START_VOIDED, this::voidOldIntents);
            if (voided > 0) {
                events.noted("old-intents-voided", voided + " attempts of earlier runs");
            }
            open();
        }
    }

    /** Whether neither the store nor this run knows this sequence of this node. */
    boolean isNews(long sequence) {
        return sequence > highestBefore && (sequence < first || sequence > last);
    }

    /**
     * Somebody mentioned a sequence of this node, whether in answer to a call of this run or not. Only one that is news
     * says something, and has to be proven.
     */
    void heardOf(long sequence) {
        if (isNews(sequence)) {
            store.transact(DurableStep.START_RESTORED, tx -> {
                String done = becomeSound(tx, sequence);
                // Before it is on the disk: after that nothing is left by which a later start would know.
                events.alarm(
                        "restored-copy",
                        "a neighbour knows advert " + sequence + ", but the last one before the start was "
                                + highestBefore + "; " + done);
                return null;
            });
            highestBefore = sequence;
            open();
        }
    }

    /** Lets keys go once the patience is over; the voids go on waiting. */
    void tick() {
        if (!serving && clock.monotonicMillis() - startedAt >= PATIENCE_MS) {
            serving = true;
            events.alarm(
                    "start-unconfirmed",
                    "no neighbour said within " + PATIENCE_MS / 1000
                            + " s what it knows of this node; keys stored before the start are served unchecked");
        }
    }

    /** The next sequence for an advert of this node, on disk before it is returned; empty until this is settled. */
    OptionalLong nextSequence() {
        if (!settled) {
            return OptionalLong.empty();
        }
        last = store.transact(DurableStep.ADVERT_NUMBERED, tx -> {
            long next = Math.max(own(tx) + 1, clock.wall().getEpochSecond());
            tx.putSequence(new Sequence(self, next, tx.now(), ""));
            return next;
        });
        if (first == 0) {
            first = last;
        }
        return OptionalLong.of(last);
    }

    private void open() {
        settled = true;
        serving = true;
    }

    private long own(StoreTransaction tx) {
        return tx.sequence(self).map(Sequence::number).orElse(0L);
    }

    private List<Intent> oldIntents(StoreTransaction tx) {
        return tx.intents().stream()
                .filter(intent -> intent.madeAt() < store.openedAt())
                .toList();
    }

    /** The lost history may have handed out the old keys, and given the keys of old intents to their masters. */
    private String becomeSound(StoreTransaction tx, long sequence) {
        int keys = tx.dropKeysStoredBefore(store.openedAt());
        List<Intent> old = oldIntents(tx);
        old.forEach(intent -> tx.removeIntent(intent.relayId()));
        tx.putSequence(new Sequence(self, Math.max(own(tx), sequence), tx.now(), ""));
        return "dropped those of its " + keys + " stored keys that are older than the start, and " + old.size()
                + " intents";
    }

    private int voidOldIntents(StoreTransaction tx) {
        List<Intent> old = oldIntents(tx);
        for (Intent intent : old) {
            List<KeyId> ids = intent.keyIds();
            for (int from = 0; from < ids.size(); from += IDS_PER_NOTICE) {
                List<KeyId> some = ids.subList(from, Math.min(ids.size(), from + IDS_PER_NOTICE));
                tx.putNotice(new OutboxNotice(
                        noticeIds.get(),
                        NoticeType.VOID,
                        intent.egress(),
                        intent.pair(),
                        some,
                        tx.now(),
                        intent.expiresAt()));
            }
            tx.removeIntent(intent.relayId());
            tx.audit(AuditEvent.of(AuditEvent.What.VOIDED)
                    .saes(intent.pair())
                    .with("egress", intent.egress().text())
                    .keys(ids)
                    .with("reason", "not decided by an earlier run"));
        }
        return old.size();
    }
}
