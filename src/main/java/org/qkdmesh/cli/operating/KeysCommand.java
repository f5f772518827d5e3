package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.cli.management.Replies;
import org.qkdmesh.config.ConfigMistakes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh keys}. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = {
            "Counts the keys that running nodes have to do with, by pair of SAEs and state. Never shows a key or its id.",
            "Keys that wait are at the slave's node; the master's node knows of them until it hears that they were fetched."
        },
        exitCodeList = {
            "0:every node answered",
            "1:a node did not",
            "2:wrong arguments, or a file that cannot be read",
            "3:no node answers"
        },
        footer = {"", "Examples:", "  ./qkd-mesh keys", "  ./qkd-mesh keys --node tn-4-a3b3 --json"})
public final class KeysCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws ConfigMistakes, IOException, InterruptedException {
        Replies replies = Replies.to("/manage/keys", nodes.all());
        Terminal terminal = Terminal.of(spec.commandLine());
        if (json.isWanted()) {
            terminal.json(replies.json());
        } else {
            Questions.printFailures(terminal, replies);
            print(terminal, replies.documents());
        }
        return Questions.exitCode(replies, false);
    }

    private static void print(Terminal terminal, List<JsonNode> documents) {
        if (documents.isEmpty()) {
            return;
        }
        if (documents.stream().allMatch(document -> document.path("counts").isEmpty())) {
            terminal.line("No key waits, and nothing is owed.");
            return;
        }
        Terminal.Table table = terminal.table("node", "pair", ">keys", "state");
        for (JsonNode document : documents) {
            for (JsonNode count : document.path("counts")) {
                table.row(
                        document.path("node").asText(),
                        count.has("from")
                                ? count.path("from").asText() + " -> "
                                        + count.path("to").asText()
                                : "-",
                        count.path("keys").asLong(),
                        state(count));
            }
        }
        table.print();
    }

    private static String state(JsonNode count) {
        String node = count.path("node").asText();
        long rows = count.path("rows").asLong();
        String notices = rows + (rows == 1 ? " notice" : " notices");
        return switch (count.path("state").asText()) {
            case "waiting" -> "wait for their slave";
            case "incomplete" -> "wait for the rest of their shares";
            case "record" -> "given to the master, not fetched yet at " + node;
            case "intent" -> "being relayed to " + node;
            case "delivered" -> "fetched; " + notices + " of it owed to " + node;
            case "void" -> "taken back; " + notices + " of it owed to " + node;
            case "tombstone" -> "voided by " + node + ", refused if they come";
            default -> count.path("state").asText();
        };
    }
}
