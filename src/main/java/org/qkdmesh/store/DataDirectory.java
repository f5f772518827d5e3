package org.qkdmesh.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The directory of a node's store and what lies in it: {@code store.db}, and {@code kek}, the key-encryption key. Both are
 * made with mode 0600, a new directory with 0700.
 */
final class DataDirectory {

    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

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
     * @throws StoreFailure when that cannot be done
     */
    static DataDirectory prepare(Path path) {
        DataDirectory data = at(path);
        try {
            if (!Files.isDirectory(data.directory)) {
                Files.createDirectories(data.directory.getParent());
                Files.createDirectory(data.directory, OWNER_ONLY_DIRECTORY);
            }
            Files.createFile(data.database(), OWNER_ONLY);
        } catch (FileAlreadyExistsException e) {
            // A store that goes on. Opening it tells if it is none.
        } catch (IOException | UnsupportedOperationException e) {
            throw new StoreFailure(data.directory + ": cannot be prepared as data directory: " + reason(e), true, e);
        }
        return data;
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
