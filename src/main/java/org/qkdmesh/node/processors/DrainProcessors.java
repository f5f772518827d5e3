package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.apache.camel.Exchange;
import org.qkdmesh.node.management.Drain;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.Tally;

/** The steps by which an operator takes a node out of service, and back. */
public final class DrainProcessors {

    /** The routes whose requests have to be finished. */
    private static final List<String> WORK = List.of("enc-keys", "dec-keys", "ext-keys");

    private final Drain drain;
    private final NodeStore store;

    public DrainProcessors(Drain drain, NodeStore store) {
        this.drain = drain;
        this.store = store;
    }

    public void beginDrain(Exchange exchange) {
        drain.begin();
    }

    public void endDrain(Exchange exchange) {
        drain.end();
    }

    /** How far it is: what still runs, and what is owed to other nodes. */
    public void writeDrain(Exchange exchange) {
        int running = WORK.stream()
                .mapToInt(route -> exchange.getContext().getInflightRepository().size(route))
                .sum();
        int owed = store.transact(tx -> tx.tallies().stream()
                .filter(tally -> tally.kind() == Tally.Kind.DELIVERED || tally.kind() == Tally.Kind.VOID)
                .mapToInt(Tally::rows)
                .sum());
        ViewProcessors.answer(
                exchange,
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("draining", drain.isDraining())
                        .put("requests_running", running)
                        .put("notices_owed", owed));
    }

    /** Before a master gets new keys. */
    public void refuseWhileDraining(Exchange exchange) {
        drain.requireOpen();
    }
}
