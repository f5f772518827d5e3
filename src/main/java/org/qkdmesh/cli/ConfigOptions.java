package org.qkdmesh.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that nodes and the KME simulator share. */
final class ConfigOptions {

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The YAML file to read. What may stand there: config/*.schema.json.")
    private Path file;

    @Option(
            names = "--routes",
            paramLabel = "DIR",
            description = "The directory of the Camel routes (default: routes in the project).")
    private Path routes;

    Path file() {
        return file;
    }

    Path routes() {
        return routes == null ? Path.of("routes") : routes;
    }
}
