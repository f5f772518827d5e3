package org.qkdmesh.cli.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.routefiles.Finding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh routes check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Tells everything that is wrong with the route files at once, each with file, line and what to do: YAML and"
                    + " Camel's schema, unknown beans, routes, placeholders, options and classes, ids that are missing or"
                    + " there twice, Camel's older compact form, and keys that could reach a log.",
            "Starts nothing. A node checks the same when it starts: errors end it there, warnings go to its log."
        },
        footer = {"", "Examples:", "  ./qkd-mesh routes check", "  ./qkd-mesh routes check /etc/qkd-mesh/routes"},
        exitCodeList = {"0:nothing is wrong", "1:something is, each finding has a line on stderr", "2:wrong options"})
final class RoutesCheckCommand implements Callable<Integer> {

    @Mixin
    private Routes routes;

    @Mixin
    private JsonOption json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Terminal out = Terminal.of(spec.commandLine());
        List<Finding> findings = routes.check();
        if (json.isWanted()) {
            out.json(document(findings));
        } else if (findings.isEmpty()) {
            out.line(routes.directory() + ": nothing is wrong");
        } else {
            findings.forEach(spec.commandLine().getErr()::println);
        }
        return findings.isEmpty() ? 0 : 1;
    }

    private static JsonNode document(List<Finding> findings) {
        ArrayNode document = JsonNodeFactory.instance.arrayNode();
        for (Finding finding : findings) {
            document.addObject()
                    .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                    .put("file", finding.file().toString())
                    .put("line", finding.line())
                    .put("text", finding.text());
        }
        return document;
    }
}
