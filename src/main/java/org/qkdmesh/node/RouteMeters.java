package org.qkdmesh.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicy;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyNamingStrategy;

/** Camel's own measurements: how often and how long each route and each step ran, under their ids. */
final class RouteMeters {

    private RouteMeters() {}

    /** To be called before the first route of the context is made. */
    static void install(CamelContext context, MeterRegistry meters) {
        context.addRoutePolicyFactory((of, routeId, route) -> routeTimer(meters));
        StepTimers steps = new StepTimers(meters);
        steps.setCamelContext(context);
        context.setMessageHistoryFactory(steps);
    }

    private static MicrometerRoutePolicy routeTimer(MeterRegistry meters) {
        MicrometerRoutePolicyConfiguration what = new MicrometerRoutePolicyConfiguration();
        // All routes together say nothing, and there is no message broker.
        what.setContextEnabled(false);
        what.setExternalRedeliveries(false);
        MicrometerRoutePolicy policy = new Lasting();
        policy.setMeterRegistry(meters);
        policy.setConfiguration(what);
        policy.setSkipCamelInfo(true);
        policy.setNamingStrategy(new Labels());
        return policy;
    }

    /** Camel's names, with the route as the one label: the others say nothing in a node, and are none of Prometheus' form. */
    private static final class Labels implements MicrometerRoutePolicyNamingStrategy {

        @Override
        public String getName(Route route) {
            return DEFAULT.getName(route);
        }

        @Override
        public String formatName(String name) {
            return DEFAULT.formatName(name);
        }

        @Override
        public Tags getTags(Route route) {
            return Tags.of("route", route.getRouteId());
        }

        @Override
        public Tags getExchangeStatusTags(Route route) {
            return getTags(route);
        }
    }

    /** When routes are read anew, the old ones end after the new ones have begun to count in the same series. */
    private static final class Lasting extends MicrometerRoutePolicy {

        @Override
        public void onRemove(Route route) {
            // The series stay.
        }
    }
}
