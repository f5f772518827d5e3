package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh drain}. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = {
            "Takes a node out of service before it is stopped, and waits until nothing runs on it any more.",
            "Its masters get 503 with Retry-After, other nodes plan around it, it calls itself not ready. What runs is"
                    + " finished, and slaves can go on fetching. It is in service again after undrain, or a restart."
                    + " Needs the node's token."
        },
        exitCodeList = {
            "0:nothing runs any more",
            "1:something still runs, or is owed to nodes that do not answer",
            "2:wrong arguments, or no node named where there are several",
            "3:the node does not answer"
        },
        footer = {"", "Examples:", "  ./qkd-mesh drain --node tn-3-a1b3", "  ./qkd-mesh drain --node tn-3-a1b3 --wait 0"
        })
public final class DrainCommand implements Callable<Integer> {

    /** Others hear of it within two seconds, and until then may send something. */
    private static final int QUIET_LOOKS = 5;

    private static final int LOOK_MILLIS = 500;

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for what runs (default: ${DEFAULT-VALUE}); 0 to go at once.")
    private int wait;

    @Override
    public Integer call() throws ConfigMistakes, IOException, InterruptedException {
        if (wait < 0) {
            throw new ParameterException(spec.commandLine(), "--wait: expected 0 or more seconds");
        }
        ManagementClient client = NodeOptions.client(nodes.one());
        Terminal terminal = Terminal.of(spec.commandLine());
        client.change("PUT", "/manage/drain", null);
        String name = client.node().name();
        terminal.line(name + " gives no new keys, and other nodes plan around it.");
        if (wait == 0) {
            return Questions.WELL;
        }
        return isQuiet(client, terminal) ? quiet(terminal, name) : busy(terminal, name);
    }

    private boolean isQuiet(ManagementClient client, Terminal terminal) throws IOException, InterruptedException {
        long until = System.nanoTime() + wait * 1_000_000_000L;
        String said = "";
        int quiet = 0;
        while (quiet < QUIET_LOOKS && System.nanoTime() < until) {
            Thread.sleep(LOOK_MILLIS);
            JsonNode state = client.read("/manage/drain");
            int running = state.path("requests_running").asInt();
            int owed = state.path("notices_owed").asInt();
            quiet = running == 0 && owed == 0 ? quiet + 1 : 0;
            String now = "  " + running + " requests run, " + owed + " notices are owed";
            if (quiet == 0 && !now.equals(said)) {
                terminal.line(Style.DIM, now);
                said = now;
            }
        }
        return quiet == QUIET_LOOKS;
    }

    private static int quiet(Terminal terminal, String name) {
        terminal.line(Style.GOOD, name + " is drained: it can be stopped.");
        return Questions.WELL;
    }

    private int busy(Terminal terminal, String name) {
        terminal.line(
                Style.WARN,
                name + " is not done after " + wait + " s. What it owes is on its disk and is sent after"
                        + " its next start.");
        return Questions.TROUBLE;
    }
}
