package org.qkdmesh.store;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SecretBytes;

/** What happens once when a store is opened, in one transaction: tables, key-encryption key, data keys, age. */
final class StoreOpening {

    /** What an open store works with. */
    record Opened(DataKeys dataKeys, StoreAge age) {}

    /** How a store is opened again that this process had open; its age goes on. */
    static Reopened again(DataDirectory directory, NodeClock clock, EventLog events, long maxSeals, StoreAge age) {
        Database database = Database.open(directory.database());
        try {
            database.emptyLog();
            StoreOpening opening = new StoreOpening(directory, database, clock, events, maxSeals);
            return new Reopened(database, opening.dataKeys(age));
        } catch (RuntimeException e) {
            database.closeAfter(e);
            throw e;
        }
    }

    /** What a store that was opened again works with. */
    record Reopened(Database database, DataKeys dataKeys) {}

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

    Opened run() {
        database.begin();
        Schema.bringUpToDate(database);
        Optional<byte[]> known = meta("store_id");
        byte[] storeId = known.orElseGet(() -> UuidBytes.of(UUID.randomUUID()));
        Sealer kek = keyEncryptionKey(storeId, known.isEmpty());
        DataKeys dataKeys = new DataKeys(database, kek, storeId, random, maxSeals);
        DataKeys.Fresh fresh = dataKeys.write();
        dataKeys.removeUnused();
        dataKeys.readAll(events);
        StoreAge age = age();
        Writer.saveAge(database, age, age.openedAt());
        database.commit();
        dataKeys.use(fresh);
        return new Opened(dataKeys, age);
    }

    private DataKeys dataKeys(StoreAge age) {
        database.begin();
        byte[] storeId = meta("store_id").orElseThrow();
        DataKeys dataKeys = new DataKeys(database, keyEncryptionKey(storeId, false), storeId, random, maxSeals);
        DataKeys.Fresh fresh = dataKeys.write();
        dataKeys.readAll(events);
        Writer.saveAge(database, age, age.now());
        database.commit();
        dataKeys.use(fresh);
        return dataKeys;
    }

    /**
     * A store that exists must not get another key-encryption key, since all its keys would be lost without need: so
     * it holds a seal of nothing by which its own is recognised.
     */
    private Sealer keyEncryptionKey(byte[] storeId, boolean storeIsNew) {
        byte[] check = DataKeys.associated("key-encryption key", storeId);
        try (SecretBytes kek = storeIsNew ? directory.readOrMakeKek(random) : directory.readKek()) {
            Sealer sealer = new Sealer(kek, random);
            if (storeIsNew) {
                putMeta("store_id", storeId);
                putMeta("kek_check", sealer.seal(SecretBytes.owning(new byte[0]), check));
            } else if (sealer.open(meta("kek_check").orElseThrow(), check).isEmpty()) {
                throw new StoreFailure(directory.kek() + ": is not the key of " + directory.database(), true, null);
            }
            return sealer;
        }
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
