package org.qkdmesh.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.Sequence;

/**
 * What other nodes have said and this node believes: their adverts and the homes of their SAEs, in memory and on disk.
 * What is written goes to disk first; if that fails nothing has changed. Guarded by the lock of {@link Discovery}.
 */
final class MeshKnowledge {

    private final NodeId self;
    private final NodeClock clock;
    private final NodeStore store;
    private final EventLog events;
    private final AdvertBook book;
    private final SaeDirectory directory;

    MeshKnowledge(DiscoverySettings settings, NodeClock clock, NodeStore store, EventLog events, AdvertBook book) {
        this.self = settings.self();
        this.clock = clock;
        this.store = store;
        this.events = events;
        this.book = book;
        this.directory = new SaeDirectory(
                self, settings.saes(), settings.pins(), settings.limits().homes());
        store.transact(tx -> {
            tx.sequences().stream()
                    .filter(sequence -> !sequence.node().equals(self))
                    .forEach(sequence -> book.remember(sequence, clock.monotonicMillis()));
            tx.homes().forEach(directory::remember);
            return null;
        });
    }

    void configure(DiscoverySettings settings) {
        directory.configure(settings.saes(), settings.pins());
    }

    /** The adverts of all nodes but this one. */
    List<Advert> others() {
        List<Advert> others = book.adverts();
        others.removeIf(advert -> advert.node().equals(self));
        return others;
    }

    private List<Advert> othersBut(Collection<NodeId> nodes) {
        List<Advert> adverts = others();
        adverts.removeIf(advert -> nodes.contains(advert.node()));
        return adverts;
    }

    /** Whether all that was heard of is kept. */
    boolean isComplete() {
        return !book.isFull() && !directory.isFull();
    }

    int learntHomes() {
        return directory.learnt();
    }

    Map<SaeId, NodeId> homes() {
        return directory.homes();
    }

    /**
     * Leaves out, and counts, what is of no use whoever has signed it, since to verify signatures is what costs.
     *
     * @param from the neighbour that hands them over
     * @return at most one advert of each node, newer than what is known of it, and all that can not be read
     */
    List<AdvertReader.Claim> worthVerifying(NodeId from, List<AdvertReader.Claim> claims) {
        List<AdvertReader.Claim> newestFirst = new ArrayList<>(claims);
        newestFirst.sort(Comparator.comparingLong(AdvertReader.Claim::sequence).reversed());
        List<AdvertReader.Claim> worth = new ArrayList<>();
        Set<NodeId> nodes = new HashSet<>();
        for (AdvertReader.Claim claim : newestFirst) {
            if (claim.said().isEmpty() || isWorthVerifying(from, claim.said().get(), nodes)) {
                worth.add(claim);
            }
        }
        return worth;
    }

    /** @param nodes that a newer advert came along of; this one's is added */
    private boolean isWorthVerifying(NodeId from, Advert advert, Set<NodeId> nodes) {
        if (!nodes.add(advert.node())) {
            events.refused(AdvertReader.DOOR, "stale", from.text());
            return false;
        }
        // Of this node itself the book knows but this run.
        return advert.node().equals(self) || isOfUse(from, advert, 0);
    }

    /**
     * Whether there can be news in an advert that says this; counted if not.
     *
     * @param unheard as many nodes that nothing was heard of before come with it
     */
    private boolean isOfUse(NodeId from, Advert advert, long unheard) {
        if (!book.hasRoomFor(advert.node(), unheard)) {
            // Nobody's fault: how many are kept is up to this node.
            events.refused(AdvertReader.DOOR, "too_many_nodes");
            return false;
        }
        Optional<String> objection = book.objection(advert.node(), advert.sequence());
        objection.ifPresent(reason -> events.refused(AdvertReader.DOOR, reason, from.text()));
        return objection.isEmpty();
    }

    /**
     * Takes what is new among adverts of other nodes, and counts what is not.
     *
     * @param from the neighbour that hands them over
     * @param genuine at most one of each node
     * @return the nodes that there is a new advert of
     */
    List<NodeId> accept(NodeId from, Collection<AdvertReader.Genuine> genuine) {
        List<AdvertReader.Genuine> accepted = new ArrayList<>();
        long unheard = 0;
        for (AdvertReader.Genuine one : genuine) {
            if (isNew(from, one, unheard)) {
                accepted.add(one);
                unheard += book.knows(one.advert().node()) ? 0 : 1;
            }
        }
        if (accepted.isEmpty()) {
            return List.of();
        }
        List<Advert> adverts =
                accepted.stream().map(AdvertReader.Genuine::advert).toList();
        List<NodeId> nodes = adverts.stream().map(Advert::node).toList();
        SaeDirectory.Change change = directory.plan(adverts, () -> othersBut(nodes), store.age());
        store.transact(DurableStep.ADVERT_LEARNT, tx -> {
            accepted.forEach(one -> tx.putSequence(new Sequence(
                    one.advert().node(),
                    one.advert().sequence(),
                    tx.now(),
                    one.sent().jws())));
            change.write(tx);
            return null;
        });
        directory.apply(change);
        alarm(change);
        accepted.forEach(one ->
                book.hold(one.advert(), one.sent().jws(), one.sent().lifeMs(), clock.monotonicMillis(), store.age()));
        return nodes;
    }

    /**
     * Forgets the home of an SAE, on the operator's word.
     *
     * @return whether it was known
     */
    boolean clear(SaeId sae) {
        return commit(directory.planClear(sae, others(), store.age()));
    }

    /** Forgets what was not heard of for seven days; returns whether that changed any home. */
    boolean forgetOld() {
        List<NodeId> gone = book.longGone(store.age());
        if (!gone.isEmpty()) {
            store.transact(DurableStep.ADVERT_LEARNT, tx -> {
                gone.forEach(tx::removeSequence);
                return null;
            });
            book.forget(gone);
        }
        return commit(directory.planExpiry(store.age()));
    }

    private boolean commit(SaeDirectory.Change change) {
        if (change.homes().isEmpty()) {
            return false;
        }
        store.transact(DurableStep.ADVERT_LEARNT, tx -> {
            change.write(tx);
            return null;
        });
        directory.apply(change);
        return true;
    }

    /** Others may have handed over as much or more while the signature was verified. */
    private boolean isNew(NodeId from, AdvertReader.Genuine genuine, long unheard) {
        if (book.holds(genuine.sent().jws()) || !isOfUse(from, genuine.advert(), unheard)) {
            return false;
        }
        NodeId node = genuine.advert().node();
        boolean may = book.mayTake(node, clock.monotonicMillis());
        if (!may) {
            // Whoever hands them over, this node has signed them all.
            events.refused(AdvertReader.DOOR, "too_often", node.text());
        }
        return may;
    }

    /** Once for each claim, not again with each refresh of the advert that makes it; all of one advert together. */
    private void alarm(SaeDirectory.Change change) {
        if (change.refused().isEmpty()) {
            return;
        }
        Map<NodeId, List<SaeDirectory.RefusedClaim>> byClaimant = change.refused().stream()
                .filter(claim -> !book.advert(claim.claimant())
                        .map(advert -> advert.saes().contains(claim.sae()))
                        .orElse(false))
                .collect(Collectors.groupingBy(
                        SaeDirectory.RefusedClaim::claimant, LinkedHashMap::new, Collectors.toList()));
        byClaimant.forEach((claimant, claims) -> {
            SaeDirectory.RefusedClaim first = claims.get(0);
            events.alarm(
                    "sae-claim-refused",
                    claimant + " claims " + first.sae() + ", but " + first.why()
                            + (claims.size() == 1 ? "" : "; and " + (claims.size() - 1) + " more like it"));
        });
    }
}
