package org.qkdmesh.node.processors;

import java.util.List;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.relay.Destination;

/**
 * What a master has asked for, checked.
 *
 * @param destinations the nodes where slaves are, that of the slave in the path first
 * @param local whether that is this node alone, so that nothing has to be relayed
 * @param number of keys
 * @param sizeBits of each key, a multiple of 8
 * @param priority how many times as much of a link that is short of keys as with priority 1
 */
public record KeyOrder(List<Destination> destinations, boolean local, int number, int sizeBits, int priority) {

    static KeyOrder of(KeyRequest request, List<Destination> destinations, NodeId self, int priority) {
        boolean local = destinations.stream().allMatch(to -> to.node().equals(self));
        return new KeyOrder(destinations, local, request.number(), request.sizeBits(), priority);
    }

    /** The master with the slave in the path, whoever else gets the same keys. */
    public SaePair pair() {
        return destinations.get(0).saes().firstPair();
    }

    /** The node that the slave in the path is attached to. */
    public NodeId slaveNode() {
        return destinations.get(0).node();
    }
}
