package org.qkdmesh.cli.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.routefiles.RouteSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh routes list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the routes: id, where each begins, what it does, and the file that it is in.",
        footer = {"", "Example:", "  ./qkd-mesh routes list"})
final class RoutesListCommand implements Callable<Integer> {

    private static final int GAP = 2;

    @Mixin
    private Routes routes;

    @Mixin
    private JsonOption json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<RouteSummary> all = routes.read().stream()
                .flatMap(directory -> directory.list().stream())
                .toList();
        Terminal out = Terminal.of(spec.commandLine());
        if (json.isWanted()) {
            out.json(document(all));
            return 0;
        }
        int widest = all.stream().mapToInt(route -> route.id().length()).max().orElse(0);
        for (RouteSummary route : all) {
            String from = route.from().isEmpty() ? route.kind() : route.from();
            String padding = " ".repeat(widest - route.id().length() + GAP);
            Path file = routes.directory().relativize(route.file());
            out.line(out.styled(Terminal.Style.BOLD, route.id()) + padding + from + "  "
                    + out.styled(Terminal.Style.DIM, "(" + file + ":" + route.line() + ")"));
            out.line(" ".repeat(widest + GAP) + route.description());
        }
        return 0;
    }

    private static ArrayNode document(List<RouteSummary> routes) {
        ArrayNode document = JsonNodeFactory.instance.arrayNode();
        for (RouteSummary route : routes) {
            document.addObject()
                    .put("id", route.id())
                    .put("kind", route.kind())
                    .put("from", route.from())
                    .put("description", route.description())
                    .put("file", route.file().toString())
                    .put("line", route.line());
        }
        return document;
    }
}
