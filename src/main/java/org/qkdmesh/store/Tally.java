package org.qkdmesh.store;

import java.util.Objects;
import java.util.Optional;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;

/**
 * How many rows of one kind the store holds for one pair of SAEs and one node.
 *
 * @param node the other node that the rows are about; empty for {@link Kind#WAITING} and {@link Kind#FETCHED}
 * @param pair empty for {@link Kind#TOMBSTONE}
 * @param rows at least 1
 * @param keys how many key ids stand in them
 */
public record Tally(Kind kind, Optional<NodeId> node, Optional<SaePair> pair, int rows, int keys) {

    /** What a row is. */
    public enum Kind {
        /** A key that waits for its slave here. */
        WAITING,
        /** A key of which not all shares have come. */
        INCOMPLETE,
        /** A key that its slave has had, and may ask for again. */
        FETCHED,
        /** A key that the master was given here and that the slave's node has not called delivered yet. */
        RECORD,
        /** An attempt that is not decided yet. */
        INTENT,
        /** A notice owed to the master's node: the slave has the keys. */
        DELIVERED,
        /** A notice owed to the slave's node: discard the keys. */
        VOID,
        /** A key that its origin voided, and that is refused if it should come. */
        TOMBSTONE
    }

    public Tally {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(pair, "pair");
    }
}
