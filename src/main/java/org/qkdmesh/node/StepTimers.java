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
import org.apache.camel.Route;
import org.apache.camel.component.micrometer.messagehistory.MicrometerMessageHistoryNamingStrategy;
import org.apache.camel.spi.MessageHistoryFactory;
import org.apache.camel.support.DefaultMessageHistory;

/**
 * Times each step of each route, under the name that Camel gives such timers. Camel's own factory looks each timer up
 * by its labels, once a step, which costs more than many a step; this one keeps them by step.
 */
final class StepTimers implements MessageHistoryFactory {

    private static final MicrometerMessageHistoryNamingStrategy NAMES = MicrometerMessageHistoryNamingStrategy.DEFAULT;

    private final MeterRegistry meters;
    private final Map<NamedNode, Timer> timers = new ConcurrentHashMap<>();
    private CamelContext context;

    StepTimers(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public MessageHistory newMessageHistory(String routeId, NamedNode step, Exchange exchange) {
        Timer timer = timers.get(step);
        if (timer != null) {
            return new Timed(routeId, step, timer);
        }
        Route route = context.getRoute(routeId);
        // What an error policy does belongs to no route.
        return route == null ? new DefaultMessageHistory(routeId, step) : new Timed(routeId, step, make(route, step));
    }

    private Timer make(Route route, NamedNode step) {
        return timers.computeIfAbsent(step, one -> Timer.builder(NAMES.getName(route, one))
                .tags("route", route.getRouteId(), "step", one.getId())
                .description("Time of a step of a route")
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
