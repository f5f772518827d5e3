package org.qkdmesh.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.node.NodeRoutes;

/** The route files, looked at as a node does before it starts. */
final class RoutesCheck implements Check {

    private final Path directory;

    RoutesCheck(Path directory) {
        this.directory = directory;
    }

    @Override
    public String title() {
        return "routes";
    }

    @Override
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        String command = "./qkd-mesh routes check " + directory;
        try {
            NodeRoutes.check(directory)
                    .forEach(found -> findings.add((found.isError()
                                    ? Finding.fail(
                                            found.toString(), "Correct it: a node does not start with such a route.")
                                    : Finding.warn(found.toString(), "Correct it, for whoever reads and watches it."))
                            .next(command)));
        } catch (IOException e) {
            findings.add(Finding.fail(
                    directory + ": no route files can be read there: " + e.getMessage(),
                    "Name the directory of the routes with --routes."));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok("no mistake in " + directory));
        }
        return findings;
    }
}
