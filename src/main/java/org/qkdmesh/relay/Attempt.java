package org.qkdmesh.relay;

import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SecretBytes;

/** An attempt to relay keys over one path, between its beginning and its decision. Holds the keys: close it. */
public final class Attempt implements AutoCloseable {

    private final NodePath path;
    private final RelayedKeys keys;
    private final HopMessage message;
    private final SecretBytes relayed;
    private final long deadline;

    Attempt(NodePath path, RelayedKeys keys, HopMessage message, SecretBytes relayed, long deadline) {
        this.path = path;
        this.keys = keys;
        this.message = message;
        this.relayed = relayed;
        this.deadline = deadline;
    }

    public NodePath path() {
        return path;
    }

    public HopMessage message() {
        return message;
    }

    /** Monotonic milliseconds after which the attempt is over. */
    public long deadline() {
        return deadline;
    }

    RelayedKeys keys() {
        return keys;
    }

    SecretBytes relayed() {
        return relayed;
    }

    @Override
    public void close() {
        relayed.close();
    }
}
