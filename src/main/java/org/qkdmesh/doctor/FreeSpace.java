package org.qkdmesh.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much room there is on a disk. */
@FunctionalInterface
interface FreeSpace {

    /** @return bytes that this user can still write where {@code path} is */
    long usableBytes(Path path) throws IOException;

    /** As the operating system has it. */
    static long ofFileSystem(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }
}
