package org.qkdmesh.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.component.seda.SedaComponent;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RouteController;
import org.apache.camel.support.service.ServiceHelper;
import org.qkdmesh.config.CamelSettings;

/**
 * The route files as they were read once, in a Camel context of their own. When they are read anew, another one takes
 * over: first the routes that wait to be called, which both have running for a moment, then those that act by themselves,
 * which never run twice.
 */
final class RunningRoutes {

    private static final int STOP_SECONDS = 10;

    /** How soon a queue notices that its route ends; Camel's own second, one queue after the other, made a node end in six. */
    private static final int QUEUE_MILLIS = 200;

    private final Path routes;
    private final Main main = new Main();
    private final RouteJars jars;
    private ProducerTemplate producer;

    /**
     * @param routes directory with the route files
     * @param wire binds what the routes use; called before they are read
     * @param complete adds the routes that the files have templates for
     */
    RunningRoutes(String name, Path routes, Consumer<CamelContext> wire, Consumer<CamelContext> complete) {
        this.routes = routes;
        jars = RouteJars.beside(routes);
        main.setPropertyPlaceholderLocations(CamelSettings.location());
        main.configure()
                .withName(name)
                .withRoutesIncludePattern("file:" + routes.toAbsolutePath() + "/**/*.camel.yaml")
                .withRoutesExcludePattern("file:" + routes.toAbsolutePath() + "/simulator/**")
                .withShutdownTimeout(STOP_SECONDS);
        // What times the steps.
        main.configure().setMessageHistory(true);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport ignored) {
                context().setApplicationContextClassLoader(jars.loader());
                context().getComponent("seda", SedaComponent.class).setDefaultPollTimeout(QUEUE_MILLIS);
                producer = context().createProducerTemplate();
                wire.accept(context());
            }

            @Override
            public void afterConfigure(BaseMainSupport ignored) {
                refuseWhatShowsKeys();
                complete.accept(context());
                try {
                    jars.addRoutes(context());
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException("the routes of the jars could not be added", e);
                }
            }
        });
    }

    /** Each of these keeps or logs the bodies of messages at every step, in whichever way it was switched on. */
    private void refuseWhatShowsKeys() {
        Map<String, Boolean> showing = new TreeMap<>();
        showing.put("tracing", context().isTracing());
        showing.put("tracingStandby", context().isTracingStandby());
        showing.put("backlogTracing", context().isBacklogTracing());
        showing.put("backlogTracingStandby", context().isBacklogTracingStandby());
        showing.put("debugging", context().isDebugging());
        showing.values().removeIf(on -> !Boolean.TRUE.equals(on));
        if (!showing.isEmpty()) {
            throw new IllegalStateException("Camel's " + String.join(", ", showing.keySet())
                    + " would show what messages carry, keys among it: take that out of config/application.properties and"
                    + " the environment");
        }
    }

    /**
     * Reads the files and runs the routes.
     *
     * @throws org.qkdmesh.routefiles.RouteMistakes when Camel can not run one of them
     */
    void start() throws Exception {
        try {
            main.start();
        } catch (Exception e) {
            throw RouteFailure.told(e, routes);
        }
    }

    /** Reads the files, and runs the routes that wait to be called; whoever would call them does not know them yet. */
    void startToBeCalled() throws Exception {
        main.configure().withAutoStartup(false);
        start();
        startAll(ids(true));
    }

    /** Runs the rest after {@link #startToBeCalled}: timers, queues and whatever else acts by itself. */
    void startToAct() throws Exception {
        startAll(ids(false));
    }

    private void startAll(List<String> ids) throws Exception {
        RouteController controller = context().getRouteController();
        try {
            for (String route : ids) {
                controller.startRoute(route);
            }
        } catch (Exception e) {
            throw RouteFailure.told(e, routes);
        }
    }

    /** Has the routes that act by themselves end what they are at, and begin nothing more. */
    void pause() throws InterruptedException {
        List<String> acting = ids(false);
        acting.forEach(route -> ServiceHelper.suspendService(consumer(route)));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        while (acting.stream().anyMatch(this::isRunning) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Undoes {@link #pause}. */
    void resume() {
        ids(false).forEach(route -> ServiceHelper.resumeService(consumer(route)));
    }

    /** What still lies in a queue is dropped: a signal, which a timer makes up for. */
    void stop() {
        context().getEndpoints().forEach(endpoint -> {
            if (endpoint instanceof SedaEndpoint queue) {
                // Not purgeQueue: it fails on a queue that was never used, after a start that failed.
                queue.getQueue().clear();
            }
        });
        main.stop();
        jars.close();
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    ProducerTemplate producer() {
        return producer;
    }

    private boolean isRunning(String route) {
        return context().getInflightRepository().size(route) > 0;
    }

    private Object consumer(String id) {
        Route route = context().getRoute(id);
        return route == null ? null : route.getConsumer();
    }

    private List<String> ids(boolean called) {
        Model model = context().getCamelContextExtension().getContextPlugin(Model.class);
        return model.getRouteDefinitions().stream()
                .filter(route -> waitsToBeCalled(route) == called)
                .map(RouteDefinition::getRouteId)
                .toList();
    }

    private static boolean waitsToBeCalled(RouteDefinition route) {
        String from = route.getInput().getEndpointUri();
        return from.startsWith("direct:") || from.startsWith("platform-http:");
    }
}
