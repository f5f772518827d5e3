package org.qkdmesh.etsi020;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;

/**
 * What one hop of a relay needs beside the standard's own members.
 *
 * @param relayId names the attempt, the same on each hop; a resend carries the same one
 * @param senderEpoch the epoch of the node that sends this message
 * @param receiverEpoch the epoch of the receiver, as the sender knows it
 * @param path all nodes, ingress first
 * @param position where the receiver stands in the path, 1 for the first hop
 * @param ranges link key bytes, in this order: the pad (as many as the values together), then the tag's key
 * @param lifeSeconds how long the session keys live from now
 * @param targetIndex counts the nodes that get the same keys, up to {@value #MAX_TARGET_INDEX}; 0 for the first or only
 *     one, whose keys are the pad of its first hop
 * @param seal the secret of the two ends that the keys are sealed with; empty when they are not sealed
 * @param share which share of the session keys this is; empty when it is the keys themselves
 */
public record HopData(
        UUID relayId,
        UUID senderEpoch,
        UUID receiverEpoch,
        NodePath path,
        int position,
        List<KeyRange> ranges,
        long lifeSeconds,
        int targetIndex,
        Optional<UUID> seal,
        Optional<Share> share) {

    /** At most this many ranges in one message. */
    public static final int MAX_RANGES = 4096;

    /** The longest life that a key may be given: a week. */
    public static final long MAX_LIFE_SECONDS = 7 * 24 * 3600L;

    /** One relay for each node, each with at least one of the slaves that a key can have. */
    public static final int MAX_TARGET_INDEX = SaeGroup.MAX_SLAVES - 1;

    /** Length of the authenticator that travels behind the values of sealed keys, padded like them. */
    public static final int AUTHENTICATOR_BYTES = 16;

    public HopData {
        ranges = List.copyOf(ranges);
    }

    /** How many bytes the values have beside those of the keys. */
    int authenticatorBytes() {
        return seal.isPresent() ? AUTHENTICATOR_BYTES : 0;
    }

    /** How many hops are still to go, the one to this receiver included. */
    public int hopsToGo() {
        return path.nodes().size() - position;
    }
}
