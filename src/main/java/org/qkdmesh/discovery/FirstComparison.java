package org.qkdmesh.discovery;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qkdmesh.model.NodeId;

/**
 * Whether this node has, since its start, heard all that its neighbours know of the mesh. Only from then on is an SAE that
 * nobody advertises unknown, and not merely not heard of yet. Guarded by the lock of {@link Discovery}.
 */
final class FirstComparison {

    private final NodeId self;
    private final MeshKnowledge knowledge;
    private boolean toldAll;
    private boolean done;

    FirstComparison(NodeId self, MeshKnowledge knowledge) {
        this.self = self;
        this.knowledge = knowledge;
    }

    boolean isDone() {
        return done;
    }

    /** There is no neighbour to hear from. */
    void skip() {
        done = true;
    }

    /** A neighbour has told all that it knows. */
    void neighbourToldAll() {
        toldAll = true;
    }

    /**
     * Looks whether it is done by now.
     *
     * @param links of this node
     * @param patient whether it is early enough to wait for those that have not advertised themselves
     * @return true once, when it has just been done
     */
    boolean becomesDone(List<Advert.Link> links, boolean patient) {
        if (done || !toldAll || patient && knowledge.isComplete() && !isWhole(links)) {
            return false;
        }
        done = true;
        return true;
    }

    /**
     * Whether every node that a link leads to has advertised itself here. A neighbour that was only just started tells all
     * it knows as well, but that may be nothing, and one further on may have started with it. A node that has no room for
     * all adverts does not wait for that.
     */
    private boolean isWhole(List<Advert.Link> links) {
        Collection<Advert> others = knowledge.others();
        Set<NodeId> advertised = new HashSet<>(Set.of(self));
        others.forEach(advert -> advertised.add(advert.node()));
        return leadOnlyTo(advertised, links)
                && others.stream().allMatch(advert -> leadOnlyTo(advertised, advert.links()));
    }

    private static boolean leadOnlyTo(Set<NodeId> advertised, List<Advert.Link> links) {
        for (Advert.Link link : links) {
            if (link.up() && !advertised.contains(link.neighbour())) {
                return false;
            }
        }
        return true;
    }
}
