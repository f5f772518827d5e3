package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh paths}. */
@Command(
        name = "paths",
        mixinStandardHelpOptions = true,
        description = {
            "Shows which paths the keys of two SAEs would take, best first, what each is chosen by, and why the first wins.",
            "The node of the first SAE is asked: it plans.",
            "At the end stand the paths that have no node between in common; at most five are looked for."
        },
        exitCodeList = {
            "0:there is a path",
            "1:there is none, or the node refused",
            "2:wrong arguments, such as an SAE that is not known",
            "3:the node does not answer"
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh paths --from sae-a --to sae-b",
            "  ./qkd-mesh paths --from sae-a --to sae-b --planner mostKeys"
        })
public final class PathsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private PairOptions pair;

    @Option(
            names = "--planner",
            paramLabel = "NAME",
            description = "The planner to ask (default: the one that routes/relay/choose-planner.camel.yaml names).")
    private String planner;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws ConfigMistakes, IOException {
        JsonNode answer = NodeOptions.client(pair.node())
                .read("/manage/paths" + Questions.query("from", pair.from(), "to", pair.to(), "planner", planner));
        Terminal terminal = Terminal.of(spec.commandLine());
        boolean local = answer.path("slave_node").equals(answer.path("node"));
        boolean reached = local || !answer.path("paths").isEmpty();
        if (json.isWanted()) {
            terminal.json(answer);
        } else {
            print(terminal, answer, reached);
        }
        return reached ? Questions.WELL : Questions.TROUBLE;
    }

    private static void print(Terminal terminal, JsonNode answer, boolean reached) {
        terminal.line(
                answer.path("from").asText() + " at " + answer.path("node").asText() + ", "
                        + answer.path("to").asText() + " at "
                        + answer.path("slave_node").asText() + ", planner "
                        + answer.path("planner").asText());
        terminal.line(
                reached ? Style.GOOD : Style.BAD, sentence(answer.path("note").asText()));
        JsonNode paths = answer.path("paths");
        if (paths.isEmpty()) {
            return;
        }
        terminal.line("");
        List<String> headings = new ArrayList<>(List.of(">", "path"));
        paths.get(0)
                .path("merits")
                .forEach(merit -> headings.add(">" + merit.path("name").asText()));
        Terminal.Table table = terminal.table(headings.toArray(String[]::new));
        for (int i = 0; i < paths.size(); i++) {
            List<Object> row =
                    new ArrayList<>(List.of(i + 1, Questions.path(paths.get(i).path("nodes"))));
            paths.get(i)
                    .path("merits")
                    .forEach(merit -> row.add(merit.path("value").asText()));
            table.row(row.toArray());
        }
        table.print();
        terminal.line("");
        Terminal.Table links = terminal.table("hop of the first path", ">stock");
        paths.get(0)
                .path("links")
                .forEach(link -> links.row(
                        link.path("from").asText() + " -> " + link.path("to").asText(), Questions.stock(link)));
        links.print();
        printDisjoint(terminal, answer.path("disjoint"));
        printPolicy(terminal, answer);
        printAvoided(terminal, answer.path("avoided"));
    }

    private static void printPolicy(Terminal terminal, JsonNode answer) {
        String policy = answer.path("policy").asText("single");
        if (policy.equals("single")) {
            return;
        }
        JsonNode ways = answer.path("disjoint");
        int shares = answer.path("shares").asInt();
        boolean alone = !ways.isEmpty() && ways.get(0).size() == 2;
        String then =
                policy.equals("disjoint") ? "no keys are given now" : "so they go over the first path as a whole now";
        String what = alone
                ? "the path without a node between suffices alone"
                : ways.size() >= shares ? "so they go as " + shares + " shares" : then;
        terminal.line(
                alone || ways.size() >= shares ? Style.GOOD : Style.WARN,
                "Keys of this pair want " + shares + " (paths: " + policy + "): " + what + ".");
    }

    private static void printAvoided(Terminal terminal, JsonNode links) {
        if (links.isEmpty()) {
            return;
        }
        terminal.line("");
        terminal.line(Style.WARN, "Left out where there is another way, since keys did not arrive over them:");
        links.forEach(link -> terminal.line("  " + link.path("from").asText() + " -> "
                + link.path("to").asText() + ": failed " + link.path("failures").asInt()
                + " times in a row, tried again "
                + (link.path("seconds_left").asInt() > 0
                        ? "in " + link.path("seconds_left").asInt() + " s"
                        : "by the next request")));
    }

    private static void printDisjoint(Terminal terminal, JsonNode ways) {
        if (ways.isEmpty()) {
            return;
        }
        terminal.line("");
        terminal.line(
                ways.size() == 1
                        ? "There is 1 node-disjoint way: no two paths without a node in common."
                        : "There are " + ways.size() + " node-disjoint ways, no node between is part of two:");
        if (ways.size() > 1) {
            ways.forEach(way -> terminal.line("  " + Questions.path(way)));
        }
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }
}
