package org.qkdmesh.cli.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Progress;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.node.management.StoreView;
import org.qkdmesh.store.StoreInspection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh store check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Reads every row of the store of a node, opens the seal of every key, and tells what is wrong. Mends nothing, and"
                    + " shows no key.",
            "A node that runs reads its store itself, as it is at one moment, and goes on meanwhile; that needs its token."
                    + " One that does not run can not be started until the check has ended."
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh store check --node tn-1-a2b2",
            "  ./qkd-mesh store check data/copy-of-tn-1-a2b2"
        },
        exitCodeList = {
            "0:the store is whole, and every seal opens",
            "1:something is wrong, each has a line on stderr; or the running node could not read it to its end",
            "2:there is no store, or it can not be opened, or wrong options",
            "3:the node does not answer, and only its URL is known"
        })
final class StoreCheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Mixin
    private JsonOption json;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "A data directory that no node runs on, in place of a node: a copy, say.")
    private Path directory;

    @Override
    public Integer call() throws ConfigMistakes, IOException {
        if (directory != null) {
            return inDirectory(directory.toString(), directory);
        }
        StoreOfNode store = new StoreOfNode(nodes.one());
        Optional<JsonNode> answer;
        try (Progress progress = progress()) {
            progress.now(store.name() + " reads its store");
            answer = store.asked("/manage/store/check", null);
        }
        return answer.isPresent() ? tell(store.name(), answer.get()) : inDirectory(store.name(), store.directory());
    }

    private int inDirectory(String name, Path where) {
        Optional<StoreInspection> found;
        try (Progress progress = progress()) {
            progress.now(name + ": opens the store");
            found = StoreInspection.of(where, text -> progress.now(name + ": " + text));
        }
        if (found.isEmpty()) {
            spec.commandLine().getErr().println("qkd-mesh: " + where + ": there is no store");
            return 2;
        }
        return tell(name, StoreView.document(found.get()));
    }

    private Progress progress() {
        return Progress.of(spec.commandLine(), json.isWanted());
    }

    private int tell(String name, JsonNode found) {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        found.path("damage").forEach(damage -> err.println(name + ": is damaged: " + damage.asText()));
        long unreadable = found.path("unreadable_keys").asLong();
        if (unreadable > 0) {
            err.println(name + ": the seal of " + unreadable + " stored keys does not open; nobody is ever given them");
        }
        boolean sound = found.path("sound").asBoolean();
        if (json.isWanted()) {
            out.println(found.toPrettyString());
        } else {
            if (sound) {
                out.println(name + ": whole, and every seal opens");
            }
            if (found.has("backup")) {
                out.println("It is a backup of " + found.path("backup").asText()
                        + ": the node that is started on it drops the keys in it.");
            }
            found.path("rows")
                    .properties()
                    .forEach(table -> out.println(String.format(
                            "  %-12s %d",
                            table.getKey().replace('_', ' '), table.getValue().asLong())));
        }
        return sound ? 0 : 1;
    }
}
