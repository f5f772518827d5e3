package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Cell;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.cli.management.Replies;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.model.Amounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh links}. */
@Command(
        name = "links",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the link keys of running nodes, for each KME pair and direction: what is in stock, how fast it is used and"
                    + " refilled, and when it will be used up.",
            "-> is for messages that the node sends, <- for those that its neighbour sends."
        },
        exitCodeList = {
            "0:every link is up and every KME well",
            "1:there is trouble: it stands first",
            "2:wrong arguments, or a file that cannot be read",
            "3:no node answers"
        },
        footer = {"", "Examples:", "  ./qkd-mesh links", "  ./qkd-mesh links --node tn-2-a2b1 --json"})
public final class LinksCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws ConfigMistakes, IOException, InterruptedException {
        Replies replies = Replies.to("/manage/links", nodes.all());
        List<String> trouble = replies.documents().stream()
                .flatMap(document -> trouble(document).stream())
                .toList();
        Terminal terminal = Terminal.of(spec.commandLine());
        if (json.isWanted()) {
            terminal.json(replies.json());
        } else {
            Questions.printFailures(terminal, replies);
            trouble.forEach(line -> terminal.line(Style.BAD, line));
            if (!trouble.isEmpty()) {
                terminal.line("");
            }
            print(terminal, replies.documents());
        }
        return Questions.exitCode(replies, !trouble.isEmpty());
    }

    private static List<String> trouble(JsonNode document) {
        List<String> lines = new ArrayList<>();
        String node = document.path("node").asText();
        for (JsonNode link : document.path("links")) {
            String neighbour = link.path("neighbour").asText();
            if (!link.path("up").asBoolean()) {
                JsonNode silent = link.path("seconds_since_answer");
                lines.add(node + ": link to " + neighbour + ": "
                        + (silent.isMissingNode()
                                ? "no answer yet"
                                : "no answer for " + Amounts.seconds(silent.asLong())));
            }
            for (JsonNode pair : link.path("kme_pairs")) {
                if (pair.has("trouble")) {
                    lines.add(node + ": KME " + pair.path("kme").asText() + ": "
                            + pair.path("trouble").asText());
                }
            }
        }
        return lines;
    }

    private static void print(Terminal terminal, List<JsonNode> documents) {
        if (documents.isEmpty()) {
            return;
        }
        Terminal.Table table = terminal.table("link", "own KME", "far KME", ">stock", ">used", ">refilled", "empty in");
        for (JsonNode document : documents) {
            for (JsonNode link : document.path("links")) {
                for (JsonNode pair : link.path("kme_pairs")) {
                    row(table, document, link, pair, "ours", " -> ");
                    row(table, document, link, pair, "theirs", " <- ");
                }
                if (link.path("combine").asText().equals("xor")) {
                    JsonNode together = ((ObjectNode) link.deepCopy()).put("kme", "all, XORed");
                    row(table, document, link, together, "ours", " -> ");
                    row(table, document, link, together, "theirs", " <- ");
                }
            }
        }
        table.print();
    }

    private static void row(
            Terminal.Table table, JsonNode document, JsonNode link, JsonNode pair, String side, String arrow) {
        JsonNode direction = pair.path(side);
        boolean ours = side.equals("ours");
        String name =
                document.path("node").asText() + arrow + link.path("neighbour").asText();
        table.row(
                new Cell(name, link.path("up").asBoolean() ? Style.PLAIN : Style.BAD),
                new Cell(pair.path("kme").asText(), pair.has("trouble") ? Style.BAD : Style.PLAIN),
                pair.path("peer").asText(),
                ours
                        ? Questions.stock(direction)
                        : new Cell(Questions.stock(direction).text(), Style.DIM),
                Questions.rate(direction, "demand_bits_per_second"),
                Questions.rate(direction, "refill_bits_per_second"),
                ours
                        ? Questions.emptyIn(direction)
                        : new Cell(Questions.emptyIn(direction).text(), Style.DIM));
    }
}
