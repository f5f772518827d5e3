package org.qkdmesh.store;

import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * The node that an SAE belongs to, as this node has learnt it.
 *
 * @param heardAt age of the store when it was last heard, milliseconds
 */
public record SaeHome(SaeId sae, NodeId node, long heardAt) {}
