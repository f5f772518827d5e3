package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.KeyRecord;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;

/**
 * The master's end of a relay. An attempt's intent is on disk before anything leaves; each attempt is decided exactly
 * once, by turning its intent, in one transaction, into records or into a void. Whoever comes too late finds no intent
 * and gets nothing. Safe for use by several threads.
 */
public final class Ingress {

    /** How long after the end of its request an undecided attempt is given up. */
    private static final long OVERDUE_MILLIS = 5_000;

    private final NodeStore store;
    private final RelayLimits limits;
    private final RandomGenerator random;
    private final RelaySignals signals;
    private final EventLog events;
    private final HopWriter writer;

    public Ingress(
            NodeStore store,
            RelayLimits limits,
            RandomGenerator random,
            RelaySignals signals,
            EventLog events,
            ExtKeyCodec codec) {
        this.store = store;
        this.limits = limits;
        this.random = random;
        this.signals = signals;
        this.events = events;
        this.writer = new HopWriter(codec);
    }

    /**
     * Begins an attempt: draws the ids, takes link key bytes, writes the intent.
     *
     * @param keyBytes length of each key, bytes
     * @param deadline monotonic milliseconds
     * @return empty when the first link is short of bytes; then nothing was taken or written
     * @throws Refusal when too many notices are owed to the egress already
     * @throws StoreFailure when the intent could not be written; the bytes taken are lost
     */
    public Optional<Attempt> begin(SaePair pair, NodePath path, int count, int keyBytes, LinkKeys link, long deadline) {
        List<KeyId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(KeyId.random(random));
        }
        RelayedKeys keys = new RelayedKeys(ids, keyBytes, pair, limits.keyLifeSeconds(), null);
        UUID relayId = KeyId.random(random).uuid();
        Optional<HopWriter.First> first = writer.first(keys, relayId, path, link);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        Attempt attempt =
                new Attempt(path, keys, first.get().message(), first.get().relayed(), deadline);
        try {
            store.transact(tx -> writeIntent(tx, attempt));
        } catch (RuntimeException e) {
            attempt.close();
            throw e;
        }
        return Optional.of(attempt);
    }

    private Void writeIntent(StoreTransaction tx, Attempt attempt) {
        NodeId egress = attempt.path().egress();
        if (tx.countNotices(egress) >= limits.maxNoticesPerNode()) {
            throw Refusal.unavailable("too many notices wait for node " + egress);
        }
        tx.putIntent(new Intent(
                attempt.message().relayId(),
                attempt.keys().pair(),
                egress,
                attempt.keys().ids(),
                tx.now(),
                tx.now() + lifeMillis()));
        return null;
    }

    /**
     * Decides the attempt by what came of its message, and erases its bytes unless the master gets them.
     *
     * @param outcome of all sends of the message, and {@link HopAnswer.Unknown} when the time was up
     * @return {@code Given} at most once for an attempt
     */
    public Decision decide(Attempt attempt, HopAnswer outcome) {
        try {
            boolean given = store.transact(tx -> decide(tx, attempt, outcome));
            if (given) {
                return new Decision.Given(split(attempt));
            }
            if (!outcome.keptNone()) {
                events.keys(EventLog.KeyEvent.VOIDED, attempt.keys().ids().size());
                signals.noticesOwed();
            }
            return new Decision.Failed(refusalOf(attempt, outcome));
        } catch (StoreFailure e) {
            return new Decision.Failed(
                    HopRefusal.of(RefusalReason.STORE_UNAVAILABLE, "the key store of this node does not answer")
                            .withKeptNone(false));
        } finally {
            attempt.close();
        }
    }

    private boolean decide(StoreTransaction tx, Attempt attempt, HopAnswer outcome) {
        Optional<Intent> undecided = tx.intent(attempt.message().relayId());
        if (undecided.isEmpty()) {
            return false;
        }
        Intent intent = undecided.get();
        tx.removeIntent(intent.relayId());
        if (outcome instanceof HopAnswer.Relayed) {
            for (KeyId id : intent.keyIds()) {
                tx.putRecord(new KeyRecord(id, intent.pair(), intent.egress(), tx.now() + lifeMillis()));
            }
            return true;
        }
        if (!outcome.keptNone()) {
            tx.putNotice(voidOf(intent, tx.now(), tx.now() + lifeMillis()));
        }
        return false;
    }

    /**
     * Takes back keys that were relayed and that the master was not given: their records become a notice that voids them
     * at the egress.
     *
     * @param keyIds of one attempt
     * @return the id of the notice
     * @throws StoreFailure when that could not be written; the keys then wait at the egress until they expire
     */
    public UUID takeBack(SaePair pair, NodeId egress, List<KeyId> keyIds) {
        UUID notice = KeyId.random(random).uuid();
        store.transact(tx -> {
            keyIds.forEach(tx::removeRecord);
            tx.putNotice(
                    new OutboxNotice(notice, NoticeType.VOID, egress, pair, keyIds, tx.now(), tx.now() + lifeMillis()));
            return null;
        });
        signals.noticesOwed();
        return notice;
    }

    /**
     * Voids attempts of this run that should have been decided long ago: the disk refused the decision. To be called now
     * and then. Whoever decides later after all finds no intent and gets nothing.
     */
    public void voidOverdue() {
        voidThoseMadeUntil(limits.requestMillis() + OVERDUE_MILLIS);
    }

    /**
     * Voids all attempts of this run that are not decided. Whoever decides later finds no intent and gets nothing.
     *
     * @return how many keys they would have given
     */
    public int voidUndecided() {
        return voidThoseMadeUntil(-1);
    }

    private int voidThoseMadeUntil(long ageMillis) {
        int voided = store.transact(tx -> {
            List<Intent> undecided = tx.intents().stream()
                    .filter(intent -> intent.madeAt() >= store.openedAt())
                    .filter(intent -> intent.madeAt() + ageMillis < tx.now())
                    .toList();
            for (Intent intent : undecided) {
                tx.removeIntent(intent.relayId());
                tx.putNotice(voidOf(intent, tx.now(), intent.expiresAt()));
            }
            return undecided.stream().mapToInt(intent -> intent.keyIds().size()).sum();
        });
        if (voided > 0) {
            events.keys(EventLog.KeyEvent.VOIDED, voided);
            signals.noticesOwed();
        }
        return voided;
    }

    private static OutboxNotice voidOf(Intent intent, long now, long expiresAt) {
        return new OutboxNotice(
                intent.relayId(), NoticeType.VOID, intent.egress(), intent.pair(), intent.keyIds(), now, expiresAt);
    }

    private static List<SessionKey> split(Attempt attempt) {
        RelayedKeys keys = attempt.keys();
        List<SessionKey> result = new ArrayList<>(keys.ids().size());
        for (int i = 0; i < keys.ids().size(); i++) {
            result.add(
                    new SessionKey(keys.ids().get(i), attempt.relayed().slice(i * keys.keyBytes(), keys.keyBytes())));
        }
        return result;
    }

    private HopRefusal refusalOf(Attempt attempt, HopAnswer outcome) {
        if (outcome instanceof HopAnswer.Refused refused) {
            HopRefusal refusal = refused.refusal();
            return refusal.edge().isPresent()
                    ? refusal
                    : refusal.at(attempt.path().hopFrom(0));
        }
        String why = outcome instanceof HopAnswer.NotSent notSent
                ? notSent.why()
                : outcome instanceof HopAnswer.Unknown unknown ? unknown.why() : "the attempt was decided before";
        return HopRefusal.of(RefusalReason.TIMEOUT, why)
                .at(attempt.path().hopFrom(0))
                .withKeptNone(outcome.keptNone());
    }

    /** From now until the egress has certainly dropped a key that is sent now. */
    private long lifeMillis() {
        long sending = limits.requestMillis();
        return (limits.keyLifeSeconds() + RelayLimits.GRACE_SECONDS) * 1000 + sending;
    }
}
