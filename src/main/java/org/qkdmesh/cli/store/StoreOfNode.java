package org.qkdmesh.cli.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeAddress;
import org.qkdmesh.cli.management.NodeNotReached;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.config.NodeDoor;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.store.SqliteStore;

/** The store of one node, which is asked if it runs. */
final class StoreOfNode {

    /** A million keys are read, or written to another disk. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final NodeAddress node;

    StoreOfNode(NodeAddress node) {
        this.node = node;
    }

    String name() {
        return node.name();
    }

    /**
     * Has the node do it, if it runs.
     *
     * @param body what it has to know; null for nothing
     * @return its answer; empty when it does not run
     * @throws NodeNotReached when it does not answer and it is not known where its store is
     */
    Optional<JsonNode> asked(String path, JsonNode body) throws IOException {
        try {
            NodeOptions.client(node).ask("/observe/health/live");
        } catch (NodeNotReached e) {
            if (node.config().isEmpty()) {
                throw e;
            }
            return Optional.empty();
        }
        return Optional.of(new ManagementClient(node, PATIENCE).change("POST", path, body));
    }

    /** Where the store is. */
    Path directory() throws ConfigMistakes {
        Path config = node.config().orElseThrow();
        return NodeConfigReader.door(config, System.getenv())
                .map(NodeDoor::data)
                .orElseThrow();
    }

    /**
     * Opens the store of a node that does not run.
     *
     * @return empty when there is none
     */
    static Optional<SqliteStore> open(Path directory) {
        return isThere(directory)
                ? Optional.of(SqliteStore.open(directory, NodeClock.system(), EventLog.silent()))
                : Optional.empty();
    }

    private static boolean isThere(Path directory) {
        return Files.exists(directory.resolve("store.db"));
    }
}
