package org.qkdmesh.store;

import org.qkdmesh.model.NodeId;

/**
 * The highest advert sequence known of a node, this one included.
 *
 * @param heardAt age of the store, milliseconds
 * @param jws the advert of this sequence as its node signed it, by which the node can be shown what it said; empty where
 *     nobody needs it
 */
public record Sequence(NodeId node, long number, long heardAt, String jws) {}
