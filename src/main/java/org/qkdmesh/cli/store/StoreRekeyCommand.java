package org.qkdmesh.cli.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.store.SqliteStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh store rekey}. */
@Command(
        name = "rekey",
        mixinStandardHelpOptions = true,
        description = {
            "Changes the key-encryption key of a node: draws a new one, wraps the keys of its store with it, and overwrites the"
                    + " former.",
            "A node that runs does it between two commits and loses nothing; that needs its token. Killed at any moment, it"
                    + " starts again with one of the two keys.",
            "Backups and copies from before open with the former key only. If you do not have it, take a new backup."
        },
        footer = {"", "Example:", "  ./qkd-mesh store rekey --node tn-1-a2b2"},
        exitCodeList = {
            "0:the key is changed",
            "1:the node could not change it, or refused; it says which key holds",
            "2:there is no store, or it can not be opened, or wrong options",
            "3:the node does not answer, and only its URL is known"
        })
final class StoreRekeyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Override
    public Integer call() throws ConfigMistakes, IOException {
        StoreOfNode store = new StoreOfNode(nodes.one());
        Optional<JsonNode> answer = store.asked("/manage/store/rekey", null);
        if (answer.isPresent()) {
            return tell(store.name(), answer.get().path("data_keys").asInt());
        }
        Optional<SqliteStore> opened = StoreOfNode.open(store.directory());
        if (opened.isEmpty()) {
            spec.commandLine().getErr().println("qkd-mesh: " + store.directory() + ": there is no store");
            return 2;
        }
        try (SqliteStore stopped = opened.get()) {
            return tell(store.name(), stopped.changeKek());
        }
    }

    private int tell(String name, int dataKeys) {
        spec.commandLine()
                .getOut()
                .println(name + ": the key-encryption key is changed, and " + dataKeys
                        + " data keys are wrapped with the new one");
        return 0;
    }
}
