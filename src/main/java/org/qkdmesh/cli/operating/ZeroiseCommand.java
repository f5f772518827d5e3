package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeAddress;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.model.Amounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh zeroise}. */
@Command(
        name = "zeroise",
        mixinStandardHelpOptions = true,
        description = {
            "Destroys every key of a running node, in memory and on disk. There is no way back.",
            "Keys that wait there for slaves are lost, and the nodes of their masters are told so; link keys are erased, and"
                    + " neighbours throw theirs away. The node is out of service afterwards, until undrain or a restart."
                    + " Needs the node's token.",
            "Certificates and their private keys are not touched."
        },
        exitCodeList = {
            "0:all keys are destroyed",
            "1:the node could not do all of it, or refused; it says what is left",
            "2:wrong arguments, or the node was not named twice; nothing was destroyed",
            "3:the node does not answer"
        },
        footer = {"", "Example:", "  ./qkd-mesh zeroise --node tn-3-a1b3 --confirm tn-3-a1b3"})
public final class ZeroiseCommand implements Callable<Integer> {

    /** A store with a million keys is emptied, and its file written anew. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Option(
            names = "--confirm",
            required = true,
            paramLabel = "ID",
            description = "The id of the node once more, so that the wrong one is not emptied by a slip.")
    private String confirmation;

    @Override
    public Integer call() throws ConfigMistakes, IOException {
        NodeAddress node = nodes.one();
        if (node.config().isPresent() && !node.name().equals(confirmation)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--confirm: the node that is named is " + node.name() + ", and not " + confirmation
                            + "; nothing was destroyed");
        }
        JsonNode destroyed = new ManagementClient(node, PATIENCE)
                .change(
                        "POST",
                        "/manage/zeroise",
                        JsonNodeFactory.instance.objectNode().put("confirm", confirmation));
        Terminal terminal = Terminal.of(spec.commandLine());
        terminal.line(
                Style.GOOD,
                confirmation + " has no keys any more: destroyed were "
                        + destroyed.path("waiting_keys").asLong()
                        + " that waited for slaves or for the rest of their shares, "
                        + destroyed.path("undecided_keys").asLong() + " on their way, and "
                        + Amounts.bits(destroyed.path("link_key_bits").asLong()) + " of link keys.");
        terminal.line("It is out of service until ./qkd-mesh undrain" + nodes.again() + ", or a restart.");
        return Questions.WELL;
    }
}
