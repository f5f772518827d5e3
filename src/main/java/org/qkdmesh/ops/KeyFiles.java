package org.qkdmesh.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.model.SessionKey;

/**
 * Keys as files, for programs that read nothing else: {@code <key id>.key}, the key in base64, readable by this node's user
 * alone from the first byte on. A file appears when it is whole. What becomes of it then is its reader's business.
 */
public final class KeyFiles {

    private KeyFiles() {}

    /**
     * @param directory made (mode 0700) where it is not there; a wider one is refused
     * @throws IOException when the file can not be written, or is there already
     */
    public static void write(Path directory, SessionKey key) throws IOException {
        Files.createDirectories(directory, OwnerOnly.DIRECTORY);
        OwnerOnly.require(directory);
        Path file = directory.resolve(key.id() + ".key");
        Path unfinished = directory.resolve("." + key.id() + ".unfinished");
        byte[] text = Base64.getEncoder().encode(key.bytes().insecureAccess());
        try (SeekableByteChannel out = Files.newByteChannel(
                unfinished, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), OwnerOnly.FILE)) {
            ByteBuffer rest = ByteBuffer.wrap(text);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
        } finally {
            Arrays.fill(text, (byte) 0);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
