package org.qkdmesh.discovery;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qkdmesh.model.NodeId;

/**
 * What two neighbours tell each other, in the request and in its answer alike.
 *
 * @param adverts the sender's own, and those that it thinks the receiver lacks, as many as fit
 * @param known the highest sequence of each node that the sender has heard of since its start; for the receiver the
 *     highest that the sender has ever heard of, by which a node finds out that it is an old copy of itself
 * @param yours the advert that the receiver's sequence in {@code known} was taken from, as the receiver signed it:
 *     nobody's bare word makes a node take itself for an old copy; empty when there is none
 */
public record Exchange(List<TimedAdvert> adverts, Map<NodeId, Long> known, String yours) {

    public Exchange {
        adverts = List.copyOf(adverts);
        known = Collections.unmodifiableMap(new TreeMap<>(known));
    }

    /** The highest sequence known of this node; 0 when it was never heard of. */
    public long highestOf(NodeId node) {
        return known.getOrDefault(node, 0L);
    }
}
