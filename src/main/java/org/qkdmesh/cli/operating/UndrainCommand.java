package org.qkdmesh.cli.operating;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh undrain}. */
@Command(
        name = "undrain",
        mixinStandardHelpOptions = true,
        description = "Takes a node that was drained back into service. Needs the node's token.",
        exitCodeList = {
            "0:it is in service",
            "1:it refused",
            "2:wrong arguments, or no node named where there are several",
            "3:the node does not answer"
        },
        footer = {"", "Example:", "  ./qkd-mesh undrain --node tn-3-a1b3"})
public final class UndrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Override
    public Integer call() throws ConfigMistakes, IOException {
        ManagementClient client = NodeOptions.client(nodes.one());
        client.change("DELETE", "/manage/drain", null);
        Terminal.of(spec.commandLine()).line(client.node().name() + " is in service.");
        return Questions.WELL;
    }
}
