package org.qkdmesh.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.qkdmesh.model.OwnerOnly;

/**
 * The directory of a node's store and what lies in it: {@code store.db}, and {@code kek}, the key-encryption key. Both are
 * made with mode 0600, a new directory with 0700; wider ones are not used.
 */
final class DataDirectory {

    private final Path directory;
    private final KekFile kek;

    private DataDirectory(Path directory) {
        this.directory = directory;
        this.kek = new KekFile(directory.resolve("kek"), database());
    }

    /** The directory as it is, if there is one. */
    static DataDirectory at(Path path) {
        return new DataDirectory(path.toAbsolutePath());
    }

    /**
     * Makes the directory and an empty database where they are missing.
     *
     * @throws StoreFailure when that cannot be done, when others than their owner could get at them, or as {@link
     *     #requireNotEmptied}
     */
    static DataDirectory prepare(Path path) {
        DataDirectory data = at(path);
        try {
            if (!Files.isDirectory(data.directory)) {
                Files.createDirectories(data.directory.getParent());
                Files.createDirectory(data.directory, OwnerOnly.DIRECTORY);
            }
            Files.createFile(data.database(), OwnerOnly.FILE);
        } catch (FileAlreadyExistsException e) {
            // A store that goes on. Opening it tells if it is none, but an empty file is a new store to SQLite.
            data.requireNotEmptied();
        } catch (IOException | UnsupportedOperationException e) {
            throw new StoreFailure(data.directory + ": cannot be prepared as data directory: " + reason(e), true, e);
        }
        data.requireOwnerOnly();
        return data;
    }

    /**
     * A first start that is killed leaves an empty file alone; once a store has begun, its file is never empty again.
     *
     * @throws StoreFailure when the database is there and empty, beside what a store leaves
     */
    void requireNotEmptied() {
        boolean hasBegun = kek.exists() || Database.logOf(database()).toFile().length() > 0;
        if (Files.exists(database()) && database().toFile().length() == 0 && hasBegun) {
            throw new StoreFailure(
                    database()
                            + ": is damaged: it is empty, but what belongs to a store lies beside it. Put a backup back;"
                            + " if the node is new, remove the empty file",
                    true,
                    null);
        }
    }

    /** @throws StoreFailure when others than its owner could get at the directory or the store in it */
    private void requireOwnerOnly() {
        requireOwnerOnly(directory);
        for (String ending : List.of("", "-wal", "-shm")) {
            Path file = directory.resolve(database().getFileName() + ending);
            if (Files.exists(file)) {
                requireOwnerOnly(file);
            }
        }
    }

    /** @throws StoreFailure naming the mode and what to do */
    static void requireOwnerOnly(Path path) {
        try {
            OwnerOnly.require(path);
        } catch (IOException e) {
            throw new StoreFailure(e.getMessage(), true, e);
        }
    }

    Path database() {
        return directory.resolve("store.db");
    }

    KekFile kek() {
        return kek;
    }

    /** Has the names in a directory on the disk. */
    static void sync(Path directory) throws IOException {
        try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
            entry.force(true);
        }
    }

    static String reason(Exception e) {
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }
}
