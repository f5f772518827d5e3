package org.qkdmesh.cli.routes;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh routes}. */
@Command(
        name = "routes",
        description = "Checks, lists and draws the Camel routes.",
        subcommands = {RoutesCheckCommand.class, RoutesListCommand.class, RoutesShowCommand.class},
        mixinStandardHelpOptions = true)
public final class RoutesCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
