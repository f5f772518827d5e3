package org.qkdmesh.cli.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.node.NodeRoutes;
import org.qkdmesh.routefiles.Finding;
import org.qkdmesh.routefiles.RouteDirectory;
import org.qkdmesh.simulator.SimulatorProcess;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The directory that the commands about routes look at: the nodes' files in it, and the KME simulator's if there are any. */
final class Routes {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            description = "The directory of the route files (default: routes in the project).")
    private Path directory;

    List<RouteDirectory> read() throws IOException {
        List<RouteDirectory> read = new ArrayList<>();
        read.add(RouteDirectory.node(directory()));
        if (hasSimulator()) {
            read.add(RouteDirectory.simulator(simulator()));
        }
        return read;
    }

    List<Finding> check() throws IOException {
        List<Finding> findings = new ArrayList<>(NodeRoutes.check(directory()));
        if (hasSimulator()) {
            findings.addAll(SimulatorProcess.checkRoutes(simulator()));
        }
        return findings;
    }

    Path directory() {
        Path chosen = directory == null ? Path.of("routes") : directory;
        if (!Files.isDirectory(chosen)) {
            throw new ParameterException(spec.commandLine(), "there is no directory " + chosen);
        }
        return chosen;
    }

    private Path simulator() {
        return directory().resolve(RouteDirectory.SIMULATOR);
    }

    private boolean hasSimulator() {
        return Files.isDirectory(simulator());
    }
}
