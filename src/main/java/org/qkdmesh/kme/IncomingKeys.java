package org.qkdmesh.kme;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SessionKey;

/**
 * The link keys that one neighbour owns and this node holds, for the messages that come from it: announced by the
 * neighbour, claimed at an own KME, and redeemed byte by byte. Nothing here waits. Safe for use by several threads.
 */
public final class IncomingKeys {

    private final LinkLock lock;

    IncomingKeys(LinkLock lock) {
        this.lock = lock;
    }

    /** Takes an announcement of the neighbour. What it wants claimed counts as being claimed until {@link #claimed}. */
    public Claim announced(LinkKeyAnnouncement announcement) {
        return lock.call(strands -> {
            LinkParts link = strands.of(announcement.pair().seenFromFarEnd());
            boolean alike = announcement.combined().equals(strands.combinedFar());
            link.ledgers.of(announcement.pair().seenFromFarEnd()).combinedAlike(alike);
            if (!alike) {
                return refused(announcement, strands);
            }
            if (!link.areCurrent(announcement.senderEpoch(), announcement.receiverEpoch())) {
                boolean senderKnown = announcement.senderEpoch().equals(link.neighbourEpoch());
                return new Claim.EpochChanged(link.ownEpoch(), !senderKnown);
            }
            link.held.expire(link.now());
            return link.claims.announced(announcement);
        });
    }

    /** A key that one end would use by itself and the other with others is of no use to either. */
    private static Claim.Wanted refused(LinkKeyAnnouncement announcement, Strands strands) {
        LinkParts link = strands.first();
        link.events.alarm(
                "combine-differs",
                link.neighbour + " announced keys of "
                        + (announcement.combined().isEmpty()
                                ? "KMEs that are not combined"
                                : "the combined KMEs " + sorted(announcement.combined()))
                        + ", and here "
                        + (strands.areCombined() ? sorted(strands.combinedFar()) + " are" : "none are"));
        Map<KeyId, ClaimStatus> settled = new LinkedHashMap<>();
        announcement.keys().forEach(key -> settled.put(key.keyId(), ClaimStatus.REFUSED));
        return new Claim.Wanted(settled, List.of());
    }

    private static String sorted(Set<KmeId> kmes) {
        return kmes.stream().sorted().map(KmeId::text).collect(Collectors.joining(", "));
    }

    /**
     * The own KME has answered.
     *
     * @param keys what it gave; taken over
     * @param refused ids that can not be had
     * @return the answer to the announcement
     */
    public Map<KeyId, ClaimStatus> claimed(
            LinkKeyAnnouncement announcement, Claim.Wanted plan, Collection<SessionKey> keys, Set<KeyId> refused) {
        return lock.call(announcement.pair().seenFromFarEnd(), link -> {
            boolean current = link.areCurrent(announcement.senderEpoch(), announcement.receiverEpoch());
            long until = link.now() + 2 * link.limits.life().toMillis();
            PairLedger ledger = link.ledgers.of(announcement.pair().seenFromFarEnd());
            return link.claims.claimed(announcement, plan, keys, refused, current, until, ledger);
        });
    }

    /** Takes the bytes that a message of the neighbour names, all or none; they count as used from now on. */
    public Redemption redeem(List<KeyRange> ranges) {
        return lock.call(link -> {
            for (LinkParts strand : link.all()) {
                strand.held.expire(strand.now());
            }
            return link.redeem(ranges);
        });
    }

    /**
     * How many bytes of pad a message has that names these ranges: their sum, or, where keys are combined, the part of it
     * that each KME pair has; -1 when it can't be the same of each.
     */
    public long padBytes(List<KeyRange> ranges) {
        return lock.call(link -> link.combinedBytes(ranges));
    }

    /**
     * The two ends differ on one of these: none is ever used again.
     *
     * @return the KME pairs that they came from, as far as known
     */
    public List<KmePair> discard(Collection<KeyId> ids) {
        return lock.call(link -> {
            List<KmePair> suspects = ids.stream()
                    .flatMap(id -> link.all().stream().map(strand -> strand.held.origin(id)))
                    .flatMap(Optional::stream)
                    .map(ledger -> ledger.pair)
                    .distinct()
                    .toList();
            link.all().forEach(strand -> ids.forEach(strand.held::discard));
            return suspects;
        });
    }

    /** Bytes held for the neighbour, used parts of unfinished keys included. */
    public long heldBytes() {
        return lock.call(link -> link.sum(strand -> strand.held.heldBytes()));
    }

    /** What share of the bytes that may be held for the neighbour is held; 0 to 1. */
    public double heldShare() {
        return lock.call(link -> (double) link.most(strand -> strand.held.heldBytes())
                / link.first().mostHeldBytes());
    }

    /**
     * Why the own KME of this pair gives no keys for the neighbour's messages; empty when it does.
     *
     * @return what was known before
     */
    Optional<String> claimTrouble(KmePair pair, Optional<String> reason) {
        return lock.call(pair, link -> link.ledgers.of(pair).claimTrouble(reason));
    }

    /** Erases what is too old. */
    void expire() {
        lock.each(link -> link.held.expire(link.now()));
    }
}
