package org.qkdmesh.node;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.RoutePolicySupport;

/**
 * Counts and times the exchanges of one route, under the names that Camel gives such meters. Camel's own policy puts the
 * names of its notes together anew, three times for each exchange, which costs more than all that is timed in some routes.
 */
final class RouteTimer extends RoutePolicySupport {

    private final Timer timer;
    private final Counter total;
    private final Counter succeeded;
    private final Counter failed;
    private final Counter handled;

    /** The exchange property that holds since when the route runs, in nanoseconds. */
    private final String since;

    RouteTimer(String routeId, MeterRegistry meters) {
        this.timer = Timer.builder("camel.route.policy")
                .tag(RouteMeters.ROUTE, routeId)
                .description("Time of whole exchanges of a route")
                .register(meters);
        this.total = counter(meters, "camel.exchanges", "Exchanges that a route has ended", routeId);
        this.succeeded = counter(meters, "camel.exchanges.succeeded", "Exchanges that did not fail", routeId);
        this.failed = counter(meters, "camel.exchanges.failed", "Exchanges that failed", routeId);
        this.handled = counter(
                meters,
                "camel.exchanges.failures.handled",
                "Exchanges whose failure an error policy made an answer of",
                routeId);
        this.since = "since-" + routeId;
    }

    private static Counter counter(MeterRegistry meters, String name, String description, String routeId) {
        return Counter.builder(name)
                .tag(RouteMeters.ROUTE, routeId)
                .description(description)
                .register(meters);
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        exchange.setProperty(since, System.nanoTime());
    }

    @Override
    public void onExchangeDone(Route route, Exchange exchange) {
        if (exchange.removeProperty(since) instanceof Long start) {
            timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
        total.increment();
        if (exchange.isFailed()) {
            failed.increment();
            return;
        }
        succeeded.increment();
        if (ExchangeHelper.isFailureHandled(exchange)) {
            handled.increment();
        }
    }
}
