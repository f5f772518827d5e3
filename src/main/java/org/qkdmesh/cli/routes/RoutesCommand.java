package org.qkdmesh.cli.routes;

import org.qkdmesh.cli.CommandGroup;
import picocli.CommandLine.Command;

/** {@code qkd-mesh routes}. */
@Command(
        name = "routes",
        description = "Checks, lists and draws the Camel routes.",
        subcommands = {RoutesCheckCommand.class, RoutesListCommand.class, RoutesShowCommand.class},
        mixinStandardHelpOptions = true)
public final class RoutesCommand extends CommandGroup {}
