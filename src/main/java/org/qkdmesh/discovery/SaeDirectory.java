package org.qkdmesh.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.SaeHome;
import org.qkdmesh.store.StoreTransaction;

/**
 * Which node each SAE belongs to. The SAEs of this node are this node's; a pin of the configuration wins over any claim;
 * otherwise an SAE belongs to the first node that claimed it, until that node withdraws it, the operator clears it, or
 * nobody claimed it for seven days. Guarded by the lock of {@link Discovery}.
 *
 * <p>A step has two halves: {@link #plan} says what adverts change, {@link #apply} takes it over once it is on disk.
 */
final class SaeDirectory {

    /** How long an SAE is remembered that nobody claims. */
    static final long REMEMBERED_MS = 7L * 24 * 3600 * 1000;

    /** How much older the disk's note of when an SAE was last claimed may be; not each refresh is worth a write. */
    private static final long REWRITE_MS = 3_600_000;

    /**
     * What adverts change, and the claims in them that are refused.
     *
     * @param homes the new home of each SAE that gets one; absent for those that lose it
     */
    record Change(Map<SaeId, Optional<SaeHome>> homes, List<RefusedClaim> refused) {

        void write(StoreTransaction tx) {
            homes.forEach((sae, home) -> home.ifPresentOrElse(tx::putHome, () -> tx.removeHome(sae)));
        }
    }

    /** A claim that is not believed, as what the operator should read. */
    record RefusedClaim(NodeId claimant, SaeId sae, String why) {}

    private final NodeId self;
    private Set<SaeId> ownSaes;
    private Map<SaeId, NodeId> pins;
    private final Map<SaeId, SaeHome> learnt = new HashMap<>();
    private final int maxHomes;

    /** @param maxHomes as many learnt homes as are kept */
    SaeDirectory(NodeId self, Collection<SaeId> ownSaes, Map<SaeId, NodeId> pins, int maxHomes) {
        this.self = self;
        this.maxHomes = maxHomes;
        this.ownSaes = Set.copyOf(ownSaes);
        this.pins = Map.copyOf(pins);
    }

    /** The configuration has changed; what was learnt stays. */
    void configure(Collection<SaeId> own, Map<SaeId, NodeId> pinned) {
        ownSaes = Set.copyOf(own);
        pins = Map.copyOf(pinned);
    }

    /** Starts with what an earlier run learnt. */
    void remember(SaeHome home) {
        learnt.put(home.sae(), home);
    }

    /** How many homes were learnt. */
    int learnt() {
        return learnt.size();
    }

    /** Whether an SAE that was never heard of would be left out. */
    boolean isFull() {
        return learnt.size() >= maxHomes;
    }

    Map<SaeId, NodeId> homes() {
        Map<SaeId, NodeId> homes = new HashMap<>();
        learnt.values().forEach(home -> homes.put(home.sae(), home.node()));
        homes.putAll(pins);
        ownSaes.forEach(sae -> homes.put(sae, self));
        return homes;
    }

    /**
     * @param accepted the new adverts, at most one of each node
     * @param believed tells the adverts of all other nodes; asked only when somebody withdrew an SAE
     * @param age of the store
     */
    Change plan(Collection<Advert> accepted, Supplier<List<Advert>> believed, long age) {
        Change change = new Change(new HashMap<>(), new ArrayList<>());
        for (Advert advert : accepted) {
            Set<SaeId> claimed = Set.copyOf(advert.saes());
            for (SaeHome home : learnt.values()) {
                if (home.node().equals(advert.node()) && !claimed.contains(home.sae())) {
                    change.homes.put(home.sae(), Optional.empty());
                }
            }
        }
        Set<SaeId> withdrawn = Set.copyOf(change.homes.keySet());
        for (Advert advert : accepted) {
            advert.saes().forEach(sae -> claim(advert.node(), sae, age, change));
        }
        if (withdrawn.isEmpty()) {
            return change;
        }
        // Somebody who was refused before may have it now.
        for (Advert advert : believed.get()) {
            advert.saes().stream()
                    .filter(sae ->
                            withdrawn.contains(sae) && change.homes.get(sae).isEmpty())
                    .forEach(sae -> claim(advert.node(), sae, age, change));
        }
        return change;
    }

    /** Forgets the home of an SAE; another node that claims it gets it, else the one that had it. */
    Change planClear(SaeId sae, Collection<Advert> believed, long age) {
        Change change = new Change(new HashMap<>(), new ArrayList<>());
        SaeHome before = learnt.get(sae);
        if (before != null) {
            NodeId after = believed.stream()
                    .filter(advert -> advert.saes().contains(sae))
                    .map(Advert::node)
                    .reduce((first, second) -> first.equals(before.node()) ? second : first)
                    .orElse(null);
            change.homes.put(sae, Optional.ofNullable(after).map(node -> new SaeHome(sae, node, age)));
        }
        return change;
    }

    /** Forgets what nobody claimed for too long. */
    Change planExpiry(long age) {
        Change change = new Change(new HashMap<>(), new ArrayList<>());
        learnt.values().stream()
                .filter(home -> home.heardAt() + REMEMBERED_MS <= age)
                .forEach(home -> change.homes.put(home.sae(), Optional.empty()));
        return change;
    }

    void apply(Change change) {
        change.homes.forEach((sae, home) -> home.ifPresentOrElse(to -> learnt.put(sae, to), () -> learnt.remove(sae)));
    }

    private void claim(NodeId claimant, SaeId sae, long age, Change change) {
        NodeId fixed = ownSaes.contains(sae) ? self : pins.get(sae);
        if (fixed != null) {
            if (!fixed.equals(claimant)) {
                change.refused.add(new RefusedClaim(claimant, sae, "it belongs to " + fixed + " by configuration"));
            }
            return;
        }
        SaeHome home = change.homes
                .getOrDefault(sae, Optional.ofNullable(learnt.get(sae)))
                .orElse(null);
        if (home == null && learnt.size() + change.homes.size() >= maxHomes) {
            change.refused.add(new RefusedClaim(claimant, sae, "the directory is full"));
        } else if (home != null && !home.node().equals(claimant)) {
            change.refused.add(new RefusedClaim(claimant, sae, "it belongs to " + home.node()));
        } else if (home == null || home.heardAt() + REWRITE_MS <= age) {
            change.homes.put(sae, Optional.of(new SaeHome(sae, claimant, age)));
        }
    }
}
