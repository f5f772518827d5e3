package org.qkdmesh.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

class KeyFilesTest {

    @TempDir
    Path folder;

    private final SessionKey key = new SessionKey(new KeyId(UUID.randomUUID()), SecretBytes.owning(new byte[32]));

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void keyAsAFile_isForItsOwnerAlone_andSoIsANewDirectory() throws IOException {
        Path directory = folder.resolve("vpn");
        KeyFiles.write(directory, key);
        assertThat(mode(directory)).isEqualTo("rwx------");
        assertThat(mode(directory.resolve(key.id() + ".key"))).isEqualTo("rw-------");
    }

    @Test
    void directoryThatOthersMayGetAt_isRefused_andNoKeyIsPutThere() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("vpn"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(() -> KeyFiles.write(directory, key))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 700 " + directory);
        assertThat(directory).isEmptyDirectory();
    }
}
