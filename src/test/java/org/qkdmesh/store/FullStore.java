package org.qkdmesh.store;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;

/**
 * A store with very many rows in it, made in seconds: each is put and sealed as by a node, but without waiting for the disk
 * before the end, in the order of the ids, and with the indexes made last.
 */
public final class FullStore {

    private static final int KEY_BYTES = 32;

    private FullStore() {}

    /**
     * Fills the store of a node that does not run, or begins one.
     *
     * @param far the other end of all keys
     * @param pairs whose keys they are, in turn
     * @param keys how many wait here, 0 for none
     * @param records how many were given here, 0 for none
     * @param lifeMillis half of it at least is left to each; 0 for keys that are past it
     */
    public static void fill(
            Path data, NodeId node, NodeId far, List<SaePair> pairs, int keys, int records, long lifeMillis) {
        SqliteStore.open(data, node, NodeClock.system(), EventLog.silent()).close();
        DataDirectory directory = DataDirectory.at(data);
        SplittableRandom random = new SplittableRandom(keys + records);
        try (Database database = Database.open(directory.database())) {
            database.script("PRAGMA synchronous = OFF");
            database.begin();
            List<String> indexes = dropIndexes(database);
            DataKeys dataKeys = StoreInspection.dataKeys(database, directory.kek());
            dataKeys.use(dataKeys.write());
            long age = database.number("SELECT age FROM store_age");
            SqliteTransaction tx = new SqliteTransaction(
                    database,
                    new StoredKeys(database, dataKeys, EventLog.silent()),
                    new AuditTable(database, new AuditTable.Keeping(), StoreAge.ofNewStore(NodeClock.system())),
                    new UseTable(database, StoreAge.ofNewStore(NodeClock.system())),
                    age);
            for (int i = 0; i < keys; i++) {
                SaeGroup saes = SaeGroup.of(pairs.get(i % pairs.size()));
                try (SecretBytes bytes = SecretBytes.owning(new byte[KEY_BYTES])) {
                    tx.putKey(new StoredKey(id(i, keys, random), saes, far, bytes, age, end(age, lifeMillis, random)));
                }
            }
            for (int i = 0; i < records; i++) {
                SaePair pair = pairs.get(i % pairs.size());
                tx.putRecord(new KeyRecord(id(i, records, random), pair, far, end(age, lifeMillis, random)));
            }
            indexes.forEach(database::script);
            database.commit();
            database.script("PRAGMA synchronous = FULL");
            database.emptyLog();
        }
    }

    private static List<String> dropIndexes(Database database) {
        String ofTables =
                " FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('stored_key', 'record')";
        List<String> made = database.all("SELECT sql" + ofTables, row -> row.getString(1));
        database.all("SELECT name" + ofTables, row -> row.getString(1))
                .forEach(name -> database.script("DROP INDEX " + name));
        return made;
    }

    /** As if drawn by chance and then sorted. */
    private static KeyId id(int number, int of, SplittableRandom random) {
        long step = Long.divideUnsigned(-1L, of);
        long most = (number * step + random.nextLong(step)) & ~0xf000L | 0x4000L;
        long least = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new KeyId(new UUID(most, least));
    }

    private static long end(long age, long lifeMillis, SplittableRandom random) {
        return age + lifeMillis - (lifeMillis == 0 ? 0 : random.nextLong(lifeMillis / 2));
    }
}
