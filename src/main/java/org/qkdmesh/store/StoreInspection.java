package org.qkdmesh.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;

/**
 * What a look at a store has found.
 *
 * @param rows how many rows each table has
 * @param unreadable how many stored keys have a seal that does not open
 * @param damage what SQLite found broken; empty when nothing
 * @param node whose store it is; empty when no node has opened it yet
 * @param backup when it was taken, if it is a backup that no node has opened yet
 */
public record StoreInspection(
        Map<String, Long> rows, long unreadable, List<String> damage, Optional<String> node, Optional<Instant> backup) {

    private static final int COMMITS = 3;
    private static final int KEYS_AT_ONCE = 1000;
    private static final int MOST_DAMAGE = 10;

    public StoreInspection {
        rows = Map.copyOf(rows);
        damage = List.copyOf(damage);
    }

    /** Whether nothing is wrong. */
    public boolean isSound() {
        return damage.isEmpty() && unreadable == 0;
    }

    /**
     * Looks at the store of a node that does not run. It is left as it was; for as long as the look takes, no node can
     * open it.
     *
     * @return empty when there is no store yet
     * @throws StoreFailure when it cannot be opened: in use by a running node, not readable, its key missing or another's; the
     *     message names the file
     */
    public static Optional<StoreInspection> of(Path dataDirectory) {
        return of(dataDirectory, progress -> {});
    }

    /**
     * As {@link #of(Path)}.
     *
     * @param progress told now and then how far it has come, in a few words
     */
    public static Optional<StoreInspection> of(Path dataDirectory, Consumer<String> progress) {
        DataDirectory directory = DataDirectory.at(dataDirectory);
        if (!Files.exists(directory.database())) {
            return Optional.empty();
        }
        directory.requireNotEmptied();
        StoreBackup.refuseLogOfAnother(directory.database());
        try (Database database = Database.open(directory.database())) {
            return isStore(database)
                    ? Optional.of(of(database, dataKeys(database, directory.kek()), progress))
                    : Optional.empty();
        }
    }

    /**
     * The median time of a commit to the store of a node that does not run, the disk included.
     *
     * @throws StoreFailure as {@link #of(Path)}, and when there is no store
     */
    public static Duration commitTime(Path dataDirectory) {
        try (Database database = Database.open(DataDirectory.at(dataDirectory).database())) {
            return commit(database);
        }
    }

    private static boolean isStore(Database database) {
        return database.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'") == 1;
    }

    /** Looks at a store that nothing changes meanwhile. */
    static StoreInspection of(Database database, DataKeys dataKeys) {
        return of(database, dataKeys, progress -> {});
    }

    private static StoreInspection of(Database database, DataKeys dataKeys, Consumer<String> progress) {
        Map<String, Long> rows = new LinkedHashMap<>();
        database.all(
                        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
                        row -> row.getString(1))
                .forEach(table -> rows.put(table, database.number("SELECT count(*) FROM \"" + table + "\"")));
        progress.accept("looks at every page of the file");
        List<String> damage = damage(database);
        // What is broken below can not be read to its end.
        long unreadable = damage.isEmpty()
                ? StoredKeys.TABLES.stream()
                        .filter(rows::containsKey)
                        .mapToLong(table -> unreadable(database, dataKeys, table, rows.get(table), progress))
                        .sum()
                : 0;
        return new StoreInspection(
                rows, unreadable, damage, StoreOpening.owner(database), StoreBackup.takenAt(database));
    }

    /** Those of a store, for reading. */
    static DataKeys dataKeys(Database database, KekFile file) {
        byte[] storeId = database.first("SELECT value FROM meta WHERE name = 'store_id'", row -> row.getBytes(1))
                .orElseThrow(() -> database.damaged("it has no store_id"));
        SecureRandom random = new SecureRandom();
        Sealer kek = new StoreKek(file, database, storeId, random).open();
        DataKeys dataKeys = new DataKeys(database, kek, storeId, random, Sealer.MAX_SEALS);
        dataKeys.readAll(EventLog.silent());
        return dataKeys;
    }

    private record Sealed(byte[] id, String master, String slave, long dataKey, byte[] bytes) {}

    /** Opens the seal of every key. */
    private static long unreadable(
            Database database, DataKeys dataKeys, String table, long rows, Consumer<String> progress) {
        long unreadable = 0;
        long looked = 0;
        byte[] last = new byte[0];
        String lastSlave = "";
        List<Sealed> some;
        do {
            some = database.all(
                    "SELECT id, master, slave, data_key, sealed FROM " + table
                            + " WHERE (id, slave) > (?, ?) ORDER BY id, slave LIMIT " + KEYS_AT_ONCE,
                    row -> new Sealed(
                            row.getBytes(1), row.getString(2), row.getString(3), row.getLong(4), row.getBytes(5)),
                    last,
                    lastSlave);
            for (Sealed key : some) {
                Optional<SecretBytes> opened =
                        dataKeys.open(table, key.dataKey(), key.bytes(), key.id(), key.master(), key.slave());
                opened.ifPresent(SecretBytes::close);
                unreadable += opened.isEmpty() ? 1 : 0;
                last = key.id();
                lastSlave = key.slave();
            }
            looked += some.size();
            progress.accept("has tried the seals of " + looked + " of " + rows + " keys");
        } while (some.size() == KEYS_AT_ONCE);
        return unreadable;
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
