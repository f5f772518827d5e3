package org.qkdmesh.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.model.SecretBytes;

/** The token for changes through the management port: fresh at each start, in a file that only its owner may read. */
public final class AdminToken {

    /** The name of the file in the data directory. */
    public static final String FILE = "admin.token";

    private static final int RANDOM_BYTES = 32;

    private AdminToken() {}

    /**
     * Draws a token and puts it into the directory, which is made if it is missing.
     *
     * @return the token as it stands in the file, ASCII; the caller's to close
     * @throws IOException when the file cannot be written
     */
    public static SecretBytes make(Path directory, SecureRandom random) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(directory, OwnerOnly.DIRECTORY);
        }
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        SecretBytes token =
                SecretBytes.owning(Base64.getUrlEncoder().withoutPadding().encode(bytes));
        // Written aside and moved, so that the name never stands for half a token or for a file with a wider mode.
        Path draft = directory.resolve(FILE + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel file = FileChannel.open(
                draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OwnerOnly.FILE)) {
            file.write(ByteBuffer.wrap(token.insecureAccess()));
        }
        Files.move(draft, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        return token;
    }
}
