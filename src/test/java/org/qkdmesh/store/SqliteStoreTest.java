package org.qkdmesh.store;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;

class SqliteStoreTest extends NodeStoreContract {

    @TempDir
    Path directory;

    @Override
    NodeStore open(NodeClock clock) {
        return SqliteStore.open(directory.resolve("node"), clock, EventLog.silent());
    }

    @Override
    void keepAudit(NodeStore store, int rows, boolean required, BooleanSupplier failing) {
        ((SqliteStore) store).keepAudit(rows, required, failing);
    }

    @Override
    NodeStore reopen(NodeStore store, NodeClock clock) {
        store.close();
        return open(clock);
    }
}
