package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongBinaryOperator;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/**
 * What a link is spun of. Where the keys of its KME pairs add up it is one strand that all of them feed. Where they are
 * {@linkplain Combine#XOR combined} each pair is a strand of its own, with its own stock, held keys, announcements and
 * grants, and each byte of the link is the XOR of one byte of every strand. Knows nothing of threads: to be had through
 * {@link LinkLock} only.
 */
final class Strands {

    private final NodeId neighbour;
    private final LinkKeyLimits limits;
    private final NodeClock clock;
    private final EventLog events;
    private final Combine combine;
    private final SeenIds seen = new SeenIds();

    /** Who gets the next bytes, where there are too few. */
    final FairShare share = new FairShare();

    /** In the order of the configuration; where keys add up there is one, under no pair. */
    private Map<Optional<KmePair>, LinkParts> strands = Map.of();

    /** The same without their pairs, since every step looks at all of them. */
    private List<LinkParts> all = List.of();

    private Set<KmeId> combinedOwn = Set.of();
    private Set<KmeId> combinedFar = Set.of();

    /** Has nothing and takes nothing: for what comes in late of a pair that is no more. */
    private final LinkParts none;

    private int spun;

    Strands(
            NodeId neighbour,
            UUID ownEpoch,
            List<KmePair> pairs,
            Combine combine,
            LinkKeyLimits limits,
            NodeClock clock,
            EventLog events) {
        this.neighbour = neighbour;
        this.limits = limits;
        this.clock = clock;
        this.events = events;
        this.combine = combine;
        this.none = spin(ownEpoch);
        none.close();
        if (!areCombined()) {
            consistOf(Map.of(Optional.empty(), spin(ownEpoch)));
        }
        use(pairs, List.of());
    }

    private LinkParts spin(UUID ownEpoch) {
        return new LinkParts(neighbour, ownEpoch, limits, clock, events, seen, areCombined(), spun++);
    }

    /** From now on these are the pairs; what was of others than these is erased, if pairs are combined. */
    void use(Collection<KmePair> pairs, Collection<KmePair> remote) {
        if (!areCombined()) {
            first().ledgers.use(pairs, remote);
            return;
        }
        UUID ownEpoch = strands.isEmpty() ? none.ownEpoch() : first().ownEpoch();
        UUID neighbours = strands.isEmpty() ? null : first().neighbourEpoch();
        Map<Optional<KmePair>, LinkParts> before = new HashMap<>(strands);
        Map<Optional<KmePair>, LinkParts> now = new LinkedHashMap<>();
        for (KmePair pair : pairs) {
            LinkParts strand = before.remove(Optional.of(pair));
            if (strand == null) {
                strand = spin(ownEpoch);
                strand.begin(ownEpoch, neighbours);
            }
            now.put(Optional.of(pair), strand);
            strand.ledgers.use(List.of(pair), remote);
        }
        consistOf(now);
        combinedOwn = pairs.stream().map(KmePair::own).collect(Collectors.toUnmodifiableSet());
        combinedFar = pairs.stream().map(KmePair::far).collect(Collectors.toUnmodifiableSet());
        before.values().forEach(LinkParts::close);
    }

    private void consistOf(Map<Optional<KmePair>, LinkParts> now) {
        strands = now;
        all = List.copyOf(now.values());
    }

    boolean areCombined() {
        return combine == Combine.XOR;
    }

    List<LinkParts> all() {
        return all;
    }

    int count() {
        return all.size();
    }

    /** For what is the same in all of them. */
    LinkParts first() {
        return all.get(0);
    }

    /** The one that this pair, as this node sees it, feeds. */
    LinkParts of(KmePair pair) {
        return areCombined() ? strands.getOrDefault(Optional.of(pair), none) : first();
    }

    /** Where the keys add up, there is no pair. */
    LinkParts of(Optional<KmePair> pair) {
        return pair.map(this::of).orElseGet(() -> areCombined() ? none : first());
    }

    /** The pair of a strand; empty where the keys of all pairs add up. */
    Optional<KmePair> pair(LinkParts strand) {
        return strands.entrySet().stream()
                .filter(entry -> entry.getValue() == strand)
                .findFirst()
                .flatMap(Map.Entry::getKey);
    }

    /** The own KMEs whose keys are combined; none where they add up. */
    Set<KmeId> combinedOwn() {
        return combinedOwn;
    }

    /** The same, as the neighbour should see them. */
    Set<KmeId> combinedFar() {
        return combinedFar;
    }

    long sum(ToLongFunction<LinkParts> amount) {
        long sum = 0;
        for (LinkParts strand : all) {
            sum += amount.applyAsLong(strand);
        }
        return sum;
    }

    /** What of the strands the link goes by: that of the one, or of the poorest. */
    long least(ToLongFunction<LinkParts> amount) {
        return over(amount, Math::min);
    }

    long most(ToLongFunction<LinkParts> amount) {
        return over(amount, Math::max);
    }

    private long over(ToLongFunction<LinkParts> amount, LongBinaryOperator which) {
        long result = all.isEmpty() ? 0 : amount.applyAsLong(first());
        for (int i = 1; i < count(); i++) {
            result = which.applyAsLong(result, amount.applyAsLong(all.get(i)));
        }
        return result;
    }

    /** Whether a message can be made with so many bytes now, without those that are granted to others. */
    boolean allows(long granted, int more) {
        for (LinkParts strand : all) {
            if (!strand.allows(granted, more, mostRanges())) {
                return false;
            }
        }
        return true;
    }

    /** So many bytes of every strand, or nothing of any. */
    Optional<LinkBytes> take(int lengthBytes) {
        if (count() == 1) {
            return first().take(lengthBytes, mostRanges());
        }
        if (!allows(0, lengthBytes)) {
            all.stream()
                    .filter(strand -> !strand.allows(0, lengthBytes, mostRanges()))
                    .forEach(strand -> strand.missed(lengthBytes));
            return Optional.empty();
        }
        return Optional.of(LinkBytes.combined(all.stream()
                .map(strand -> strand.take(lengthBytes, mostRanges()).orElseThrow())
                .toList()));
    }

    private int mostRanges() {
        return HopData.MAX_RANGES / count();
    }

    /** How many bytes of the link these ranges make; -1 when they can't name as many of each strand. */
    long combinedBytes(List<KeyRange> ranges) {
        long named = KeyRange.totalLength(ranges);
        return named % count() == 0 ? named / count() : -1;
    }

    /** The bytes that a message of the neighbour names: one strand after the other, in whichever order; all or none. */
    Redemption redeem(List<KeyRange> ranges) {
        if (count() == 1) {
            return first().held.redeem(ranges);
        }
        Optional<List<List<KeyRange>>> shares = shares(ranges);
        if (shares.isEmpty()) {
            return new Redemption.Invalid("the ranges shall name as many bytes of each combined KME pair");
        }
        Map<LinkParts, List<KeyRange>> named = new LinkedHashMap<>();
        for (List<KeyRange> share : shares.get()) {
            KeyId id = share.get(0).keyId();
            Optional<LinkParts> strand =
                    all.stream().filter(one -> one.held.has(id)).findFirst();
            if (strand.isEmpty()) {
                return new Redemption.UnknownKey(id);
            }
            if (named.put(strand.get(), share) != null) {
                return new Redemption.Invalid("two shares of one of the combined KME pairs");
            }
        }
        for (Map.Entry<LinkParts, List<KeyRange>> share : named.entrySet()) {
            Optional<Redemption> objection = share.getKey().held.objection(share.getValue());
            if (objection.isPresent()) {
                return objection.get();
            }
        }
        return new Redemption.Bytes(LinkBytes.xor(named.entrySet().stream()
                .map(share -> share.getKey().held.take(share.getValue()))
                .toList()));
    }

    /** The ranges parted into as many runs of equal length as there are strands; empty when a range lies across a border. */
    private Optional<List<List<KeyRange>>> shares(List<KeyRange> ranges) {
        long each = combinedBytes(ranges);
        List<List<KeyRange>> shares = new ArrayList<>();
        List<KeyRange> share = new ArrayList<>();
        long filled = 0;
        for (KeyRange range : ranges) {
            share.add(range);
            filled += range.length();
            if (filled == each) {
                shares.add(share);
                share = new ArrayList<>();
                filled = 0;
            } else if (filled > each) {
                return Optional.empty();
            }
        }
        return shares.size() == count() ? Optional.of(shares) : Optional.empty();
    }

    /** The far end could not read a message that was made with these keys. */
    void differed(Collection<KeyId> ids) {
        for (LinkParts strand : all) {
            Set<PairLedger> origins = new LinkedHashSet<>();
            ids.forEach(id -> strand.stock.origin(id).ifPresent(origins::add));
            strand.ledgers.differed(origins, strand.now());
            ids.forEach(strand.stock::drop);
        }
    }

    // What steps leave to be done by others.

    /** Whether bytes came into any strand since this was last asked. */
    boolean bytesCame() {
        boolean came = false;
        for (LinkParts strand : all) {
            came |= strand.bytesCame;
            strand.bytesCame = false;
        }
        return came;
    }

    /** Whether keys should be fetched for any strand, found out since this was last asked. */
    boolean isFetchDue() {
        boolean due = false;
        for (LinkParts strand : all) {
            due |= strand.fetchIsDue;
            strand.fetchIsDue = false;
        }
        return due;
    }
}
