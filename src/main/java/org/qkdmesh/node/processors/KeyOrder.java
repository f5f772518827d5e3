package org.qkdmesh.node.processors;

import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;

/**
 * What a master has asked for, checked.
 *
 * @param slaveNode the node that the slave is attached to
 * @param local whether that is this node, so that nothing has to be relayed
 * @param number of keys
 * @param sizeBits of each key, a multiple of 8
 */
public record KeyOrder(SaePair pair, NodeId slaveNode, boolean local, int number, int sizeBits) {}
