package org.qkdmesh.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.model.SecretBytes;

/**
 * The file {@code kek} with the key-encryption key, 32 bytes that only their owner may read. While it is being changed
 * the next key lies beside it as {@code kek.next}. It may be a symbolic link, to a file on another volume: then both lie
 * there.
 */
final class KekFile {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** As many as Linux follows. */
    private static final int MOST_LINKS = 40;

    private final Path file;
    private final Path database;

    /** @param database what it opens, for messages */
    KekFile(Path file, Path database) {
        this.file = file;
        this.database = database;
    }

    @Override
    public String toString() {
        return file.toString();
    }

    /**
     * The key that a new store begins with: the one that lies there, else a fresh one, on disk when this returns.
     *
     * @throws StoreFailure as {@link #read}
     */
    SecretBytes readOrMake(SecureRandom random) {
        if (!exists()) {
            try (SecretBytes fresh = draw(random)) {
                // A half-written key must never lie under the name, whatever dies: keys would be sealed under it.
                writeNext(fresh);
                replaceByNext();
            }
        }
        return read();
    }

    boolean exists() {
        return Files.exists(file);
    }

    static SecretBytes draw(SecureRandom random) {
        byte[] bytes = new byte[Sealer.KEY_BYTES];
        random.nextBytes(bytes);
        return SecretBytes.owning(bytes);
    }

    /**
     * @throws StoreFailure when the file is missing, others than its owner may read or write it, or it is no key
     */
    SecretBytes read() {
        if (!exists()) {
            throw new StoreFailure(
                    file + ": missing; " + database + " does not open without it. Put it back, or move the store away"
                            + " to begin with an empty one",
                    true,
                    null);
        }
        long length = size(file);
        if (length != Sealer.KEY_BYTES) {
            throw new StoreFailure(
                    file + ": " + length + " bytes; a key-encryption key has " + Sealer.KEY_BYTES + ". Put the one back"
                            + " that belongs to " + database,
                    true,
                    null);
        }
        return read(file);
    }

    /** Whether a change of the key was begun, and not finished. */
    boolean hasNext() {
        return Files.isRegularFile(next());
    }

    /** The next key; empty when there is none, or only a part of it was written. */
    Optional<SecretBytes> readNext() {
        Path next = next();
        return Files.isRegularFile(next) && size(next) == Sealer.KEY_BYTES ? Optional.of(read(next)) : Optional.empty();
    }

    /**
     * Puts this key down as the next one; it is on disk when this returns. One that was there before is lost.
     *
     * @throws StoreFailure when it can not be written
     */
    void writeNext(SecretBytes key) {
        Path next = next();
        try {
            Files.deleteIfExists(next);
            Files.createFile(next, OwnerOnly.FILE);
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                write(channel, key.insecureAccess());
            }
            syncDirectory();
        } catch (IOException e) {
            throw new StoreFailure(next + ": cannot be written: " + DataDirectory.reason(e), true, e);
        }
    }

    /**
     * Finds out whether another key can be put in the place of this one, by having the file go and come back: one that is
     * mounted by itself can not. A crash in between leaves it under the name of the next one.
     *
     * @throws StoreFailure when it can not
     */
    void requireReplaceable() {
        Path real = real();
        try {
            Files.setPosixFilePermissions(real, OWNER_ONLY);
            FileChannel.open(real, StandardOpenOption.WRITE).close();
            Files.move(real, next(), StandardCopyOption.ATOMIC_MOVE);
            Files.move(next(), real, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notReplaceable(real, e);
        }
    }

    /**
     * Overwrites the key that is there, which holds no more. In its place, before another file has its name: no crash
     * leaves it in blocks of the disk that no file has.
     *
     * @throws StoreFailure when it can not be written
     */
    void overwrite() {
        Path real = real();
        try {
            if (Files.exists(real)) {
                Files.setPosixFilePermissions(real, OWNER_ONLY);
                overwrite(real);
            }
        } catch (IOException e) {
            throw notReplaceable(real, e);
        }
    }

    /**
     * Gives the next key the name; what had it before has to be {@link #overwrite overwritten}.
     *
     * @throws StoreFailure when the file can not be replaced
     */
    void replaceByNext() {
        Path real = real();
        try {
            Files.move(next(), real, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory();
        } catch (IOException e) {
            throw notReplaceable(real, e);
        }
    }

    private static StoreFailure notReplaceable(Path real, IOException cause) {
        return new StoreFailure(real + ": cannot be replaced: " + DataDirectory.reason(cause), true, cause);
    }

    /** The change was not made; what was to be the next key is overwritten. */
    void removeNext() {
        Path next = next();
        try {
            overwrite(next);
            Files.delete(next);
            syncDirectory();
        } catch (IOException e) {
            throw new StoreFailure(next + ": cannot be removed: " + DataDirectory.reason(e), true, e);
        }
    }

    private Path next() {
        Path real = real();
        return real.resolveSibling(real.getFileName() + ".next");
    }

    /** Where the file is, or has to be: behind the symbolic links, if it is one, also while there is nothing behind them. */
    private Path real() {
        Path real = file;
        try {
            for (int links = 0; links < MOST_LINKS && Files.isSymbolicLink(real); links++) {
                real = real.resolveSibling(Files.readSymbolicLink(real));
            }
            return real;
        } catch (IOException e) {
            throw new StoreFailure(real + ": cannot be read: " + DataDirectory.reason(e), true, e);
        }
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new StoreFailure(path + ": cannot be read: " + DataDirectory.reason(e), true, e);
        }
    }

    private static SecretBytes read(Path path) {
        try {
            DataDirectory.requireOwnerOnly(path);
            return SecretBytes.owning(Files.readAllBytes(path));
        } catch (IOException e) {
            throw new StoreFailure(path + ": cannot be read: " + DataDirectory.reason(e), true, e);
        }
    }

    private static void overwrite(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            write(channel, new byte[(int) channel.size()]);
        }
    }

    private static void write(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        channel.position(0);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        channel.force(true);
    }

    private void syncDirectory() throws IOException {
        DataDirectory.sync(real().getParent());
    }
}
