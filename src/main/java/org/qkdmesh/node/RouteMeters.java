package org.qkdmesh.node;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicy;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyNamingStrategy;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteConfigurationDefinition;

/** Camel's own measurements: how often and how long each route and each step ran, under their ids. */
final class RouteMeters {

    /** The labels. */
    static final String ROUTE = "route";

    static final String STEP = "step";

    private RouteMeters() {}

    /** To be called before the first route of the context is made. */
    static void install(CamelContext context, MeterRegistry meters) {
        context.addRoutePolicyFactory((of, routeId, route) -> routeTimer(meters));
        StepTimers steps = new StepTimers(meters);
        steps.setCamelContext(context);
        context.setMessageHistoryFactory(steps);
    }

    /** Drops the series of routes and steps that these routes do not have; counts of those that they have go on. */
    static void keepThoseOf(CamelContext running, MeterRegistry meters) {
        Map<String, Set<String>> steps = steps(running);
        for (Meter meter : meters.getMeters()) {
            String route = meter.getId().getTag(ROUTE);
            String step = meter.getId().getTag(STEP);
            if (route != null
                    && (!steps.containsKey(route)
                            || step != null && !steps.get(route).contains(step))) {
                meters.remove(meter);
            }
        }
    }

    /** The ids of the steps, by the route or the error policy that they belong to. */
    private static Map<String, Set<String>> steps(CamelContext context) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        Map<String, Set<String>> steps = new HashMap<>();
        model.getRouteDefinitions().forEach(route -> steps.put(route.getRouteId(), steps(route)));
        for (RouteConfigurationDefinition policies : model.getRouteConfigurationDefinitions()) {
            policies.getOnExceptions().forEach(policy -> steps.put(policy.getId(), steps(policy)));
        }
        return steps;
    }

    private static Set<String> steps(ProcessorDefinition<?> parent) {
        return Set.copyOf(ProcessorDefinitionHelper.gatherAllNodeIds(parent, new ArrayList<>(), false, false));
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
            return Tags.of(ROUTE, route.getRouteId());
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
