package org.qkdmesh.node;

import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.node.processors.BeanNames;
import org.qkdmesh.relay.RelaySignals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes background routes through their {@code seda:} queues, which are short: whoever signals never waits, and a signal
 * to a route that is about to run anyway is dropped.
 */
final class Signals implements RelaySignals {

    /** Where the routes begin that are woken; those for link keys have the name of a KME behind it. */
    static final String LEARN_EPOCH = "seda:learn-epoch";

    static final String GATHER_NOTICES = "seda:gather-notices";
    static final String AGREE_SEALS = "seda:agree-seals";
    static final String ASK_FOR_LINK_KEYS = "seda:ask-for-link-keys";
    static final String LINK_KEYS = "seda:link-keys-";

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static final String ONE_AT_MOST = "?size=1&discardWhenFull=true&waitForTaskToComplete=Never";
    private static final String SEVERAL = "?size=64&discardWhenFull=true&waitForTaskToComplete=Never";

    private final Supplier<ProducerTemplate> producer;
    private volatile Discovery discovery;
    private volatile Map<NodeId, List<KmePair>> pairs = Map.of();

    Signals(Supplier<ProducerTemplate> producer) {
        this.producer = producer;
    }

    /** Who wants to hear of links that fail. */
    void tell(Discovery ofThisNode) {
        discovery = ofThisNode;
    }

    /** Which own KMEs there are to ask for keys of a link. */
    void know(Links links) {
        pairs = links.pairs();
    }

    @Override
    public void askEpoch(NodeId neighbour) {
        send(LEARN_EPOCH + SEVERAL, neighbour);
    }

    @Override
    public void linkFailed(Edge edge) {
        discovery.shortage(edge);
    }

    @Override
    public void noticesOwed() {
        send(GATHER_NOTICES + ONE_AT_MOST, "");
    }

    void linkKeysWanted(NodeId neighbour) {
        for (KmePair pair : pairs.getOrDefault(neighbour, List.of())) {
            String name = BeanNames.of(pair.own().text());
            send(LINK_KEYS + name + ONE_AT_MOST, name);
        }
    }

    void grantWanted(NodeId neighbour) {
        send(ASK_FOR_LINK_KEYS + SEVERAL, neighbour);
    }

    void sealWanted(NodeId egress) {
        send(AGREE_SEALS + SEVERAL, egress);
    }

    private void send(String endpoint, Object body) {
        try {
            producer.get().sendBody(endpoint, body);
        } catch (CamelExecutionException | RejectedExecutionException | IllegalStateException e) {
            // Not started yet, or about to stop; the timers do what is left.
            LOG.debug("a signal to {} was not heard", endpoint, e);
        }
    }
}
