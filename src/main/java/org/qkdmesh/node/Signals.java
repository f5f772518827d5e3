package org.qkdmesh.node;

import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.relay.RelaySignals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes background routes through their {@code seda:} queues, which hold one message at most: whoever signals never
 * waits, and a signal to a route that is about to run anyway is dropped.
 */
final class Signals implements RelaySignals {

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static final String ONE_AT_MOST = "?size=1&discardWhenFull=true&waitForTaskToComplete=Never";
    private static final String SEVERAL = "?size=64&discardWhenFull=true&waitForTaskToComplete=Never";

    private final CamelContext context;
    private volatile ProducerTemplate producer;
    private volatile Discovery discovery;

    Signals(CamelContext context) {
        this.context = context;
    }

    /** From now on signals are passed on; before, there is nobody to hear them. */
    void start(Discovery ofThisNode) {
        discovery = ofThisNode;
        producer = context.createProducerTemplate();
    }

    @Override
    public void askEpoch(NodeId neighbour) {
        send("seda:learn-epoch" + SEVERAL, neighbour);
    }

    @Override
    public void linkFailed(Edge edge) {
        Discovery current = discovery;
        if (current != null) {
            current.shortage(edge);
        }
    }

    @Override
    public void noticesOwed() {
        send("seda:outbox" + ONE_AT_MOST, "");
    }

    void linkKeysWanted(KmeId ownKme) {
        send("seda:link-keys-" + ownKme + ONE_AT_MOST, ownKme.text());
    }

    private void send(String endpoint, Object body) {
        ProducerTemplate current = producer;
        if (current == null) {
            return;
        }
        try {
            current.sendBody(endpoint, body);
        } catch (CamelExecutionException | RejectedExecutionException | IllegalStateException e) {
            // The node is about to stop; the timers of the next run do what is left.
            LOG.debug("a signal to {} was not heard", endpoint, e);
        }
    }
}
