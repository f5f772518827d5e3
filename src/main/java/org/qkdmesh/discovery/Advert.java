package org.qkdmesh.discovery;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * A node's statement of its links and SAEs.
 *
 * @param sequence 1 to {@value #MAX_SEQUENCE}, higher in each advert of a node than in all before
 * @param issuedAt by the wall clock of the node
 * @param links one for each configured neighbour, at most {@value #MAX_LINKS}
 * @param saes the SAEs attached to the node, at most {@value #MAX_SAES}
 * @param transit whether others may send through the node what is for somebody else
 */
public record Advert(
        NodeId node, long sequence, Instant issuedAt, List<Link> links, List<SaeId> saes, boolean transit) {

    /** The largest whole number that every JSON reader gets right. */
    public static final long MAX_SEQUENCE = (1L << 53) - 1;

    public static final int MAX_LINKS = 256;
    public static final int MAX_SAES = 1024;

    /**
     * One link as one of its ends sees it.
     *
     * @param up whether that end reaches the neighbour
     * @param available bytes of link key that the end has in stock for sending to the neighbour: a lower bound, 0 or a
     *     power of two, so that small changes are not worth an advert
     */
    public record Link(NodeId neighbour, boolean up, long available) {

        public Link {
            Objects.requireNonNull(neighbour, "neighbour");
            if (available < 0 || Long.bitCount(available) > 1) {
                throw new IllegalArgumentException("available shall be 0 or a power of two");
            }
        }
    }

    /**
     * @throws IllegalArgumentException when something is out of range, or a neighbour or SAE is there twice
     */
    public Advert {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(issuedAt, "issuedAt");
        links = List.copyOf(links);
        saes = List.copyOf(saes);
        if (sequence < 1 || sequence > MAX_SEQUENCE) {
            throw new IllegalArgumentException("sequence shall lie between 1 and " + MAX_SEQUENCE);
        }
        Set<NodeId> ends = new HashSet<>(Set.of(node));
        links.forEach(link -> ends.add(link.neighbour()));
        if (links.size() > MAX_LINKS || ends.size() <= links.size()) {
            throw new IllegalArgumentException(
                    "links shall be at most " + MAX_LINKS + ", to different nodes, none to the node itself");
        }
        if (saes.size() > MAX_SAES || new HashSet<>(saes).size() != saes.size()) {
            throw new IllegalArgumentException("saes shall be at most " + MAX_SAES + ", none of them twice");
        }
    }
}
