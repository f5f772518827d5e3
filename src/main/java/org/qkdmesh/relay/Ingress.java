package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.AuditEvent.What;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.KeyRecord;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.PairUse;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/**
 * The master's end of a relay, to one node or to several that get the same keys. An attempt's intents are on disk, all in
 * one transaction, before anything leaves; each attempt is decided exactly once, by turning its intents, in one
 * transaction, into records or into voids. Whoever comes too late finds no intent and gets nothing. Safe for use by
 * several threads.
 */
public final class Ingress {

    /** How long after the end of its request an undecided attempt is given up. */
    private static final long OVERDUE_MILLIS = 5_000;

    private final NodeId self;
    private final NodeStore store;
    private final RelayLimits limits;
    private final Function<SaePair, Optional<PairPolicy>> policy;
    private final RandomGenerator random;
    private final Supplier<UUID> epoch;
    private final RelaySignals signals;
    private final EventLog events;
    private final AttemptWriter writer;

    /**
     * @param policy what a pair may have now, of which counts how many keys may wait for a slave of this node
     * @param epoch of this node now; another one from when all its keys are destroyed
     */
    public Ingress(
            NodeId self,
            NodeStore store,
            RelayLimits limits,
            Function<SaePair, Optional<PairPolicy>> policy,
            RandomGenerator random,
            Supplier<UUID> epoch,
            RelaySignals signals,
            EventLog events,
            ExtKeyCodec codec) {
        this.self = self;
        this.store = store;
        this.limits = limits;
        this.policy = policy;
        this.random = random;
        this.epoch = epoch;
        this.signals = signals;
        this.events = events;
        this.writer = new AttemptWriter(new HopWriter(codec), random, limits.keyLifeSeconds());
    }

    /**
     * Begins an attempt: draws the ids, takes link key bytes for all ways, writes the intent. The keys are made of bytes of
     * first links. What goes to a node over several ways are shares of them.
     *
     * @param ways at least one; those to one node have no node in common but their ends
     * @param slavesHere the slaves that are attached to this node, who get the same keys
     * @param keyBytes length of each key, bytes
     * @return empty when a first link is short of bytes; then nothing was written, and with one way only nothing was taken
     * @throws Refusal when too many notices are owed to an egress already, too many keys wait for a slave here, or all keys of
     *     this node were destroyed meanwhile, those of the attempt as well
     * @throws StoreFailure when the intent could not be written; the bytes taken are lost
     */
    public Optional<Attempt> begin(List<Way> ways, Optional<SaeGroup> slavesHere, int count, int keyBytes) {
        UUID begunIn = epoch.get();
        List<KeyId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(KeyId.random(random));
        }
        return writer.write(ways, ids, keyBytes).map(written -> {
            try {
                Attempt attempt =
                        new Attempt(written.branches(), slavesHere, ids, written.keys(), limits.giveUntil(store.age()));
                store.transact(DurableStep.INGRESS_INTENT, tx -> writeIntents(tx, attempt, begunIn));
                return attempt;
            } catch (RuntimeException e) {
                written.keys().close();
                throw e;
            }
        });
    }

    /** One for each node, in one transaction: at the next start each that is left becomes a void to its node. */
    private Void writeIntents(StoreTransaction tx, Attempt attempt, UUID begunIn) {
        // Only what is on the disk is found and voided when all keys are destroyed.
        if (!epoch.get().equals(begunIn)) {
            throw Refusal.unavailable("the keys were destroyed on the word of the operator");
        }
        if (!hasRoomHere(tx, attempt)) {
            throw Refusal.unavailable("too many keys wait for the slave SAE");
        }
        for (Branch branch : attempt.toEachNode()) {
            if (tx.countNotices(branch.egress()) >= limits.maxNoticesPerNode()) {
                throw Refusal.unavailable("too many notices wait for node " + branch.egress());
            }
            tx.putIntent(intent(attempt, branch, tx.now()));
        }
        audit(tx, attempt, What.ASKED, event -> event.with("bits", attempt.keyBits()));
        return null;
    }

    /** Tells of each way. */
    private static void audit(StoreTransaction tx, Attempt attempt, What what, UnaryOperator<AuditEvent> more) {
        for (Branch branch : attempt.branches()) {
            AuditEvent event = AuditEvent.of(what)
                    .saes(branch.message().saes())
                    .path(branch.path())
                    .keys(attempt.keyIds());
            tx.audit(more.apply(withShare(event, branch)));
        }
    }

    private static AuditEvent withShare(AuditEvent event, Branch branch) {
        return branch.fallBack()
                ? event.with("share", "none, too few disjoint paths")
                : branch.share()
                        .map(share -> event.with("share", share.place()))
                        .orElse(event);
    }

    /** Of the keys that a node gets over this branch, or over several of which this is the first. */
    private Intent intent(Attempt attempt, Branch branch, long now) {
        HopMessage message = branch.message();
        return new Intent(
                message.relayId(),
                message.saes().firstPair(),
                branch.egress(),
                attempt.keyIds(),
                now,
                now + lifeMillis());
    }

    private boolean hasRoomHere(StoreTransaction tx, Attempt attempt) {
        return attempt.slavesHere().stream()
                .flatMap(saes -> saes.pairs().stream())
                .allMatch(pair -> tx.hasRoom(pair, attempt.keyIds().size(), limits.maxKeys(policy.apply(pair))));
    }

    /** What came of the message of a branch in the end. */
    private record Outcome(Branch branch, HopAnswer answer) {

        boolean isRelayed() {
            return answer instanceof HopAnswer.Relayed;
        }
    }

    private enum Verdict {
        GIVEN,
        NOT_RELAYED,
        TOO_LATE,
        NO_ROOM_HERE,
        DECIDED_BEFORE;

        /** As in {@code not relayed}. */
        String reason() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * Decides the attempt by the answers to its messages, and erases its bytes. Either every slave has the keys and the
     * master may have them, or nobody gets them: then each node that may hold them is owed a void.
     *
     * @param attempt the sends of its branches hold all answers, and {@link HopAnswer.Unknown} where the time was up
     * @return {@code Given} at most once for an attempt
     */
    public Decision decide(Attempt attempt) {
        List<Outcome> outcomes = new ArrayList<>();
        Set<NodeId> holders = new HashSet<>();
        for (Branch branch : attempt.branches()) {
            HopAnswer answer = confirmed(branch, branch.sends().outcome());
            outcomes.add(new Outcome(branch, answer));
            if (!answer.keptNone()) {
                holders.add(branch.egress());
            }
        }
        List<Branch> mayHold = new ArrayList<>(attempt.toEachNode());
        mayHold.removeIf(branch -> !holders.contains(branch.egress()));
        boolean relayed = outcomes.stream().allMatch(Outcome::isRelayed);
        try {
            Verdict verdict = store.transact(DurableStep.INGRESS_DECISION, tx -> decide(tx, attempt, relayed, mayHold));
            return switch (verdict) {
                case GIVEN -> given(attempt);
                case NOT_RELAYED -> {
                    reportVoids(mayHold);
                    yield notRelayed(outcomes);
                }
                case TOO_LATE -> {
                    reportVoids(mayHold);
                    yield tooLate();
                }
                case NO_ROOM_HERE -> {
                    reportVoids(mayHold);
                    yield inVain(RefusalReason.KEY_LIMIT, "too many keys wait for a slave of this node");
                }
                case DECIDED_BEFORE -> inVain(RefusalReason.TIMEOUT, "the attempt was decided before");
            };
        } catch (StoreFailure e) {
            return inVain(RefusalReason.STORE_UNAVAILABLE, "the key store of this node does not answer");
        } finally {
            attempt.close();
        }
    }

    /** Of sealed keys only the egress can say that they have arrived. */
    private HopAnswer confirmed(Branch branch, HopAnswer answer) {
        if (answer instanceof HopAnswer.Refused refused && refused.refusal().reason() == RefusalReason.SEAL_MISMATCH) {
            events.alarm(
                    "seal-mismatch",
                    "keys for " + branch.egress() + " came changed, if what was answered is true; path: "
                            + branch.path().nodes());
        }
        if (!(answer instanceof HopAnswer.Relayed relayed) || branch.isConfirmedBy(relayed)) {
            return answer;
        }
        events.alarm(
                "seal-mismatch",
                "somebody said that keys had arrived at " + branch.egress() + ", and it was not that node; path: "
                        + branch.path().nodes());
        return new HopAnswer.Refused(HopRefusal.of(RefusalReason.SEAL_MISMATCH, "the confirmation is not the egress's")
                .withKeptNone(false));
    }

    private Verdict decide(StoreTransaction tx, Attempt attempt, boolean relayed, List<Branch> mayHold) {
        if (tx.intent(attempt.id()).isEmpty()) {
            return Verdict.DECIDED_BEFORE;
        }
        attempt.toEachNode().forEach(branch -> tx.removeIntent(branch.message().relayId()));
        boolean tooLate = attempt.isTooLate(tx.now());
        if (relayed && !tooLate && hasRoomHere(tx, attempt)) {
            attempt.uses().forEach(tx::addUse);
            attempt.toEachNode().forEach(branch -> putRecords(tx, attempt, branch));
            audit(tx, attempt, What.GIVEN, event -> event);
            attempt.slavesHere().ifPresent(saes -> putKeys(tx, attempt, saes));
            return Verdict.GIVEN;
        }
        mayHold.forEach(branch -> tx.putNotice(voidOf(intent(attempt, branch, tx.now()), tx.now())));
        Verdict verdict = tooLate ? Verdict.TOO_LATE : Verdict.NO_ROOM_HERE;
        String why = (relayed ? verdict : Verdict.NOT_RELAYED).reason();
        audit(tx, attempt, What.VOIDED, event -> event.with("reason", why));
        return relayed ? verdict : Verdict.NOT_RELAYED;
    }

    /** The disk may have taken long: then what it holds by now is taken back. */
    private Decision given(Attempt attempt) {
        if (!attempt.isTooLate(store.age())) {
            return new Decision.Given(attempt.keys());
        }
        store.transact(DurableStep.INGRESS_TAKEN_BACK, tx -> takeBack(tx, attempt));
        reportVoids(attempt.toEachNode());
        return tooLate();
    }

    private Void takeBack(StoreTransaction tx, Attempt attempt) {
        attempt.toEachNode()
                .forEach(branch -> takeBack(
                        tx,
                        intent(attempt, branch, tx.now()),
                        branch.message().saes().slaves()));
        attempt.slavesHere().ifPresent(saes -> attempt.keyIds().forEach(tx::removeKey));
        attempt.uses().forEach(use -> tx.addUse(use.undone()));
        audit(tx, attempt, What.VOIDED, event -> event.with("reason", "too late"));
        return null;
    }

    /** What was relayed and given to nobody: its records become a void at the egress. */
    private static void takeBack(StoreTransaction tx, Intent relayed, Collection<SaeId> slaves) {
        slaves.forEach(slave -> relayed.keyIds().forEach(id -> tx.removeRecord(id, slave)));
        tx.putNotice(voidOf(relayed, tx.now()));
    }

    private static Decision.Failed tooLate() {
        return inVain(RefusalReason.TIMEOUT, "the keys came when too little of their life was left");
    }

    private void putRecords(StoreTransaction tx, Attempt attempt, Branch branch) {
        for (SaePair pair : branch.message().saes().pairs()) {
            for (KeyId id : attempt.keyIds()) {
                tx.putRecord(new KeyRecord(id, pair, branch.egress(), tx.now() + lifeMillis()));
            }
        }
    }

    private void putKeys(StoreTransaction tx, Attempt attempt, SaeGroup saes) {
        for (SessionKey key : attempt.keys()) {
            try (key) {
                tx.putKey(new StoredKey(key.id(), saes, self, key.bytes(), tx.now(), tx.now() + limits.keptMillis()));
            }
        }
        tx.audit(AuditEvent.of(What.STORED)
                .saes(saes)
                .keys(attempt.keyIds())
                .with("bits", attempt.keyBits())
                .with("ingress", self.text()));
    }

    private void reportVoids(List<Branch> branches) {
        if (!branches.isEmpty()) {
            int keys = branches.stream()
                    .mapToInt(branch -> branch.message().keyIds().size())
                    .sum();
            events.keys(EventLog.KeyEvent.VOIDED, keys);
            signals.noticesOwed();
        }
    }

    private static Decision.Failed notRelayed(List<Outcome> outcomes) {
        List<RelayRequest.Tried> tried = outcomes.stream()
                .filter(outcome -> !outcome.isRelayed())
                .map(outcome -> new RelayRequest.Tried(outcome.branch().path(), refusalOf(outcome)))
                .toList();
        return new Decision.Failed(tried.get(0).failure(), tried);
    }

    /** No other path would help. */
    private static Decision.Failed inVain(RefusalReason reason, String message) {
        return new Decision.Failed(HopRefusal.of(reason, message).withKeptNone(false), List.of());
    }

    private static HopRefusal refusalOf(Outcome outcome) {
        Edge firstHop = outcome.branch().path().hopFrom(0);
        if (outcome.answer() instanceof HopAnswer.Refused refused) {
            HopRefusal refusal = refused.refusal();
            return refusal.edge().isPresent() ? refusal : refusal.at(firstHop);
        }
        String why = outcome.answer() instanceof HopAnswer.NotSent notSent
                ? notSent.why()
                : ((HopAnswer.Unknown) outcome.answer()).why();
        return HopRefusal.of(outcome.answer().reason(), why)
                .at(firstHop)
                .withKeptNone(outcome.answer().keptNone());
    }

    /**
     * Takes back keys that were relayed and that the master was not given: their records become a notice that voids them
     * at the egress.
     *
     * @param keyIds of one attempt
     * @param keyBits length of each
     * @return the id of the notice
     * @throws StoreFailure when that could not be written; the keys then wait at the egress until they expire
     */
    public UUID takeBack(SaePair pair, NodeId egress, List<KeyId> keyIds, int keyBits) {
        UUID notice = KeyId.random(random).uuid();
        store.transact(DurableStep.INGRESS_TAKEN_BACK, tx -> {
            Intent relayed = new Intent(notice, pair, egress, keyIds, tx.now(), tx.now() + lifeMillis());
            takeBack(tx, relayed, List.of(pair.slave()));
            tx.audit(event(relayed, "taken back"));
            int keys = keyIds.size();
            tx.addUse(PairUse.of(pair, PairUse.Direction.GIVEN, keys, (long) keys * keyBits)
                    .undone());
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
        int voided = store.transact(DurableStep.INGRESS_OVERDUE, tx -> {
            List<Intent> undecided = tx.intents().stream()
                    .filter(intent -> intent.madeAt() >= store.openedAt())
                    .filter(intent -> intent.madeAt() + ageMillis < tx.now())
                    .toList();
            for (Intent intent : undecided) {
                tx.removeIntent(intent.relayId());
                tx.putNotice(voidOf(intent, tx.now()));
                tx.audit(event(intent, "not decided"));
            }
            return undecided.stream().mapToInt(intent -> intent.keyIds().size()).sum();
        });
        if (voided > 0) {
            events.keys(EventLog.KeyEvent.VOIDED, voided);
            signals.noticesOwed();
        }
        return voided;
    }

    private static AuditEvent event(Intent voided, String reason) {
        return AuditEvent.of(What.VOIDED)
                .saes(voided.pair())
                .with("egress", voided.egress().text())
                .keys(voided.keyIds())
                .with("reason", reason);
    }

    private static OutboxNotice voidOf(Intent intent, long now) {
        return new OutboxNotice(
                intent.relayId(),
                NoticeType.VOID,
                intent.egress(),
                intent.pair(),
                intent.keyIds(),
                now,
                intent.expiresAt());
    }

    /** From now until the egress has certainly dropped a key that is sent now. */
    private long lifeMillis() {
        long sending = limits.requestMillis();
        return limits.keptMillis() + sending;
    }
}
