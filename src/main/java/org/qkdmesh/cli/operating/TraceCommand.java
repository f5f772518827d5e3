package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Cell;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeRefused;
import org.qkdmesh.config.ConfigMistakes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh trace}. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = {
            "Relays one real key between two SAEs now and shows how long each node and each link took.",
            "The key goes the way of all keys and uses up link keys as they do, but nobody gets it: it is erased here and"
                    + " voided at the other end. Needs the node's token."
        },
        exitCodeList = {
            "0:the key got through",
            "1:it did not: what was tried, and where it failed, is shown",
            "2:wrong arguments, such as an SAE that is not known",
            "3:the node does not answer"
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh trace --from sae-a --to sae-b",
            "  ./qkd-mesh trace --config /etc/qkd-mesh/tn-7.yaml --from sae-x --to sae-y --json"
        })
public final class TraceCommand implements Callable<Integer> {

    private static final int BAR_LETTERS = 30;

    /** A node tries for as long as its {@code relay.deadline} says, a minute at most, and then tells what it tried. */
    private static final Duration PATIENCE = Duration.ofSeconds(65);

    @Spec
    private CommandSpec spec;

    @Mixin
    private PairOptions pair;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws ConfigMistakes, IOException {
        Terminal terminal = Terminal.of(spec.commandLine());
        try {
            JsonNode trace = new ManagementClient(pair.node(), PATIENCE)
                    .change(
                            "POST",
                            "/manage/trace",
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("from", pair.from())
                                    .put("to", pair.to()));
            if (json.isWanted()) {
                terminal.json(trace);
            } else {
                print(terminal, trace);
            }
            return Questions.WELL;
        } catch (NodeRefused refused) {
            if (!refused.document().has("tried")) {
                throw refused;
            }
            if (json.isWanted()) {
                terminal.json(refused.document());
            } else {
                terminal.line(Style.BAD, refused.getMessage());
                printTried(terminal, refused.document());
                terminal.line("Which ways there are, and why: ./qkd-mesh paths" + pair.again());
            }
            return Questions.TROUBLE;
        }
    }

    private static void print(Terminal terminal, JsonNode trace) {
        boolean asShares = trace.path("ways").size() > 1;
        terminal.line(trace.path("from").asText() + " -> " + trace.path("to").asText() + " over "
                + (asShares ? Questions.ways(trace.path("ways")) : Questions.path(trace.path("path"))));
        if (trace.path("fell_back").asBoolean()) {
            terminal.line(Style.WARN, "  as a whole: there are too few disjoint paths for shares now");
        }
        printTried(terminal, trace);
        terminal.line("");
        if (asShares) {
            terminal.line("The slowest of " + trace.path("ways").size() + " shares:");
        }
        printTimes(terminal, trace);
        terminal.line("");
        terminal.line(
                trace.path("voided").asBoolean()
                        ? "The key is erased here and voided at "
                                + trace.path("slave_node").asText() + ": nobody can fetch it."
                        : "The key is erased here; " + trace.path("slave_node").asText()
                                + " has not confirmed yet that it discards it, and will be asked until it does.");
    }

    private static void printTried(Terminal terminal, JsonNode trace) {
        for (JsonNode tried : trace.path("tried")) {
            terminal.line("  tried " + Questions.path(tried.path("path")) + ": "
                    + terminal.styled(
                            Style.WARN,
                            tried.path("reason").asText()
                                    + (tried.has("at")
                                            ? " at " + tried.path("at").asText()
                                            : "")));
        }
    }

    /** A node's own time is what it did not spend waiting for the next; a link's is what neither end accounts for. */
    private static void printTimes(Terminal terminal, JsonNode trace) {
        JsonNode nodes = trace.path("nodes");
        long total = Math.max(1, trace.path("total_micros").asLong());
        Terminal.Table table = terminal.table("", ">ms", "");
        for (int i = 0; i < nodes.size(); i++) {
            JsonNode node = nodes.get(i);
            long onward = node.path("onward_micros").asLong();
            row(table, node.path("node").asText(), node.path("total_micros").asLong() - onward, total, Style.PLAIN);
            if (i + 1 < nodes.size()) {
                long beyond = nodes.get(i + 1).path("total_micros").asLong();
                row(table, "  link", Math.max(0, onward - beyond), total, Style.DIM);
            } else if (onward > 0) {
                row(table, "  beyond", onward, total, Style.DIM);
            }
        }
        table.row(new Cell("in all", Style.BOLD), new Cell(millis(total), Style.BOLD), "");
        table.print();
    }

    private static void row(Terminal.Table table, String what, long micros, long total, Style style) {
        int letters = (int) Math.max(micros > 0 ? 1 : 0, Math.round((double) BAR_LETTERS * micros / total));
        table.row(new Cell(what, style), new Cell(millis(micros), style), new Cell("#".repeat(letters), style));
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.1f", micros / 1000.0);
    }
}
