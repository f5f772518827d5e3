package org.qkdmesh.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A master SAE and slave SAEs that get the same keys: 1 to {@value #MAX_SLAVES} slaves, none of them twice, none of them
 * the master.
 */
public record SaeGroup(SaeId master, List<SaeId> slaves) {

    public static final int MAX_SLAVES = 64;

    /** @throws IllegalArgumentException when there are too few slaves or too many, or one SAE twice */
    public SaeGroup {
        Objects.requireNonNull(master, "master");
        slaves = List.copyOf(slaves);
        if (slaves.isEmpty() || slaves.size() > MAX_SLAVES) {
            throw new IllegalArgumentException("a key has 1 to " + MAX_SLAVES + " slaves, not " + slaves.size());
        }
        if (slaves.contains(master)) {
            throw new IllegalArgumentException("the master can not be a slave of its own");
        }
        if (slaves.size() > 1 && new HashSet<>(slaves).size() != slaves.size()) {
            throw new IllegalArgumentException("the same slave twice");
        }
    }

    public static SaeGroup of(SaePair pair) {
        return new SaeGroup(pair.master(), List.of(pair.slave()));
    }

    /** The master with each of the slaves. */
    public List<SaePair> pairs() {
        List<SaePair> pairs = new ArrayList<>(slaves.size());
        for (SaeId slave : slaves) {
            pairs.add(new SaePair(master, slave));
        }
        return pairs;
    }

    /** The master with the first slave, by whom a matter of all of them is named. */
    public SaePair firstPair() {
        return new SaePair(master, slaves.get(0));
    }

    public boolean has(SaePair pair) {
        return master.equals(pair.master()) && slaves.contains(pair.slave());
    }

    @Override
    public String toString() {
        return master + " -> " + slaves.stream().map(SaeId::text).collect(Collectors.joining(", "));
    }
}
