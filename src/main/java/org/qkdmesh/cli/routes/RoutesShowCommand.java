package org.qkdmesh.cli.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.model.NearestName;
import org.qkdmesh.routefiles.Outline;
import org.qkdmesh.routefiles.OutlineSvg;
import org.qkdmesh.routefiles.OutlineText;
import org.qkdmesh.routefiles.RouteDirectory;
import org.qkdmesh.routefiles.RouteSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh routes show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a route as a tree: each step with its id and what it does.",
            "With --svg as a picture, which every browser and most editors show."
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh routes show relay-keys",
            "  ./qkd-mesh routes show relay-keys --svg relay-keys.svg"
        })
final class RoutesShowCommand implements Callable<Integer> {

    private static final Path TO_STDOUT = Path.of("-");

    @Parameters(index = "0", paramLabel = "ID", description = "A route's id: qkd-mesh routes list has them.")
    private String id;

    @Mixin
    private Routes routes;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "-",
            description = "Draw it, into this file, or to stdout where none is named: --svg=enc-keys.svg.")
    private Path svg;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<String> known = new ArrayList<>();
        for (RouteDirectory directory : routes.read()) {
            Optional<RouteSummary> summary = directory.list().stream()
                    .filter(route -> route.id().equals(id))
                    .findFirst();
            if (summary.isPresent()) {
                show(directory.outline(id).orElseThrow(), summary.get());
                return 0;
            }
            directory.list().forEach(route -> known.add(route.id()));
        }
        String advice = NearestName.of(id, known)
                .map(name -> ", did you mean \"" + name + "\"?")
                .orElse("; qkd-mesh routes list has all of them");
        throw new ParameterException(spec.commandLine(), "there is no route \"" + id + "\"" + advice);
    }

    private void show(Outline route, RouteSummary summary) throws IOException {
        Terminal out = Terminal.of(spec.commandLine());
        if (svg == null) {
            out.line(Terminal.Style.BOLD, summary.id());
            out.line(summary.description());
            out.line(Terminal.Style.DIM, summary.file() + ":" + summary.line());
            out.line("");
            OutlineText.of(route).forEach(out::line);
            return;
        }
        String drawing = OutlineSvg.of(route, summary.id(), summary.description());
        if (svg.endsWith(TO_STDOUT)) {
            spec.commandLine().getOut().print(drawing);
            spec.commandLine().getOut().flush();
        } else {
            Files.writeString(svg, drawing);
            out.line("drawn: " + svg);
        }
    }
}
