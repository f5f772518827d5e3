package org.qkdmesh.node;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
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
        context.addRoutePolicyFactory((of, routeId, route) -> new RouteTimer(routeId, meters));
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
}
