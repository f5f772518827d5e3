package org.qkdmesh.seal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.crypto.PairSecret;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.policy.TokenBucket;

/**
 * The secrets that other nodes, whose masters have slaves here, share with this one. In memory only: a node that was
 * started anew knows none, and is offered new ones. Safe for use by several threads.
 *
 * <p>Of each node two are valid at a time that were used, so that what is under way during a renewal still opens, and
 * {@value #UNUSED} that were not used yet. A secret that was used is displaced only by others that were: offers alone,
 * lost answers included, take nothing away. One that is displaced is let go of rather than closed, since a message may be
 * being opened with it.
 */
public final class IncomingSeals {

    /** Longer than the other end uses a secret, milliseconds. */
    private static final long KEPT_MILLIS = 2 * OutgoingSeals.LIFE_MILLIS;

    /** To answer one is work; the other end makes at most one in 250 ms. */
    private static final int OFFERS_PER_SECOND = 8;

    private static final int OFFERS_AT_ONCE = 40;

    private static final int USED = 2;

    /** More, so that offers which somebody held back and lets through all at once do not displace the latest one. */
    private static final int UNUSED = 16;

    private static final int MAX_NODES = 1024;

    /** So many offers of a node are remembered; there is one in an hour, and two in a second while answers are lost. */
    private static final int OFFERS_REMEMBERED = 1024;

    /** Why an offer is not taken; the message is safe to show. */
    public static final class Declined extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Declined(String message) {
            super(message, null, false, false);
        }
    }

    private static final class Valid {
        private final PairSecret secret;
        private final long since;
        private boolean used;

        Valid(PairSecret secret, long since) {
            this.secret = secret;
            this.since = since;
        }
    }

    /** An offer, to know it again. */
    private record Taken(long issuedAt, UUID id) implements Comparable<Taken> {

        @Override
        public int compareTo(Taken other) {
            int byTime = Long.compare(issuedAt, other.issuedAt);
            return byTime == 0 ? id.compareTo(other.id) : byTime;
        }
    }

    /** What is known of one node. */
    private static final class Partner {
        /** In the order in which they were agreed on. */
        private final Map<UUID, Valid> seals = new LinkedHashMap<>();

        /** Not only the latest, which may be of a time when that node's clock was ahead. */
        private final NavigableSet<Taken> taken = new TreeSet<>();

        private final TokenBucket offers;

        Partner(long nowMicros) {
            offers = new TokenBucket(nowMicros);
        }

        /** What is of another time would be refused anyway. */
        void forgetFarFrom(NodeClock clock) {
            taken.removeIf(one -> !clock.isNear(Instant.ofEpochMilli(one.issuedAt)));
        }

        boolean mayHaveTaken(Taken offer) {
            boolean forgotten = taken.size() >= OFFERS_REMEMBERED && offer.compareTo(taken.first()) < 0;
            return forgotten || taken.contains(offer);
        }

        void take(Taken offer) {
            taken.add(offer);
            if (taken.size() > OFFERS_REMEMBERED) {
                taken.pollFirst();
            }
        }
    }

    private final NodeId self;
    private final KeyAgreement agreement;
    private final NodeSigner signer;
    private final NodeClock clock;
    private final Map<NodeId, Partner> partners = new HashMap<>();

    public IncomingSeals(NodeId self, KeyAgreement agreement, NodeSigner signer, NodeClock clock) {
        this.self = self;
        this.agreement = agreement;
        this.signer = signer;
        this.clock = clock;
    }

    /**
     * Agrees to an offer for this node.
     *
     * @param offer whose signature was checked
     * @param signedOffer the same as it came
     * @return the signed answer
     * @throws Declined when the offer is old, was taken before, or is none; when all secrets are erased meanwhile
     */
    public String accept(SealOffer offer, String signedOffer) {
        Partner partner = takeNote(offer);
        KeyAgreement.Answer agreed = answer(offer);
        try (SecretBytes secret = agreed.secret()) {
            SealAnswer answer = new SealAnswer(self, offer.from(), Transcript.hash(signedOffer), agreed.share());
            String signedAnswer = signer.sign(SealAnswer.STATEMENT, SealCodec.encode(answer));
            put(offer.from(), partner, Seal.of(secret, signedOffer, signedAnswer));
            return signedAnswer;
        }
    }

    /**
     * An offer that somebody has kept and sends again was taken before, or its time is long past. What is not remembered any
     * more, or not yet after a start, makes a secret that nobody uses.
     */
    private synchronized Partner takeNote(SealOffer offer) {
        if (!clock.isNear(Instant.ofEpochMilli(offer.issuedAt()))) {
            throw new Declined(
                    "issued_at: more than " + NodeClock.MOST_APART.toSeconds() + " s from this node's clock");
        }
        if (!partners.containsKey(offer.from()) && partners.size() >= MAX_NODES) {
            throw new Declined("this node shares secrets with " + MAX_NODES + " nodes already");
        }
        Partner partner = partners.computeIfAbsent(offer.from(), node -> new Partner(clock.monotonicMicros()));
        partner.forgetFarFrom(clock);
        Taken known = new Taken(offer.issuedAt(), offer.id());
        if (partner.mayHaveTaken(known)) {
            throw new Declined("issued_at, offer_id: taken before, or older than all that are remembered");
        }
        if (!partner.offers.tryTake(1, OFFERS_PER_SECOND, OFFERS_AT_ONCE, clock.monotonicMicros())) {
            throw new Declined("too many offers of this node, agree less often");
        }
        partner.take(known);
        return partner;
    }

    private KeyAgreement.Answer answer(SealOffer offer) {
        try {
            return agreement.answer(offer.share());
        } catch (KeyAgreement.InvalidShare e) {
            throw new Declined("share: " + e.getMessage());
        }
    }

    private synchronized void put(NodeId from, Partner partner, Seal seal) {
        if (partners.get(from) != partner) {
            seal.secret().close();
            throw new Declined("all secrets of this node were erased, offer another one");
        }
        partner.seals.put(seal.id(), new Valid(seal.secret(), clock.monotonicMillis()));
        displace(partner, false, UNUSED);
    }

    /** Leaves the latest of those that were used, or that were not. */
    private static void displace(Partner partner, boolean used, int left) {
        List<UUID> those = new ArrayList<>();
        partner.seals.forEach((id, valid) -> {
            if (valid.used == used) {
                those.add(id);
            }
        });
        those.subList(0, Math.max(0, those.size() - left)).forEach(partner.seals::remove);
    }

    /** The secret of that name that was agreed on with this node; empty when it is not known, or not any more. */
    public synchronized Optional<PairSecret> find(NodeId from, UUID id) {
        return Optional.ofNullable(partners.get(from))
                .map(partner -> partner.seals.get(id))
                .map(valid -> valid.secret);
    }

    /** Something came that only the other end can have made with this secret. */
    public synchronized void used(NodeId from, UUID id) {
        Partner partner = partners.get(from);
        Valid valid = partner == null ? null : partner.seals.get(id);
        if (valid != null && !valid.used) {
            valid.used = true;
            displace(partner, true, USED);
        }
    }

    /** Lets go of those whose time is over. To be called now and then. */
    public synchronized void removeOld() {
        long now = clock.monotonicMillis();
        for (Iterator<Partner> each = partners.values().iterator(); each.hasNext(); ) {
            Partner partner = each.next();
            partner.seals.values().removeIf(valid -> now - valid.since >= KEPT_MILLIS);
            partner.forgetFarFrom(clock);
            if (partner.seals.isEmpty() && partner.taken.isEmpty()) {
                each.remove();
            }
        }
    }

    /** Erases all, also what is being agreed on. */
    public synchronized void clear() {
        partners.values().forEach(partner -> partner.seals.values().forEach(valid -> valid.secret.close()));
        partners.clear();
    }
}
