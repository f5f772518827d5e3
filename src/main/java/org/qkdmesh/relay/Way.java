package org.qkdmesh.relay;

import java.util.Optional;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.seal.Seal;

/**
 * How keys, or shares of them, are to come to one node.
 *
 * @param saes the master and its slaves at the end of the path
 * @param link that the path begins with
 * @param seal what the keys are sealed with; empty when they are not
 * @param fallBack whether several ways, for shares of the keys, were wished for and are not there
 */
public record Way(SaeGroup saes, NodePath path, LinkKeys link, Optional<Seal> seal, boolean fallBack) {}
