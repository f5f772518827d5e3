package org.qkdmesh.node.processors;

import org.apache.camel.Exchange;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.relay.Ingress;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreTransaction;

/** The step of {@code expire-keys}. */
public final class HousekeepingProcessors {

    private final NodeStore store;
    private final Ingress ingress;
    private final Neighbours neighbours;
    private final Discovery discovery;

    public HousekeepingProcessors(NodeStore store, Ingress ingress, Neighbours neighbours, Discovery discovery) {
        this.store = store;
        this.ingress = ingress;
        this.neighbours = neighbours;
        this.discovery = discovery;
    }

    public void expireKeys(Exchange exchange) {
        neighbours.all().forEach(LinkKeys::expire);
        store.transact(StoreTransaction::removeExpired);
        ingress.voidOverdue();
        discovery.forgetOld();
    }
}
