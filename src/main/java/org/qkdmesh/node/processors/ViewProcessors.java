package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.qkdmesh.model.NearestName;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.node.management.Asked;
import org.qkdmesh.node.management.KeysView;
import org.qkdmesh.node.management.LinksView;
import org.qkdmesh.node.management.PathsView;
import org.qkdmesh.node.management.StatusView;
import org.qkdmesh.node.management.UsageView;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.transport.Answers;

/** The steps that tell an operator how the node is. */
public final class ViewProcessors {

    private final StatusView status;
    private final LinksView links;
    private final PathsView paths;
    private final KeysView keys;
    private final UsageView usage;
    private final Asked.Reader reader;

    public ViewProcessors(
            StatusView status, LinksView links, PathsView paths, KeysView keys, UsageView usage, Asked.Reader reader) {
        this.status = status;
        this.links = links;
        this.paths = paths;
        this.keys = keys;
        this.usage = usage;
        this.reader = reader;
    }

    public void writeNodeStatus(Exchange exchange) {
        answer(exchange, 200, status.document(RouteProperties.planner(exchange)));
    }

    public void writeLinks(Exchange exchange) {
        answer(exchange, 200, links.document());
    }

    /** The planner is the one that the query names, else the one that the route has named. */
    public void writePaths(Exchange exchange) {
        Message message = exchange.getMessage();
        Asked asked = reader.read(text(message, "from"), text(message, "to"));
        String named = text(message, "planner");
        if (named != null) {
            if (exchange.getContext().getRegistry().lookupByNameAndType(named, PathPlanner.class) == null) {
                List<String> names = plannerNames(exchange);
                throw Refusal.badRequest("planner: there is none of this name"
                        + NearestName.of(named, names)
                                .map(name -> "; did you mean " + name + "?")
                                .orElse("; there are " + String.join(", ", names)));
            }
            exchange.setProperty(RouteProperties.PLANNER, named);
        }
        PathPlanner planner = RouteProperties.planner(exchange);
        String name = exchange.getProperty(RouteProperties.PLANNER, String.class);
        answer(exchange, 200, paths.document(asked.pair(), asked.slaveNode(), name, planner));
    }

    private static List<String> plannerNames(Exchange exchange) {
        return exchange.getContext().getRegistry().findByTypeWithName(PathPlanner.class).keySet().stream()
                .sorted()
                .toList();
    }

    public void writeKeyCounts(Exchange exchange) {
        answer(exchange, 200, keys.document());
    }

    public void writeUsage(Exchange exchange) {
        Message message = exchange.getMessage();
        answer(exchange, 200, usage.document(text(message, "from"), text(message, "to")));
    }

    /** A query parameter; one that is there twice counts as missing. */
    private static String text(Message message, String name) {
        return message.getHeader(name) instanceof String text ? text : null;
    }

    static void answer(Exchange exchange, int status, JsonNode document) {
        Answers.json(exchange, status, document.toString().getBytes(StandardCharsets.UTF_8));
    }
}
