package org.qkdmesh.relay;

import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;

/**
 * How keys are to come to one node.
 *
 * @param saes the master and its slaves at the end of the path
 * @param link that the path begins with
 */
public record Way(SaeGroup saes, NodePath path, LinkKeys link) {}
