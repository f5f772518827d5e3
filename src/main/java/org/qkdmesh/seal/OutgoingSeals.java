package org.qkdmesh.seal;

import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;

/**
 * The secrets that this node, whose masters ask for keys, shares with the nodes of their slaves. Agreed on when they are
 * first needed, renewed in time and after many keys, in memory only. One that is replaced is let go of rather than closed,
 * since a request may be using it. Safe for use by several threads.
 */
public final class OutgoingSeals {

    /** How long a secret is used, milliseconds. */
    public static final long LIFE_MILLIS = 3_600_000;

    /** From then on a new one is agreed on, while this one goes on. */
    private static final long RENEWED_AFTER_MILLIS = LIFE_MILLIS * 3 / 4;

    /** A secret masks some more keys than this at most: those that are asked for until it is replaced. */
    private static final long RENEWED_AFTER_KEYS = 1L << 24;

    /** An offer that was not answered for so long is given up. */
    private static final long ANSWER_MILLIS = 6_000;

    /** After an offer that failed. */
    private static final long PAUSE_MILLIS = 250;

    /** An offer on its way. Holds private keys until it is {@link #answered}. */
    public static final class Letter {
        private final SealOffer offer;
        private final String signed;
        private final KeyAgreement.Opening opening;
        private final long since;

        private Letter(SealOffer offer, String signed, KeyAgreement.Opening opening, long since) {
            this.offer = offer;
            this.signed = signed;
            this.opening = opening;
            this.since = since;
        }

        public NodeId to() {
            return offer.to();
        }

        /** The signed offer. */
        public String text() {
            return signed;
        }
    }

    private static final class Partner {
        private Seal seal;
        private long agreedAt;
        private long keys;
        private Letter underWay;
        private long pausedUntil = Long.MIN_VALUE;

        boolean isDue(long now) {
            boolean answered = underWay == null || now - underWay.since >= ANSWER_MILLIS;
            boolean wanted = seal == null || now - agreedAt >= RENEWED_AFTER_MILLIS || keys >= RENEWED_AFTER_KEYS;
            return answered && wanted && now >= pausedUntil;
        }
    }

    private final NodeId self;
    private final KeyAgreement agreement;
    private final NodeSigner signer;
    private final NodeVerifier verifier;
    private final NodeClock clock;
    private final RandomGenerator random;
    private final Consumer<NodeId> offerDue;
    private final Map<NodeId, Partner> partners = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition agreed = lock.newCondition();

    /** @param offerDue is told the node that an offer should be sent to; neither waits nor throws */
    public OutgoingSeals(
            NodeId self,
            KeyAgreement agreement,
            NodeSigner signer,
            NodeVerifier verifier,
            NodeClock clock,
            RandomGenerator random,
            Consumer<NodeId> offerDue) {
        this.self = self;
        this.agreement = agreement;
        this.signer = signer;
        this.verifier = verifier;
        this.clock = clock;
        this.random = random;
        this.offerDue = offerDue;
    }

    /**
     * The secret to seal keys for this node with; empty while there is none.
     *
     * @param keys how many keys it will mask
     */
    public Optional<Seal> take(NodeId egress, int keys) {
        boolean due;
        Optional<Seal> seal;
        lock.lock();
        try {
            Partner partner = current(egress);
            partner.keys += keys;
            seal = Optional.ofNullable(partner.seal);
            due = partner.isDue(clock.monotonicMillis());
        } finally {
            lock.unlock();
        }
        if (due) {
            offerDue.accept(egress);
        }
        return seal;
    }

    /** Without what is too old. */
    private Partner current(NodeId egress) {
        Partner partner = partners.computeIfAbsent(egress, node -> new Partner());
        if (partner.seal != null && clock.monotonicMillis() - partner.agreedAt >= LIFE_MILLIS) {
            partner.seal = null;
        }
        return partner;
    }

    /** Whether there is a secret for this node; if there is none, asks for one. */
    public boolean isAgreed(NodeId egress) {
        return take(egress, 0).isPresent();
    }

    /** Waits until there is a secret for this node, so long at most; false when there is none then. */
    public boolean await(NodeId egress, long millis) throws InterruptedException {
        long until = clock.monotonicMillis() + millis;
        while (!isAgreed(egress)) {
            long left = until - clock.monotonicMillis();
            if (left <= 0) {
                return false;
            }
            awaitAgreement(egress, Math.min(left, PAUSE_MILLIS));
        }
        return true;
    }

    /** Not for long: an offer that failed is made again after its pause. */
    private void awaitAgreement(NodeId egress, long millis) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (current(egress).seal == null && nanos > 0) {
                nanos = agreed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes an offer, unless none is due: {@link #answered} ends it. */
    public Optional<Letter> offer(NodeId egress) {
        lock.lock();
        try {
            long now = clock.monotonicMillis();
            Partner partner = current(egress);
            if (!partner.isDue(now)) {
                return Optional.empty();
            }
            end(partner);
            KeyAgreement.Opening opening = agreement.open();
            SealOffer offer = new SealOffer(
                    KeyId.random(random).uuid(), self, egress, clock.wall().toEpochMilli(), opening.share());
            String signed = signer.sign(SealOffer.STATEMENT, SealCodec.encode(offer));
            partner.underWay = new Letter(offer, signed, opening, now);
            return Optional.of(partner.underWay);
        } finally {
            lock.unlock();
        }
    }

    private static void end(Partner partner) {
        if (partner.underWay != null) {
            partner.underWay.opening.close();
            partner.underWay = null;
        }
    }

    /**
     * What came of an offer.
     *
     * @param answer as it came, if one did
     * @return whether a secret was agreed on
     */
    public boolean answered(Letter letter, Optional<String> answer) {
        lock.lock();
        try {
            Partner partner = current(letter.to());
            if (partner.underWay != letter) {
                return false;
            }
            Optional<Seal> seal = answer.flatMap(text -> finish(letter, text));
            end(partner);
            if (seal.isEmpty()) {
                partner.pausedUntil = clock.monotonicMillis() + PAUSE_MILLIS;
                return false;
            }
            partner.seal = seal.get();
            partner.agreedAt = letter.since;
            partner.keys = 0;
            agreed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private Optional<Seal> finish(Letter letter, String signedAnswer) {
        try {
            NodeVerifier.Signed signed = verifier.verify(SealAnswer.STATEMENT, signedAnswer);
            SealAnswer answer = SealCodec.decodeAnswer(signed.payload());
            boolean meant = signed.signer().equals(letter.to())
                    && answer.from().equals(letter.to())
                    && answer.to().equals(self)
                    && MessageDigest.isEqual(answer.offerHash(), Transcript.hash(letter.signed));
            if (!meant) {
                return Optional.empty();
            }
            try (SecretBytes secret = letter.opening.finish(answer.share())) {
                return Optional.of(Seal.of(secret, letter.signed, signedAnswer));
            }
        } catch (NodeVerifier.InvalidSignature | MalformedMessage | KeyAgreement.InvalidShare e) {
            return Optional.empty();
        }
    }

    /** The other end does not know this secret, or not any more. */
    public void unknown(NodeId egress, UUID id) {
        lock.lock();
        try {
            Partner partner = current(egress);
            if (partner.seal != null && partner.seal.id().equals(id)) {
                partner.seal = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of those whose time is over. To be called now and then. */
    public void removeOld() {
        lock.lock();
        try {
            partners.keySet().forEach(this::current);
            partners.values().removeIf(partner -> partner.seal == null && partner.underWay == null);
        } finally {
            lock.unlock();
        }
    }

    /** Erases all. */
    public void clear() {
        lock.lock();
        try {
            partners.values().forEach(partner -> {
                end(partner);
                if (partner.seal != null) {
                    partner.seal.secret().close();
                }
            });
            partners.clear();
        } finally {
            lock.unlock();
        }
    }
}
