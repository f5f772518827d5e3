package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeAddress;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.cli.management.NodeRefused;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh reload}. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description = {
            "Has a running node read its configuration file again, with the certificates and keys that it names, and its routes.",
            "SAEs, pairs, neighbours and KMEs come and go without a restart and without a failed request. The whole file is"
                    + " checked first; with one mistake in it nothing changes. What only a restart can change is named."
        },
        footer = {"", "Example:", "  ./qkd-mesh reload --node tn-2-a2b1"},
        exitCodeList = {
            "0:the node goes by what the file says now",
            "1:the node could not do it; nothing has changed",
            "2:wrong options, or mistakes in the file, each has a line on stderr; nothing has changed",
            "3:the node does not answer"
        })
public final class ReloadCommand implements Callable<Integer> {

    private static final int BAD_REQUEST = 400;

    /** New routes are started before the old ones end. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws Exception {
        NodeAddress node = options.one();
        try {
            print(node, new ManagementClient(node, PATIENCE).change("POST", "/manage/reload", null));
            return CommandLine.ExitCode.OK;
        } catch (NodeRefused e) {
            if (e.status() != BAD_REQUEST) {
                throw e;
            }
            spec.commandLine().getErr().println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
    }

    private void print(NodeAddress node, JsonNode answer) {
        PrintWriter out = spec.commandLine().getOut();
        if (json.isWanted()) {
            out.println(answer.toPrettyString());
            return;
        }
        JsonNode changes = answer.path("changes");
        out.println(node.name() + (changes.isEmpty() ? ": nothing has changed but what the files hold" : ":"));
        changes.forEach(change -> out.println("  " + change.asText()));
    }
}
