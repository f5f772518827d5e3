package org.qkdmesh.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files and directories that are nobody else's business, such as those with secrets in them: made for their owner alone,
 * with mode 0600 and 0700 from the first moment on, and not used where others could get at them.
 */
public final class OwnerOnly {

    /** For a new file. */
    public static final FileAttribute<Set<PosixFilePermission>> FILE = attribute("rw-------");

    /** For a new directory. */
    public static final FileAttribute<Set<PosixFilePermission>> DIRECTORY = attribute("rwx------");

    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.complementOf(EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    private OwnerOnly() {}

    private static FileAttribute<Set<PosixFilePermission>> attribute(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }

    /** Whether somebody else than the owner may do anything with it. */
    public static boolean isWider(Set<PosixFilePermission> mode) {
        return mode.stream().anyMatch(OF_OTHERS::contains);
    }

    /**
     * Refuses what others than its owner could get at; symbolic links are followed. On a file system without modes nobody
     * can tell, and nothing is refused.
     *
     * @throws IOException naming the mode and what to do, or when it can not be looked at
     */
    public static void require(Path path) throws IOException {
        Set<PosixFilePermission> mode;
        try {
            mode = Files.getPosixFilePermissions(path);
        } catch (UnsupportedOperationException e) {
            return;
        }
        if (isWider(mode)) {
            throw new IOException(path + ": mode " + PosixFilePermissions.toString(mode)
                    + " lets others than its owner at what is in it; narrow it (chmod "
                    + (Files.isDirectory(path) ? "700 " : "600 ") + path
                    + "), and if others had a reason to look, replace what is secret in it as well");
        }
    }
}
