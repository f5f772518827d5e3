package org.qkdmesh.cli.store;

import org.qkdmesh.cli.CommandGroup;
import picocli.CommandLine.Command;

/** {@code qkd-mesh store}. */
@Command(
        name = "store",
        description = "Looks after the key store of a node, running or not.",
        subcommands = {StoreCheckCommand.class, StoreBackupCommand.class, StoreRekeyCommand.class},
        mixinStandardHelpOptions = true)
public final class StoreCommand extends CommandGroup {}
