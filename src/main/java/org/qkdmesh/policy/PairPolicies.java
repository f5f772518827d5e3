package org.qkdmesh.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.qkdmesh.model.SaePair;

/**
 * The pairs of SAEs that may share keys, and what each of them may have. Of several entries that match a pair the first
 * one counts, and only that; a pair that none matches may have nothing. Immutable.
 */
public final class PairPolicies {

    /** Nobody may have anything. */
    public static final PairPolicies NONE = new PairPolicies(List.of());

    /** Everybody may have as much as the node gives. */
    public static final PairPolicies ANY =
            new PairPolicies(List.of(new Entry(new SaePattern("*"), new SaePattern("*"), PairPolicy.UNLIMITED)));

    /** What pairs of this form may have. */
    public record Entry(SaePattern master, SaePattern slave, PairPolicy policy) {

        public Entry {
            Objects.requireNonNull(master, "master");
            Objects.requireNonNull(slave, "slave");
            Objects.requireNonNull(policy, "policy");
        }

        public boolean isExact() {
            return master.isExact() && slave.isExact();
        }

        boolean matches(SaePair pair) {
            return master.matches(pair.master()) && slave.matches(pair.slave());
        }

        /** Whether it matches all that the other one matches, which then never counts if it comes later. */
        public boolean covers(Entry other) {
            return master.covers(other.master) && slave.covers(other.slave);
        }
    }

    private record Position(int index, Entry entry) {}

    private record Names(String master, String slave) {}

    private final List<Entry> entries;

    /** Long lists are lists of names: these are found at once. */
    private final Map<Names, Position> exact = new HashMap<>();

    private final List<Position> patterns = new ArrayList<>();

    /** @param entries in the order in which they count */
    public PairPolicies(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.isExact()) {
                exact.putIfAbsent(new Names(entry.master().text(), entry.slave().text()), new Position(i, entry));
            } else {
                patterns.add(new Position(i, entry));
            }
        }
    }

    /** What the pair may have; empty when it may not share keys at all. */
    public Optional<PairPolicy> of(SaePair pair) {
        Position named = exact.get(new Names(pair.master().text(), pair.slave().text()));
        for (Position pattern : patterns) {
            if (named != null && named.index() < pattern.index()) {
                break;
            }
            if (pattern.entry().matches(pair)) {
                return Optional.of(pattern.entry().policy());
            }
        }
        return Optional.ofNullable(named).map(found -> found.entry().policy());
    }

    public boolean allow(SaePair pair) {
        return of(pair).isPresent();
    }

    /** Whether keys of this pair go sealed from end to end; those of a pair that is not allowed would. */
    public boolean seal(SaePair pair) {
        return of(pair).map(PairPolicy::seal).orElse(PairPolicy.Seal.HYBRID) == PairPolicy.Seal.HYBRID;
    }

    /** How keys of this pair go; those of a pair that is not allowed would go as a whole. */
    public PairPolicy.Paths paths(SaePair pair) {
        return of(pair).map(PairPolicy::paths).orElse(PairPolicy.Paths.SINGLE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PairPolicies policies && entries.equals(policies.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
