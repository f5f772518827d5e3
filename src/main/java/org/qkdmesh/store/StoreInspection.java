package org.qkdmesh.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.SecretBytes;

/**
 * A look at the store of a node that does not run. It is left as it was; for as long as the look takes, no node can open
 * it.
 *
 * @param rows how many rows each table has
 * @param damage what SQLite found broken; empty when nothing
 * @param commit the median time of a commit, the disk included
 */
public record StoreInspection(Map<String, Long> rows, List<String> damage, Duration commit) {

    private static final int COMMITS = 3;
    private static final int MOST_DAMAGE = 10;

    public StoreInspection {
        rows = Map.copyOf(rows);
        damage = List.copyOf(damage);
    }

    /**
     * @return empty when there is no store yet
     * @throws StoreFailure when it cannot be opened: in use by a running node, not readable, its key missing or another's; the
     *     message names the file
     */
    public static Optional<StoreInspection> of(Path dataDirectory) {
        DataDirectory directory = DataDirectory.at(dataDirectory);
        if (!Files.exists(directory.database())) {
            return Optional.empty();
        }
        try (Database database = Database.open(directory.database())) {
            List<String> tables = database.all(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
                    row -> row.getString(1));
            if (!tables.contains("meta")) {
                return Optional.empty();
            }
            requireKeyEncryptionKey(directory, database);
            Map<String, Long> rows = new LinkedHashMap<>();
            tables.forEach(table -> rows.put(table, database.number("SELECT count(*) FROM \"" + table + "\"")));
            return Optional.of(new StoreInspection(rows, damage(database), commit(database)));
        }
    }

    private static void requireKeyEncryptionKey(DataDirectory directory, Database database) {
        byte[] storeId = meta(database, "store_id");
        byte[] check = DataKeys.associated("key-encryption key", storeId);
        try (SecretBytes kek = directory.readKek()) {
            if (new Sealer(kek, new SecureRandom())
                    .open(meta(database, "kek_check"), check)
                    .isEmpty()) {
                throw new StoreFailure(directory.kek() + ": is not the key of " + directory.database(), true, null);
            }
        }
    }

    private static byte[] meta(Database database, String name) {
        return database.first("SELECT value FROM meta WHERE name = ?", row -> row.getBytes(1), name)
                .orElseThrow(() -> new StoreFailure("the key store has no " + name + ": it is damaged", true, null));
    }

    private static List<String> damage(Database database) {
        List<String> said = database.all("PRAGMA integrity_check(" + MOST_DAMAGE + ")", row -> row.getString(1));
        return said.equals(List.of("ok")) ? List.of() : said;
    }

    /** Writes a row and removes it again, since SQLite does not wait for the disk when nothing changes. */
    private static Duration commit(Database database) {
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < COMMITS; i++) {
            nanos.add(timed(database, "INSERT OR REPLACE INTO meta (name, value) VALUES ('inspected', x'01')"));
            nanos.add(timed(database, "DELETE FROM meta WHERE name = 'inspected'"));
        }
        return Duration.ofNanos(
                nanos.stream().sorted().skip(COMMITS).findFirst().orElseThrow());
    }

    private static long timed(Database database, String change) {
        database.begin();
        database.update(change);
        long begun = System.nanoTime();
        database.commit();
        return System.nanoTime() - begun;
    }
}
