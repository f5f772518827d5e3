package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.torture.Violation.Rule;

/**
 * What a run came to, for people and for programs.
 *
 * @param leftOut kinds of faults that this machine does not allow, in words
 * @param options that the run had beside these, to be typed again
 */
record Report(
        String net,
        long seed,
        int seconds,
        Checker.Result keys,
        PadLedger ledger,
        Searched searched,
        Figures figures,
        List<Violation> violations,
        List<String> leftOut,
        String options,
        Path history) {

    private static final int MOST_SHOWN = 20;

    /** How many keys were looked for, in how many files. */
    record Searched(int keys, int files) {}

    void print(Terminal terminal) {
        terminal.line("");
        terminal.line(say(
                "%,d keys given, fetched %,d times by their slaves; %d answers with a key were cut, %d keys expired.",
                keys.given(), keys.fetched(), keys.cut(), keys.expired()));
        terminal.line(
                say("%d requests were refused for the moment, %d were not answered.", keys.busy(), keys.unanswered()));
        terminal.line(say(
                "%d faults, %d of them kills; every pair had keys again at most %.1f s after all processes were ready.",
                figures.faults(), figures.kills, figures.slowestBackMillis / 1e3));
        if (figures.oneWayDown.requests() > 0) {
            terminal.line(say(
                    "With one of two ways down %.2f %% of %d requests succeeded.",
                    figures.oneWayDown.percentSucceeded(), figures.oneWayDown.requests()));
            terminal.line(say(
                    "While a node hung, pairs beside it waited %d ms (p99 of %d), before %d ms.",
                    figures.hanging.p99(), figures.hanging.requests(), figures.calmOfOthers.p99()));
        }
        terminal.line(say("%,d relay messages used %,d bytes of link keys.", ledger.messages(), ledger.bytes()));
        terminal.line(say(
                "%,d of the keys were looked for in all metrics and %,d files of data and logs.",
                searched.keys(), searched.files()));
        terminal.line(say(
                "The machine had a load of up to %.0f on %d processors.",
                figures.load, Runtime.getRuntime().availableProcessors()));
        terminal.line("");
        if (violations.isEmpty()) {
            terminal.line(Style.GOOD, "Every promise held.");
        } else {
            violations.stream().limit(MOST_SHOWN).forEach(violation -> terminal.line(Style.BAD, violation.toString()));
            if (violations.size() > MOST_SHOWN) {
                terminal.line("and " + (violations.size() - MOST_SHOWN) + " more");
            }
            for (Rule rule : violations.stream().map(Violation::rule).distinct().toList()) {
                terminal.line("Broken: " + rule.promise() + ".");
            }
            terminal.line("History: " + history);
            terminal.line(
                    "Again: ./qkd-mesh torture --net " + net + " --seconds " + seconds + " --seed " + seed + options);
        }
    }

    private static String say(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }

    JsonNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("net", net).put("seed", seed).put("seconds", seconds);
        root.put("held", violations.isEmpty());
        root.put("keys_given", keys.given())
                .put("keys_fetched", keys.fetched())
                .put("answers_cut", keys.cut())
                .put("keys_expired", keys.expired())
                .put("requests_refused_for_now", keys.busy())
                .put("requests_unanswered", keys.unanswered());
        ObjectNode faults = root.put("faults", figures.faults()).putObject("faults_by_kind");
        figures.faults.forEach((kind, number) -> faults.put(kind.name(), number));
        leftOut.forEach(root.putArray("left_out")::add);
        root.put("kills", figures.kills).put("slowest_back_millis", figures.slowestBackMillis);
        window(root.putObject("nothing_broken"), figures.calm);
        window(root.putObject("one_way_down"), figures.oneWayDown);
        window(root.putObject("neighbours_before_a_node_hung"), figures.calmOfOthers);
        window(root.putObject("neighbours_while_a_node_hung"), figures.hanging);
        root.put("relay_messages", ledger.messages()).put("link_key_bytes", ledger.bytes());
        root.put("keys_looked_for", searched.keys()).put("files_searched", searched.files());
        root.put("load", figures.load).put("processors", Runtime.getRuntime().availableProcessors());
        root.put("history", history.toString());
        ArrayNode broken = root.putArray("violations");
        violations.forEach(violation -> broken.addObject()
                .put("rule", violation.rule().letter())
                .put("promise", violation.rule().promise())
                .put("what", violation.what()));
        return root;
    }

    private static void window(ObjectNode object, Figures.Window window) {
        object.put("requests", window.requests())
                .put("percent_succeeded", window.percentSucceeded())
                .put("p50_millis", window.p50())
                .put("p99_millis", window.p99());
    }
}
