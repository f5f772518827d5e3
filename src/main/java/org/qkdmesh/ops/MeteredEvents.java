package org.qkdmesh.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.qkdmesh.model.EventLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what the node reports, and writes a line for what somebody has to look at. Safe for use by several threads. */
public final class MeteredEvents implements EventLog {

    private static final Logger LOG = LoggerFactory.getLogger("org.qkdmesh.events");

    private final MeterRegistry meters;

    public MeteredEvents(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void refused(String door, String reason) {
        Counter.builder("qkd.refusals")
                .description("Requests that were refused, by the door they knocked at and the reason")
                .tag("door", door)
                .tag("reason", reason)
                .register(meters)
                .increment();
        LOG.debug("refused at {}: {}", door, reason);
    }

    @Override
    public void alarm(String kind, String detail) {
        Counter.builder("qkd.alarms")
                .description("Events that somebody has to look at")
                .tag("kind", kind)
                .register(meters)
                .increment();
        LOG.warn("ALARM {}: {}", kind, detail);
    }

    @Override
    public void noted(String kind, String detail) {
        LOG.info("{}: {}", kind, detail);
    }
}
