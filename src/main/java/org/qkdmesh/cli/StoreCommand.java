package org.qkdmesh.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import org.qkdmesh.store.StoreInspection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh store}. */
@Command(name = "store", description = "Looks after the key store of a node.", mixinStandardHelpOptions = true)
final class StoreCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = {
                "Reads every row of the store of a node that does not run, opens the seal of every key, and tells what is"
                        + " wrong. Mends nothing, and shows no key.",
                "A running node has its store for itself; ./qkd-mesh doctor asks it how the store is."
            },
            footer = {"", "Example:", "  ./qkd-mesh store check data/tn-1-a2b2"},
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the store is whole, and every seal opens",
                "1:something is wrong, each has a line on stderr",
                "2:there is no store, or it can not be opened, or wrong options"
            })
    int check(
            @Option(names = "--json", description = "Tell it as JSON, for programs, on stdout.") boolean json,
            @Parameters(paramLabel = "DIR", description = "The data directory of the node.") Path directory) {
        Optional<StoreInspection> found = StoreInspection.of(directory);
        if (found.isEmpty()) {
            spec.commandLine().getErr().println("qkd-mesh: " + directory + ": there is no store");
            return 2;
        }
        StoreInspection store = found.get();
        store.damage().forEach(damage -> spec.commandLine().getErr().println(directory + ": is damaged: " + damage));
        if (store.unreadable() > 0) {
            spec.commandLine()
                    .getErr()
                    .println(directory + ": the seal of " + store.unreadable()
                            + " stored keys does not open; nobody is ever given them");
        }
        boolean sound = store.damage().isEmpty() && store.unreadable() == 0;
        if (json) {
            spec.commandLine().getOut().println(document(store, sound).toPrettyString());
        } else {
            print(directory, store, sound);
        }
        return sound ? 0 : 1;
    }

    private void print(Path directory, StoreInspection store, boolean sound) {
        if (sound) {
            spec.commandLine().getOut().println(directory + ": whole, and every seal opens");
        }
        new TreeMap<>(store.rows()).forEach((table, rows) -> spec.commandLine()
                .getOut()
                .println(String.format("  %-12s %d", table.replace('_', ' '), rows)));
    }

    private static ObjectNode document(StoreInspection store, boolean sound) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("sound", sound).put("unreadable_keys", store.unreadable());
        store.damage().forEach(document.putArray("damage")::add);
        ObjectNode rows = document.putObject("rows");
        new TreeMap<>(store.rows()).forEach(rows::put);
        return document;
    }
}
