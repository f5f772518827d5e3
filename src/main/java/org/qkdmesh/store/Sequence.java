package org.qkdmesh.store;

import org.qkdmesh.model.NodeId;

/**
 * The highest advert sequence known of a node, this one included.
 *
 * @param heardAt age of the store, milliseconds
 */
public record Sequence(NodeId node, long number, long heardAt) {}
