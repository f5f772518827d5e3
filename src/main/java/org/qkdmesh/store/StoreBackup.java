package org.qkdmesh.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;
import org.qkdmesh.model.OwnerOnly;

/**
 * A copy of a store in one file of mode 0600, without its key-encryption key and without what was removed. It carries a
 * mark, by which a node that opens it knows that the store it comes from went on. Until it is finished there is an empty
 * file under its name; if it never is, none.
 */
final class StoreBackup implements AutoCloseable {

    /** The row of {@code meta}, with the milliseconds since 1970 at which it was taken, in 8 bytes. */
    static final String MARK = "backup";

    private final Path file;
    private final Path draft;
    private boolean finished;

    private StoreBackup(Path file) {
        this.file = file;
        this.draft = file.resolveSibling(file.getFileName() + ".part");
    }

    /**
     * Takes the name.
     *
     * @param file an absolute path
     * @throws FileAlreadyExistsException when there is a file of this name; it stays as it is
     * @throws StoreFailure when none can be made
     */
    static StoreBackup begin(Path file) throws FileAlreadyExistsException {
        StoreBackup backup = new StoreBackup(file);
        try {
            Files.createFile(file, OwnerOnly.FILE);
            return backup;
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw backup.failure(DataDirectory.reason(e), e);
        }
    }

    /**
     * @param store that nothing changes meanwhile
     * @return this
     * @throws StoreFailure when it can not be read, or the copy not be written
     */
    StoreBackup copy(Database store) {
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft, OwnerOnly.FILE);
            store.update("VACUUM INTO ?", draft.toString());
            return this;
        } catch (IOException e) {
            throw failure(DataDirectory.reason(e), e);
        } catch (StoreFailure e) {
            throw failure(e.getMessage(), e);
        }
    }

    /**
     * Marks it and gives it its name; when this returns, all of it is on disk.
     *
     * @param now when it was taken
     * @return its size in bytes
     * @throws StoreFailure when it can not be written
     */
    long finish(Instant now) {
        try {
            mark(now);
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            finished = true;
            DataDirectory.sync(file.getParent());
            return Files.size(file);
        } catch (IOException | SQLException e) {
            throw failure(DataDirectory.reason(e), e);
        }
    }

    private void mark(Instant now) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + draft)) {
            // No log beside it: the backup is one file.
            try (Statement settings = connection.createStatement()) {
                settings.execute("PRAGMA journal_mode = DELETE");
            }
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO meta (name, value) VALUES (?, ?)")) {
                insert.setString(1, MARK);
                insert.setBytes(
                        2,
                        ByteBuffer.allocate(Long.BYTES)
                                .putLong(now.toEpochMilli())
                                .array());
                insert.executeUpdate();
            }
        }
    }

    private StoreFailure failure(String reason, Exception cause) {
        return new StoreFailure(file + ": the backup cannot be written: " + reason, true, cause);
    }

    /** When it was taken; empty when this store is no backup. */
    static Optional<Instant> takenAt(Database database) {
        return database.first("SELECT value FROM meta WHERE name = ?", row -> row.getBytes(1), MARK)
                .map(millis -> Instant.ofEpochMilli(ByteBuffer.wrap(millis).getLong()));
    }

    /**
     * A log that was left where a backup was put would be taken for the backup's own, and make one broken store of two. A
     * backup has none when it is put there, and what the first opening writes into one is emptied before anything else.
     *
     * @param store that nobody has open yet
     * @throws StoreFailure when there is such a log
     */
    static void refuseLogOfAnother(Path store) {
        if (Database.logOf(store).toFile().length() > 0 && isMarked(store)) {
            throw new StoreFailure(
                    Database.logOf(store)
                            + ": is the log of another store than of the backup beside it. Move it away: what"
                            + " it holds belongs to the store that was here before",
                    true,
                    null);
        }
    }

    /** Whether the file by itself, without its log, is a backup. */
    private static boolean isMarked(Path store) {
        try (Database alone = Database.openHeld(store)) {
            return takenAt(alone).isPresent();
        } catch (StoreFailure e) {
            // A file whose log was being written into it when the node died can not be read without it: no backup.
            return false;
        }
    }

    /** Removes what is not finished. */
    @Override
    public void close() {
        if (!finished) {
            remove(draft);
            remove(file);
        }
    }

    private static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // The failure that led here says more.
        }
    }
}
