package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.cli.management.Replies;
import org.qkdmesh.config.ConfigMistakes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh usage}. */
@Command(
        name = "usage",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what pairs of SAEs used, by day, node and direction, as CSV: requests that got keys, how many keys and bits, and"
                    + " requests that were refused.",
            "Days are UTC. The master's node counts what was given, the slave's what was fetched; each remembers 400 days."
        },
        exitCodeList = {
            "0:every node answered",
            "1:a node did not",
            "2:wrong arguments, or a file that cannot be read",
            "3:no node answers"
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh usage",
            "  ./qkd-mesh usage --from 2026-01-01 --to 2026-01-31 > january.csv"
        })
public final class UsageCommand implements Callable<Integer> {

    private static final List<String> COLUMNS =
            List.of("day", "node", "master", "slave", "direction", "requests", "keys", "bits", "refusals");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--from",
            paramLabel = "DAY",
            description = "The first day, such as 2026-01-31 (default: 30 days before the last one).")
    private LocalDate from;

    @Option(names = "--to", paramLabel = "DAY", description = "The last day (default: today).")
    private LocalDate to;

    @Mixin
    private NodeOptions nodes;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws ConfigMistakes, IOException, InterruptedException {
        Replies replies =
                Replies.to("/manage/usage" + Questions.query("from", text(from), "to", text(to)), nodes.all());
        Terminal terminal = Terminal.of(spec.commandLine());
        if (json.isWanted()) {
            terminal.json(replies.json());
        } else {
            // The table is for programs as well: what is no line of it goes elsewhere.
            replies.failures().forEach(failure -> spec.commandLine().getErr().println(failure.getMessage()));
            print(terminal, replies.documents());
        }
        return Questions.exitCode(replies, false);
    }

    private static String text(LocalDate day) {
        return day == null ? null : day.toString();
    }

    private static void print(Terminal terminal, List<JsonNode> documents) {
        if (documents.isEmpty()) {
            return;
        }
        terminal.line(String.join(",", COLUMNS));
        documents.forEach(document -> document.path("uses").forEach(use -> terminal.line(line(document, use))));
    }

    private static String line(JsonNode document, JsonNode use) {
        return COLUMNS.stream()
                .map(column ->
                        (column.equals("node") ? document : use).path(column).asText())
                .map(UsageCommand::field)
                .collect(Collectors.joining(","));
    }

    /** As RFC 4180 has it: an id may hold a comma. */
    private static String field(String text) {
        return Stream.of(",", "\"").anyMatch(text::contains) ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
    }
}
