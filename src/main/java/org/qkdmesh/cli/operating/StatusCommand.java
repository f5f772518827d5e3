package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Cell;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.NodeNotReached;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.cli.management.Replies;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.model.Amounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows how running nodes are on one screen: trouble first, then nodes, links and pairs of SAEs.",
            "Without options all nodes of the files in config/ are asked; those that do not run are trouble."
        },
        exitCodeList = {
            "0:all is well",
            "1:there is trouble: it stands first",
            "2:wrong arguments, or a file that cannot be read",
            "3:no node answers"
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh status",
            "  ./qkd-mesh status --node tn-2-a2b1",
            "  ./qkd-mesh status --config /etc/qkd-mesh/tn-7.yaml --json"
        })
public final class StatusCommand implements Callable<Integer> {

    private static final int MOST_PAIRS = 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws ConfigMistakes, IOException, InterruptedException {
        Replies replies = Replies.to("/manage/status", nodes.all());
        boolean trouble = replies.documents().stream().anyMatch(StatusCommand::isInTrouble);
        Terminal terminal = Terminal.of(spec.commandLine());
        if (json.isWanted()) {
            terminal.json(replies.json());
        } else {
            print(terminal, replies, trouble);
        }
        return Questions.exitCode(replies, trouble);
    }

    private static boolean isInTrouble(JsonNode status) {
        return !status.path("ready").asBoolean() || !status.path("trouble").isEmpty();
    }

    private static void print(Terminal terminal, Replies replies, boolean trouble) {
        if (trouble || !replies.failures().isEmpty()) {
            printTrouble(terminal, replies);
        } else {
            terminal.line(Style.GOOD, "All is well.");
        }
        printNodes(terminal, replies);
        printLinks(terminal, replies.documents());
        printPairs(terminal, replies.documents());
    }

    private static void printTrouble(Terminal terminal, Replies replies) {
        terminal.line(Style.BAD, "Trouble");
        for (Replies.Reply reply : replies.all()) {
            reply.failure().ifPresent(failure -> {
                terminal.line("  " + terminal.styled(Style.BAD, failure.getMessage()));
                if (failure instanceof NodeNotReached unreached) {
                    terminal.line(Style.DIM, "    " + unreached.remedy());
                }
            });
        }
        for (JsonNode status : replies.documents()) {
            for (JsonNode trouble : status.path("trouble")) {
                terminal.line("  " + status.path("node").asText() + ": "
                        + terminal.styled(Style.BAD, trouble.path("what").asText()) + ": "
                        + trouble.path("why").asText());
            }
        }
    }

    private static void printNodes(Terminal terminal, Replies replies) {
        terminal.line("");
        Terminal.Table table = terminal.table("node", "state", "for", ">nodes reached", ">SAEs known", ">links up");
        for (Replies.Reply reply : replies.all()) {
            if (reply.document().isEmpty()) {
                table.row(reply.node().name(), new Cell("no answer", Style.BAD), "-", "-", "-", "-");
                continue;
            }
            JsonNode status = reply.document().get();
            table.row(
                    status.path("node").asText(),
                    state(status),
                    Amounts.seconds(status.path("uptime_seconds").asLong()),
                    status.path("network").path("nodes_reached").asInt(),
                    status.path("network").path("saes").asInt(),
                    linksUp(status.path("links")));
        }
        table.print();
    }

    private static Cell state(JsonNode status) {
        if (status.path("draining").asBoolean()) {
            return new Cell("draining", Style.WARN);
        }
        return status.path("ready").asBoolean() ? new Cell("ready", Style.GOOD) : new Cell("not ready", Style.BAD);
    }

    private static Cell linksUp(JsonNode links) {
        int up = 0;
        for (JsonNode link : links) {
            up += link.path("up").asBoolean() ? 1 : 0;
        }
        return new Cell(up + " of " + links.size(), up < links.size() ? Style.BAD : Style.PLAIN);
    }

    private static void printLinks(Terminal terminal, List<JsonNode> documents) {
        Terminal.Table table = terminal.table("link", ">stock", ">used", ">refilled", "empty in", "KMEs");
        boolean any = false;
        for (JsonNode status : documents) {
            for (JsonNode link : status.path("links")) {
                any = true;
                JsonNode ours = link.path("ours");
                boolean up = link.path("up").asBoolean();
                table.row(
                        new Cell(
                                status.path("node").asText() + " -> "
                                        + link.path("neighbour").asText(),
                                up ? Style.PLAIN : Style.BAD),
                        Questions.stock(ours),
                        Questions.rate(ours, "demand_bits_per_second"),
                        Questions.rate(ours, "refill_bits_per_second"),
                        up ? Questions.emptyIn(ours) : new Cell("is down", Style.BAD),
                        kmes(link));
            }
        }
        if (any) {
            terminal.line("");
            table.print();
        }
    }

    private static Cell kmes(JsonNode link) {
        JsonNode pairs = link.path("kme_pairs");
        String combined = link.has("combine") ? ", XORed" : "";
        int well = 0;
        for (JsonNode pair : pairs) {
            well += pair.has("trouble") ? 0 : 1;
        }
        return well == pairs.size()
                ? new Cell(well + " well" + combined, Style.PLAIN)
                : new Cell(well + " of " + pairs.size() + " well" + combined, Style.BAD);
    }

    private static void printPairs(Terminal terminal, List<JsonNode> documents) {
        List<JsonNode> cut = new ArrayList<>();
        List<JsonNode> served = new ArrayList<>();
        int total = 0;
        for (JsonNode status : documents) {
            total += status.path("pairs_total").asInt();
            status.path("pairs").forEach(pair -> (pair.path("path").isNull() ? cut : served).add(pair));
        }
        if (total == 0) {
            return;
        }
        terminal.line("");
        Terminal.Table table = terminal.table("pair", ">keys now", "path");
        cut.addAll(served);
        cut.stream().limit(MOST_PAIRS).forEach(pair -> table.row(name(pair), keysNow(pair), way(pair)));
        table.print();
        if (total > MOST_PAIRS) {
            terminal.line(Style.DIM, "and " + (total - MOST_PAIRS) + " pairs more");
        }
    }

    private static String name(JsonNode pair) {
        return pair.path("from").asText() + " -> " + pair.path("to").asText();
    }

    private static Cell keysNow(JsonNode pair) {
        long keys = pair.path("keys_now").asLong();
        return new Cell(String.valueOf(keys), keys == 0 ? Style.BAD : Style.PLAIN);
    }

    private static Cell way(JsonNode pair) {
        JsonNode path = pair.path("path");
        boolean single = pair.path("paths").asText("single").equals("single");
        if (path.isNull()) {
            String missing = single ? "no path" : enough(pair);
            return new Cell(missing + " to " + pair.path("slave_node").asText(), Style.BAD);
        }
        if (path.size() == 1) {
            return new Cell("both at " + path.get(0).asText(), Style.DIM);
        }
        String ways = single ? Questions.path(path) : enough(pair) + ": " + Questions.ways(pair.path("ways"));
        return new Cell(ways + seen(pair), Style.PLAIN);
    }

    private static String enough(JsonNode pair) {
        return pair.path("ways_now").asInt() + " of " + pair.path("ways_needed").asInt() + " disjoint paths";
    }

    private static String seen(JsonNode pair) {
        return pair.path("transit_nodes_see_keys").asBoolean() ? "  (these nodes see the keys: seal is off)" : "";
    }
}
