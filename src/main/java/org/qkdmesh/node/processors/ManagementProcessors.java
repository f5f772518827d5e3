package org.qkdmesh.node.processors;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.camel.Exchange;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.ops.Health;
import org.qkdmesh.transport.Answers;

/** The steps behind the management port. */
public final class ManagementProcessors {

    private final Health health;
    private final PrometheusMeterRegistry meters;
    private final Discovery discovery;

    public ManagementProcessors(Health health, PrometheusMeterRegistry meters, Discovery discovery) {
        this.health = health;
        this.meters = meters;
        this.discovery = discovery;
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
        Answers.write(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", meters.scrape());
    }

    /** The operator says that an SAE does not belong where it was first seen. */
    public void clearSae(Exchange exchange) {
        if (!discovery.clear(saeInPath(exchange))) {
            throw new Refusal(Refusal.Status.NOT_FOUND, "the directory does not know this SAE");
        }
        Answers.json(exchange, 200, "{\"message\":\"forgotten\"}");
    }

    private static SaeId saeInPath(Exchange exchange) {
        try {
            return new SaeId(exchange.getMessage().getHeader("sae", String.class));
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }
}
