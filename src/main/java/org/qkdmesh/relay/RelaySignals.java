package org.qkdmesh.relay;

import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;

/** What the relay asks the rest of the node to do when it can; none of these waits or throws. */
public interface RelaySignals {

    /** A neighbour sent a message under an epoch that is not known: ask it which one is current. */
    void askEpoch(NodeId neighbour);

    /** A link was short of keys or did not answer: plan around it until it says otherwise. */
    void linkFailed(Edge edge);

    /** There are new notices in the outbox. */
    void noticesOwed();
}
