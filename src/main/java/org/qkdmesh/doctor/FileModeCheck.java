package org.qkdmesh.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.qkdmesh.model.OwnerOnly;

/** Who else on this machine may read or change what only the node should. */
final class FileModeCheck implements Check {

    private final List<Path> files;
    private final List<Path> directories;

    /**
     * @param files with secrets in them; those that are not there are passed over
     * @param directories with such files in them
     */
    FileModeCheck(Collection<Path> files, Collection<Path> directories) {
        this.files = files.stream().distinct().filter(Files::exists).toList();
        this.directories = directories.stream().distinct().filter(Files::exists).toList();
    }

    @Override
    public String title() {
        return "file modes";
    }

    @Override
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        files.forEach(file -> look(file, "600", findings));
        directories.forEach(directory -> look(directory, "700", findings));
        if (findings.isEmpty()) {
            findings.add(Finding.ok("nobody but its owner gets at " + (files.size() + directories.size())
                    + " files and directories with secrets"));
        }
        return findings;
    }

    private static void look(Path file, String right, List<Finding> findings) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (OwnerOnly.isWider(mode)) {
                findings.add(Finding.fail(
                                file + " has mode " + PosixFilePermissions.toString(mode)
                                        + ": others than its owner may get at what is in it",
                                "Narrow it; if others had a reason to look, replace the secret as well.")
                        .next("chmod " + right + " " + file));
            }
        } catch (UnsupportedOperationException e) {
            findings.add(Finding.warn(
                    file + " lies on a file system without modes", "Keep secrets where a mode can guard them."));
        } catch (IOException e) {
            findings.add(Finding.warn(file + " cannot be looked at: " + e.getMessage(), "Look as the node's user."));
        }
    }
}
