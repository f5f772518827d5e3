package org.qkdmesh.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Writes down which steps ran, and runs others in their place where the test says so. Steps are called as they are in the
 * route file, without the prefix of their route.
 */
final class Steps implements InterceptStrategy {

    /** What an exchange and its copies carry, so that they are known to belong together. */
    private static final String REQUEST = "testkitRequest";

    /** So many of the last steps are kept. */
    private static final int KEPT = 10_000;

    private record Step(Object request, String route, String name) {}

    private final Deque<Step> ran = new ArrayDeque<>();
    private final Map<String, Set<String>> known = new TreeMap<>();
    private final Map<String, Processor> replaced = new ConcurrentHashMap<>();

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        RouteDefinition route = ProcessorDefinitionHelper.getRoute(definition);
        String name = name(definition, route);
        if (route != null && definition instanceof ProcessorDefinition<?>) {
            know(route.getRouteId(), name);
        }
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                String inRoute = route != null ? route.getRouteId() : ExchangeHelper.getAtRouteId(exchange);
                note(exchange, inRoute, name);
                Processor other = replaced.get(key(inRoute, name));
                return other == null ? super.process(exchange, callback) : run(other, exchange, callback);
            }
        };
    }

    private static boolean run(Processor processor, Exchange exchange, AsyncCallback callback) {
        try {
            processor.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    private static String name(NamedNode definition, RouteDefinition route) {
        String id = definition.getId();
        String prefix = route == null ? null : route.getNodePrefixId();
        return prefix != null && id.startsWith(prefix) ? id.substring(prefix.length()) : id;
    }

    private static String key(String route, String step) {
        return route + "/" + step;
    }

    private synchronized void know(String route, String step) {
        known.computeIfAbsent(route, id -> new LinkedHashSet<>()).add(step);
    }

    private synchronized void note(Exchange exchange, String route, String name) {
        Object request = exchange.getProperty(REQUEST);
        if (request == null) {
            request = new Object();
            exchange.setProperty(REQUEST, request);
        }
        if (ran.size() == KEPT) {
            ran.removeFirst();
        }
        ran.addLast(new Step(request, route, name));
    }

    /** The steps of the last request that came through a route; of that route alone, or of all that it came through. */
    synchronized List<String> ofLast(String route, boolean allRoutes) {
        requireKnown(route);
        Object request = null;
        for (Step step : ran) {
            if (step.route().equals(route)) {
                request = step.request();
            }
        }
        List<String> steps = new ArrayList<>();
        for (Step step : ran) {
            if (step.request() == request && (allRoutes || step.route().equals(route))) {
                steps.add(allRoutes ? key(step.route(), step.name()) : step.name());
            }
        }
        return steps;
    }

    void replace(String route, String step, Processor processor) {
        requireKnown(route, step);
        replaced.put(key(route, step), processor);
    }

    void restore() {
        replaced.clear();
    }

    synchronized void forget() {
        ran.clear();
    }

    private void requireKnown(String route) {
        if (!known.containsKey(route)) {
            throw new IllegalArgumentException("there is no route " + route + "; there are " + known.keySet());
        }
    }

    private synchronized void requireKnown(String route, String step) {
        requireKnown(route);
        if (!known.get(route).contains(step)) {
            throw new IllegalArgumentException(
                    "route " + route + " has no step " + step + "; it has " + known.get(route));
        }
    }
}
