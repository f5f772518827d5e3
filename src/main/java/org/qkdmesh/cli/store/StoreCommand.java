package org.qkdmesh.cli.store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh store}. */
@Command(
        name = "store",
        description = "Looks after the key store of a node, running or not.",
        subcommands = {StoreCheckCommand.class, StoreBackupCommand.class, StoreRekeyCommand.class},
        mixinStandardHelpOptions = true)
public final class StoreCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
