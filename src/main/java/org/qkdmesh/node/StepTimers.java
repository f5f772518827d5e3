package org.qkdmesh.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.MessageHistory;
import org.apache.camel.NamedNode;
import org.apache.camel.spi.MessageHistoryFactory;
import org.apache.camel.support.DefaultMessageHistory;

/**
 * Times each step of each route and of each error policy, under the name that Camel gives such timers. Camel's own
 * factory looks each timer up by its labels, once a step, which costs more than many a step; this one keeps them by step.
 * It also leaves out what an error policy does.
 */
final class StepTimers implements MessageHistoryFactory {

    private final MeterRegistry meters;
    private final Map<NamedNode, Timer> timers = new ConcurrentHashMap<>();
    private CamelContext context;

    StepTimers(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public MessageHistory newMessageHistory(String routeId, NamedNode step, Exchange exchange) {
        Timer timer = timers.get(step);
        return new Timed(routeId, step, timer != null ? timer : make(routeId, step));
    }

    /** @param owner the route; of a step of an error policy, the policy */
    private Timer make(String owner, NamedNode step) {
        return timers.computeIfAbsent(step, one -> Timer.builder("camel.message.history")
                .tags(RouteMeters.ROUTE, owner, RouteMeters.STEP, one.getId())
                .description("Time of a step of a route, or of an error policy")
                .register(meters));
    }

    private static final class Timed extends DefaultMessageHistory {

        private final Timer timer;
        private final long start = System.nanoTime();

        Timed(String routeId, NamedNode step, Timer timer) {
            super(routeId, step);
            this.timer = timer;
        }

        @Override
        public void nodeProcessingDone() {
            super.nodeProcessingDone();
            timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    /** Messages hold keys; none is kept. */
    @Override
    public boolean isCopyMessage() {
        return false;
    }

    @Override
    public void setCopyMessage(boolean copyMessage) {
        if (copyMessage) {
            throw new IllegalArgumentException("messages hold keys, which are not copied");
        }
    }

    @Override
    public String getNodePattern() {
        return null;
    }

    @Override
    public void setNodePattern(String nodePattern) {
        throw new UnsupportedOperationException("all steps are timed");
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}
}
