package org.qkdmesh.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;

/**
 * One route of a route file with a stub for each bean that it names: the stub writes down its name and does what the test
 * gave it to do. The routes that it calls are stubs as well.
 */
abstract class RouteTest extends CamelTestSupport {

    private static final String ENTRY = "direct:test";
    private static final List<String> CALLED_ROUTES = List.of(
            "direct:relay-keys",
            "direct:choose-planner",
            "direct:next-hop",
            "direct:call-neighbour",
            "direct:send-relay-tn-2");
    private static final Path ROUTES = Path.of("routes").toAbsolutePath();

    /** Names of the steps that ran, in their order. */
    final List<String> ran = new CopyOnWriteArrayList<>();

    private final Map<String, Processor> deeds = new HashMap<>();
    private final Path file;
    private final String route;

    /** @param file below {@code routes/} */
    RouteTest(String file, String route) {
        this.file = ROUTES.resolve(file);
        this.route = route;
    }

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        super.configureTest(configuration);
        configuration.withUseAdviceWith(true).withUseRouteBuilder(false);
    }

    @BeforeEach
    void load() throws Exception {
        for (Path yaml : List.of(ROUTES.resolve("errors.camel.yaml"), file)) {
            for (String member : List.of("ref", "onRedeliveryRef", "onExceptionOccurredRef")) {
                new YAMLMapper()
                        .readTree(yaml.toFile()).findValues(member).stream()
                                .map(JsonNode::textValue)
                                .forEach(bean -> context.getRegistry().bind(bean, stub(bean)));
            }
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveResource(context, "file:" + yaml));
        }
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        for (RouteDefinition other : List.copyOf(model.getRouteDefinitions())) {
            if (!other.getId().equals(route)) {
                model.removeRouteDefinition(other);
            }
        }
        prepare();
        AdviceWith.adviceWith(context, route, advice -> advice.replaceFromWith(ENTRY));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                for (String called : CALLED_ROUTES) {
                    if (!called.equals("direct:" + route)) {
                        from(called).process(stub(called));
                    }
                }
            }
        });
        context.start();
    }

    /** What a test has to do before its route is looked at. */
    void prepare() throws Exception {}

    /** A step that does what the test gives it to do. */
    final Processor step(String name) {
        return stub(name);
    }

    private Processor stub(String name) {
        return exchange -> {
            ran.add(name);
            Processor deed = deeds.get(name);
            if (deed != null) {
                deed.process(exchange);
            }
        };
    }

    /** What a step does when it runs. */
    final void when(String step, Processor deed) {
        deeds.put(step, deed);
    }

    final void failing(String step, Exception failure) {
        when(step, exchange -> {
            throw failure;
        });
    }

    /** Sends one request through the route. */
    final Exchange run() {
        return template.request(ENTRY, exchange -> exchange.getMessage().setBody("request"));
    }
}
