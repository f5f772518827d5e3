package org.qkdmesh.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;

/**
 * The keys that stored keys are sealed under. One seals what is stored now, made at this start or when the one before
 * it was worn; older ones only open what is left under them, and are removed when nothing is. They lie in the database,
 * sealed under the key-encryption key.
 *
 * <p>A seal is bound to the store, and that of a stored key to its id and its pair of SAEs: moved to another row, it does
 * not open. Not safe for use by several threads.
 */
final class DataKeys {

    /** A data key that is written, but not yet committed. */
    record Fresh(long id, Sealer sealer) {}

    private final Database database;
    private Sealer kek;
    private final byte[] storeId;
    private final SecureRandom random;
    private final Map<Long, Sealer> sealers = new HashMap<>();
    private final long maxSeals;
    private long current;
    private long seals;

    /**
     * @param maxSeals how many seals wear a data key out
     */
    DataKeys(Database database, Sealer kek, byte[] storeId, SecureRandom random, long maxSeals) {
        this.database = database;
        this.kek = kek;
        this.storeId = storeId;
        this.random = random;
        this.maxSeals = maxSeals;
    }

    private record Row(long id, byte[] wrapped) {}

    private List<Row> rows() {
        return database.all("SELECT id, wrapped FROM data_key", row -> new Row(row.getLong(1), row.getBytes(2)));
    }

    /** Reads the rows; one that doesn't open is alarmed and left out, and with it what it sealed. */
    void readAll(EventLog events) {
        for (Row row : rows()) {
            Optional<SecretBytes> key = kek.open(row.wrapped(), wrapping(row.id()));
            if (key.isEmpty()) {
                events.alarm("unreadable-data-key", "data key " + row.id() + " of the store does not open");
            }
            key.ifPresent(secret -> sealers.put(row.id(), sealer(secret)));
        }
    }

    /** Writes a new data key. It seals nothing before {@link #use}, since its row may still be rolled back. */
    Fresh write() {
        byte[] bytes = new byte[Sealer.KEY_BYTES];
        random.nextBytes(bytes);
        SecretBytes key = SecretBytes.owning(bytes);
        database.update("INSERT INTO data_key (wrapped) VALUES (x'')");
        long id = database.number("SELECT last_insert_rowid()");
        database.update("UPDATE data_key SET wrapped = ? WHERE id = ?", kek.seal(key, wrapping(id)), id);
        return new Fresh(id, sealer(key));
    }

    /** From now on this one seals; its row is committed. */
    void use(Fresh fresh) {
        sealers.put(fresh.id(), fresh.sealer());
        current = fresh.id();
        seals = 0;
    }

    /** Whether the current one has sealed as much as it should. */
    boolean isWorn() {
        return seals >= maxSeals;
    }

    boolean hasOld() {
        return sealers.size() > 1;
    }

    /**
     * Wraps every data key with another key-encryption key, in the caller's transaction; one that doesn't open stays as
     * it is. Nothing else may be written before {@link #wrapWith}.
     *
     * @return how many
     */
    int wrapAnew(Sealer next) {
        int wrapped = 0;
        for (Row row : rows()) {
            Optional<SecretBytes> key = kek.open(row.wrapped(), wrapping(row.id()));
            if (key.isPresent()) {
                try (SecretBytes secret = key.get()) {
                    database.update(
                            "UPDATE data_key SET wrapped = ? WHERE id = ?",
                            next.seal(secret, wrapping(row.id())),
                            row.id());
                }
                wrapped++;
            }
        }
        return wrapped;
    }

    /** From now on data keys are wrapped with this one; what {@link #wrapAnew} wrote is committed. */
    void wrapWith(Sealer next) {
        kek = next;
    }

    /** Removes the rows of data keys that no stored key needs, but for the newest. */
    void removeUnused() {
        database.update("DELETE FROM data_key WHERE id < (SELECT max(id) FROM data_key) AND NOT EXISTS"
                + " (SELECT 1 FROM row_count WHERE row_count.data_key = data_key.id AND rows > 0)");
    }

    /** Removes the rows of all but this one, whatever is sealed under them. */
    void removeAllBut(Fresh fresh) {
        database.update("DELETE FROM data_key WHERE id <> ?", fresh.id());
    }

    /** Forgets those whose rows are gone, once that is committed. */
    void forgetRemoved() {
        sealers.keySet().retainAll(database.all("SELECT id FROM data_key", row -> row.getLong(1)));
    }

    long current() {
        return current;
    }

    /** @param table of {@link StoredKeys#TABLES} */
    byte[] seal(String table, SecretBytes key, byte[] keyId, String master, String slave) {
        seals++;
        return sealers.get(current).seal(key, sealing(table, keyId, master, slave));
    }

    /** The stored key; empty when the seal is not of this store, kind of table, data key, id and pair. */
    Optional<SecretBytes> open(String table, long dataKey, byte[] sealed, byte[] keyId, String master, String slave) {
        return Optional.ofNullable(sealers.get(dataKey))
                .flatMap(sealer -> sealer.open(sealed, sealing(table, keyId, master, slave)));
    }

    private Sealer sealer(SecretBytes key) {
        try (key) {
            return new Sealer(key, random);
        }
    }

    private byte[] wrapping(long id) {
        return associated(
                "data key", storeId, ByteBuffer.allocate(Long.BYTES).putLong(id).array());
    }

    /** A key that was fetched keeps the seal that it waited under; one that is not complete must never pass for a whole one. */
    private byte[] sealing(String table, byte[] keyId, String master, String slave) {
        return associated(
                table.equals(StoredKeys.INCOMPLETE) ? "incomplete key" : "stored key",
                storeId,
                keyId,
                master.getBytes(StandardCharsets.UTF_8),
                slave.getBytes(StandardCharsets.UTF_8));
    }

    /** What the seal is for and of, each part after its length, so that no two lists of parts give the same bytes. */
    static byte[] associated(String purpose, byte[]... parts) {
        byte[] purposeBytes = purpose.getBytes(StandardCharsets.UTF_8);
        int length = Integer.BYTES + purposeBytes.length;
        for (byte[] part : parts) {
            length += Integer.BYTES + part.length;
        }
        ByteBuffer buffer =
                ByteBuffer.allocate(length).putInt(purposeBytes.length).put(purposeBytes);
        for (byte[] part : parts) {
            buffer.putInt(part.length).put(part);
        }
        return buffer.array();
    }
}
