package org.qkdmesh.cli.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.store.SqliteStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh store backup}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = {
            "Writes the store of a node, as it is at one moment, into one file that only its owner may read. A file that is"
                    + " there is never overwritten.",
            "A node that runs writes the file itself, as its own user, and goes on meanwhile; that needs its token.",
            "The key-encryption key is not in it: without kek of the node's data directory the backup opens nowhere. A node"
                    + " that is started on it knows that it is one, and gives out none of the keys in it."
        },
        footer = {"", "Example:", "  ./qkd-mesh store backup --node tn-1-a2b2 data/tn-1-a2b2.backup"},
        exitCodeList = {
            "0:the backup is on the disk",
            "1:the node could not write it, or refused; there is no file then",
            "2:there is no store, or it can not be opened, or the file is there already, or wrong options",
            "3:the node does not answer, and only its URL is known"
        })
final class StoreBackupCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions nodes;

    @Parameters(paramLabel = "FILE", description = "The file to be made.")
    private Path file;

    @Override
    public Integer call() throws ConfigMistakes, IOException {
        StoreOfNode store = new StoreOfNode(nodes.one());
        Path target = file.toAbsolutePath().normalize();
        Optional<JsonNode> answer = store.asked(
                "/manage/store/backup", JsonNodeFactory.instance.objectNode().put("file", target.toString()));
        if (answer.isPresent()) {
            return tell(store.name(), target, answer.get().path("bytes").asLong());
        }
        Optional<SqliteStore> opened = StoreOfNode.open(store.directory());
        if (opened.isEmpty()) {
            return wrong(store.directory() + ": there is no store");
        }
        try (SqliteStore stopped = opened.get()) {
            return tell(store.name(), target, stopped.backUp(target));
        } catch (FileAlreadyExistsException e) {
            return wrong(target + " is there already, and a backup overwrites nothing");
        }
    }

    private int tell(String name, Path target, long bytes) {
        spec.commandLine().getOut().println(name + ": backed up to " + target + ", " + bytes + " bytes");
        spec.commandLine()
                .getOut()
                .println(
                        "Keep kek of its data directory too, somewhere else: it is not in the backup, which does not open"
                                + " without it.");
        return 0;
    }

    private int wrong(String message) {
        spec.commandLine().getErr().println("qkd-mesh: " + message);
        return 2;
    }
}
