package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.ops.Health;
import org.qkdmesh.relay.RelayRequest;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.transport.Answers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps behind the management port. */
public final class ManagementProcessors {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementProcessors.class);

    private final Health health;
    private final Supplier<String> metrics;
    private final Discovery discovery;
    private final EventLog events;

    /** @param metrics in Prometheus' text form */
    public ManagementProcessors(Health health, Supplier<String> metrics, Discovery discovery, EventLog events) {
        this.health = health;
        this.metrics = metrics;
        this.discovery = discovery;
        this.events = events;
    }

    /** The process answers: that is all that alive means. */
    public void writeLive(Exchange exchange) {
        Answers.json(exchange, 200, "{\"status\":\"UP\"}");
    }

    public void writeHealth(Exchange exchange) {
        Health.Report report = health.report();
        Answers.json(exchange, report.ready() ? 200 : 503, report.json());
    }

    public void writeMetrics(Exchange exchange) {
        Answers.write(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
    }

    /** The operator says that an SAE does not belong where it was first seen. */
    public void clearSae(Exchange exchange) {
        if (!discovery.clear(saeInPath(exchange))) {
            throw new Refusal(Refusal.Status.NOT_FOUND, "the directory does not know this SAE");
        }
        Answers.json(exchange, 200, "{\"message\":\"forgotten\"}");
    }

    /** Any failure becomes a message for the operator, with what a relay has tried; what went wrong inside is logged. */
    public void writeManagementError(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Refusal refusal = failure instanceof Refusal known ? known : unexpected(exchange, failure);
        events.refused("management", refusal.status().name().toLowerCase(Locale.ROOT));
        RelayRequest relay = exchange.getProperty(RouteProperties.RELAY, RelayRequest.class);
        ObjectNode root =
                relay == null ? JsonNodeFactory.instance.objectNode() : TraceProcessors.start(exchange, relay);
        ViewProcessors.answer(exchange, refusal.status().code(), root.put("message", refusal.getMessage()));
        if (refusal.isTemporary()) {
            exchange.getMessage().setHeader("Retry-After", "1");
        }
    }

    private static Refusal unexpected(Exchange exchange, Throwable failure) {
        if (failure instanceof StoreFailure) {
            return Refusal.unavailable("the key store of this node does not answer: " + failure.getMessage());
        }
        LOG.error("route {} failed", exchange.getFromRouteId(), failure);
        return Refusal.unavailable("the request could not be served now; the node's log says why");
    }

    private static SaeId saeInPath(Exchange exchange) {
        try {
            return new SaeId(exchange.getMessage().getHeader("sae", String.class));
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }
}
