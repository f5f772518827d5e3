package org.qkdmesh.store;

import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;

/**
 * Whose a stored key is.
 *
 * @param ingress the node that relayed it
 * @param saes all slaves of this node that share it, whoever of them has had it already
 */
public record KeyOwners(NodeId ingress, SaeGroup saes) {}
