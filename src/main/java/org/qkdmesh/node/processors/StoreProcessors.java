package org.qkdmesh.node.processors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.node.management.StoreView;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.store.StoreInspection;

/** The steps by which an operator looks after the store of a running node. */
public final class StoreProcessors {

    private final NodeId self;
    private final SqliteStore store;
    private final EventLog events;

    public StoreProcessors(NodeId self, SqliteStore store, EventLog events) {
        this.self = self;
        this.store = store;
        this.events = events;
    }

    public void checkStore(Exchange exchange) {
        StoreInspection found = store.inspect();
        events.noted(
                "store-checked",
                "on the word of the operator every row was read: "
                        + (found.isSound() ? "all is whole" : "something is wrong"));
        ViewProcessors.answer(exchange, 200, StoreView.document(found));
    }

    /** The body names the file, since it is this node that writes it. */
    public void backUpStore(Exchange exchange) {
        Path file = file(exchange);
        try {
            long bytes = store.backUp(file);
            events.noted("store-backed-up", "on the word of the operator, to " + file + ", " + bytes + " bytes");
            ViewProcessors.answer(
                    exchange,
                    200,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("node", self.text())
                            .put("file", file.toString())
                            .put("bytes", bytes));
        } catch (FileAlreadyExistsException e) {
            throw Refusal.badRequest("file: " + file + " is there already, and a backup overwrites nothing");
        }
    }

    public void changeKek(Exchange exchange) {
        int dataKeys = store.changeKek();
        events.noted(
                "kek-changed",
                "on the word of the operator the key-encryption key was changed, and " + dataKeys
                        + " data keys wrapped anew");
        ViewProcessors.answer(
                exchange,
                200,
                JsonNodeFactory.instance.objectNode().put("node", self.text()).put("data_keys", dataKeys));
    }

    private static Path file(Exchange exchange) {
        String named = JsonBody.read(
                        exchange, () -> Refusal.badRequest("expected a JSON object with file, the path of the backup"))
                .path("file")
                .asText();
        try {
            Path file = Path.of(named);
            if (file.isAbsolute() && file.getFileName() != null) {
                return file.normalize();
            }
        } catch (InvalidPathException e) {
            // As one that is no absolute path.
        }
        throw Refusal.badRequest("file: expected the absolute path of a file that is not there yet");
    }
}
