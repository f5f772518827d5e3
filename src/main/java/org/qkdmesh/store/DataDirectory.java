package org.qkdmesh.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.SecretBytes;

/**
 * The directory of a node's store and what lies in it: {@code store.db}, and {@code kek}, the key-encryption key, 32
 * bytes that only their owner may read. Both are made with mode 0600, a new directory with 0700.
 */
final class DataDirectory {

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> TOO_WIDE = EnumSet.complementOf(EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    private final Path directory;
    private final Path kek;

    private DataDirectory(Path directory) {
        this.directory = directory;
        this.kek = directory.resolve("kek");
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

    Path kek() {
        return kek;
    }

    /**
     * The key that a new store begins with: the one that lies there, else a fresh one, on disk when this returns.
     *
     * @throws StoreFailure as {@link #readKek}
     */
    SecretBytes readOrMakeKek(SecureRandom random) {
        if (!Files.exists(kek)) {
            makeKek(random);
        }
        return readKek();
    }

    /**
     * @throws StoreFailure when the file is missing, others than its owner may read or write it, or it is no key
     */
    SecretBytes readKek() {
        if (!Files.exists(kek)) {
            throw new StoreFailure(
                    kek + ": missing; " + database() + " does not open without it. Put it back, or move the store away"
                            + " to begin with an empty one",
                    true,
                    null);
        }
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(kek);
            if (mode.stream().anyMatch(TOO_WIDE::contains)) {
                throw new StoreFailure(
                        kek + ": mode " + PosixFilePermissions.toString(mode)
                                + " lets others at the key-encryption key; expected 0600",
                        true,
                        null);
            }
            long length = Files.size(kek);
            if (length != Sealer.KEY_BYTES) {
                throw new StoreFailure(
                        kek + ": " + length + " bytes; a key-encryption key has " + Sealer.KEY_BYTES, true, null);
            }
            return SecretBytes.owning(Files.readAllBytes(kek));
        } catch (IOException e) {
            throw new StoreFailure(kek + ": cannot be read: " + reason(e), true, e);
        }
    }

    private void makeKek(SecureRandom random) {
        Path draft = directory.resolve("kek.new");
        byte[] bytes = new byte[Sealer.KEY_BYTES];
        random.nextBytes(bytes);
        try (SecretBytes secret = SecretBytes.owning(bytes)) {
            // A half-written key must never lie under the name, whatever dies: keys would be sealed under it.
            Files.deleteIfExists(draft);
            Files.createFile(draft, OWNER_ONLY);
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(secret.insecureAccess());
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(draft, kek, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
                entry.force(true);
            }
        } catch (IOException e) {
            throw new StoreFailure(kek + ": cannot be made: " + reason(e), true, e);
        }
    }

    private static String reason(Exception e) {
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }
}
