package org.qkdmesh.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qkdmesh.config.CamelSettings;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.node.processors.BeanNames;
import org.qkdmesh.node.processors.KmeProcessors;
import org.qkdmesh.node.processors.RouteProperties;
import org.qkdmesh.routefiles.Finding;
import org.qkdmesh.routefiles.RouteContract;
import org.qkdmesh.routefiles.RouteDirectory;

/** What the routes of a node can count on, and what the node counts on in them; known without starting one. */
public final class NodeRoutes {

    /** Of each of these there is a route for each own KME, whose name is the template's parameter {@code kme}. */
    static final List<String> KME_TEMPLATES = List.of("fetch-link-keys", "link-keys-timer");

    /** Of this there is a route for each neighbour, whose name is the template's parameter {@code node}. */
    static final String NEIGHBOUR_TEMPLATE = "send-relay";

    private NodeRoutes() {}

    /** The name of the circuit breaker for messages to a neighbour, as {@value #NEIGHBOUR_TEMPLATE} is delivered. */
    static String breaker(NodeId neighbour) {
        return NEIGHBOUR_TEMPLATE + "-" + BeanNames.of(neighbour.text()) + "-breaker";
    }

    /**
     * Everything that is wrong with the route files of a node.
     *
     * @param routes as for {@link Node#start}
     */
    public static List<Finding> check(Path routes) throws IOException {
        RouteContract contract = contract().withProperties(CamelSettings.names());
        try (RouteJars jars = RouteJars.beside(routes)) {
            return RouteDirectory.node(routes).check(contract.withInputs(jars.inputs()), jars.loader());
        }
    }

    static RouteContract contract() {
        Set<String> beans = new HashSet<>(RouteBeans.names());
        beans.addAll(RouteBeans.planners());
        beans.addAll(Servers.engines());
        beans.add(RelayThreads.NAME);
        return new RouteContract(
                beans,
                Set.of(BeanNames.tls("")),
                Set.of(Servers.COMPONENT),
                RouteBeans.planners(),
                RouteBeans.keySteps(),
                Set.of(RouteProperties.KEYS),
                Set.of(),
                Set.of(
                        KmeProcessors.ROUTE,
                        Signals.LEARN_EPOCH,
                        Signals.GATHER_NOTICES,
                        Signals.ASK_FOR_LINK_KEYS,
                        Signals.LINK_KEYS + "{{kme}}"),
                templates(),
                Set.of());
    }

    private static Set<String> templates() {
        Set<String> templates = new HashSet<>(KME_TEMPLATES);
        templates.add(NEIGHBOUR_TEMPLATE);
        return templates;
    }
}
