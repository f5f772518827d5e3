package org.qkdmesh.store;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/** What happens once when a store is opened, in one transaction: tables, owner, key-encryption key, data keys, age. */
final class StoreOpening {

    /** The row of {@code meta} with the id of the node. */
    private static final String OWNER = "node";

    /** What an open store works with. */
    record Opened(Database database, DataKeys dataKeys, StoreKek kek) {}

    /** A store that this process had not open before. */
    record Begun(Opened opened, StoreAge age) {}

    /** How a store is opened again that this process had open; its age goes on. */
    static Opened again(DataDirectory directory, NodeClock clock, EventLog events, long maxSeals, StoreAge age) {
        directory.requireNotEmptied();
        Database database = Database.open(directory.database());
        try {
            database.emptyLog();
            return new StoreOpening(directory, database, clock, events, maxSeals).goOn(age);
        } catch (RuntimeException e) {
            database.closeAfter(e);
            throw e;
        }
    }

    private record Saved(long age, long wall) {}

    private final DataDirectory directory;
    private final Database database;
    private final NodeClock clock;
    private final EventLog events;
    private final long maxSeals;
    private final SecureRandom random = new SecureRandom();

    StoreOpening(DataDirectory directory, Database database, NodeClock clock, EventLog events, long maxSeals) {
        this.directory = directory;
        this.database = database;
        this.clock = clock;
        this.events = events;
        this.maxSeals = maxSeals;
    }

    /** @param owner the node whose store it has to be, or becomes; empty when that does not matter */
    Begun run(Optional<NodeId> owner) {
        database.begin();
        Schema.bringUpToDate(database);
        owner.ifPresent(this::belongTo);
        Optional<byte[]> known = meta("store_id");
        byte[] storeId = known.orElseGet(() -> UuidBytes.of(UUID.randomUUID()));
        StoreKek kek = new StoreKek(directory.kek(), database, storeId, random);
        if (known.isEmpty()) {
            putMeta("store_id", storeId);
        }
        Sealer sealer = known.isEmpty() ? kek.begin() : kek.open();
        StoreAge age = age();
        Optional<String> restored = owner.flatMap(node -> dropWhatABackupMustNotUse(age));
        return new Begun(end(kek, sealer, storeId, age, restored), age);
    }

    private Opened goOn(StoreAge age) {
        database.begin();
        byte[] storeId = meta("store_id").orElseThrow(() -> database.damaged("it has no store_id"));
        StoreKek kek = new StoreKek(directory.kek(), database, storeId, random);
        return end(kek, kek.open(), storeId, age, Optional.empty());
    }

    /** A data key of its own for what is stored from now on; the commit, and what may only be done after it. */
    private Opened end(StoreKek kek, Sealer sealer, byte[] storeId, StoreAge age, Optional<String> restored) {
        DataKeys dataKeys = new DataKeys(database, sealer, storeId, random, maxSeals);
        DataKeys.Fresh fresh = dataKeys.write();
        dataKeys.removeUnused();
        dataKeys.readAll(events);
        Writer.saveAge(database, age, age.now());
        // Before it is on the disk: after that nothing is left by which a later start would know.
        restored.ifPresent(done -> events.alarm("restored-copy", done));
        database.commit();
        if (restored.isPresent()) {
            // From now on a log beside it is its own: the mark is gone from the file itself.
            database.emptyLog();
        }
        kek.settle();
        dataKeys.use(fresh);
        return new Opened(database, dataKeys, kek);
    }

    /** What one node keeps means nothing to another, and what it owes is not the other's to send. */
    private void belongTo(NodeId node) {
        Optional<String> owner = owner(database);
        if (owner.isEmpty()) {
            putMeta(OWNER, node.text().getBytes(StandardCharsets.UTF_8));
        } else if (!owner.get().equals(node.text())) {
            throw new StoreFailure(
                    database + ": is the store of node " + owner.get() + ", not of " + node
                            + ". Name the data directory of " + node
                            + " in its configuration (data), or move this one away to begin with an empty store",
                    true,
                    null);
        }
    }

    /** Whose store it is; empty when no node has opened it yet. */
    static Optional<String> owner(Database database) {
        return database.first(
                "SELECT value FROM meta WHERE name = ?",
                row -> new String(row.getBytes(1), StandardCharsets.UTF_8),
                OWNER);
    }

    /**
     * The run that went on after a backup was taken may have handed out its keys, and given the keys of its intents to
     * their masters.
     *
     * @return what was dropped; empty when this is no backup
     */
    private Optional<String> dropWhatABackupMustNotUse(StoreAge age) {
        return StoreBackup.takenAt(database).map(takenAt -> {
            int keys = StoredKeys.drop(database, age.openedAt());
            int intents = database.update("DELETE FROM intent");
            database.update("DELETE FROM meta WHERE name = ?", StoreBackup.MARK);
            return "the store is a backup of " + takenAt + "; dropped " + keys + " stored keys and " + intents
                    + " intents";
        });
    }

    private StoreAge age() {
        return database.first("SELECT age, wall FROM store_age", row -> new Saved(row.getLong(1), row.getLong(2)))
                .map(saved -> StoreAge.reopened(clock, saved.age(), saved.wall()))
                .orElseGet(() -> StoreAge.ofNewStore(clock));
    }

    private Optional<byte[]> meta(String name) {
        return database.first("SELECT value FROM meta WHERE name = ?", row -> row.getBytes(1), name);
    }

    private void putMeta(String name, byte[] value) {
        database.update("INSERT INTO meta (name, value) VALUES (?, ?)", name, value);
    }
}
