package org.qkdmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.qkdmesh.cli.torture.Programs;

/** A file system of its own, in memory, for what becomes of those who write to a disk that is full or read-only. */
public final class SmallDisk implements AutoCloseable {

    private final Path directory;
    private final Path balloon;

    private SmallDisk(Path directory) {
        this.directory = directory;
        this.balloon = directory.resolve("balloon");
    }

    /**
     * @param directory that is there and gets it
     * @param size as {@code mount} reads it, such as {@code 256k}
     * @return empty where this user may not mount one
     */
    public static Optional<SmallDisk> at(Path directory, String size) {
        boolean mounted = Programs.succeeds(
                "mount", "-t", "tmpfs", "-o", "mode=700,size=" + size, "qkd-mesh-test", directory.toString());
        return mounted ? Optional.of(new SmallDisk(directory)) : Optional.empty();
    }

    public void becomeReadOnly() {
        remount("ro");
    }

    public void becomeWritable() {
        remount("rw");
    }

    private void remount(String how) {
        assertThat(Programs.succeeds("mount", "-o", "remount," + how, directory.toString()))
                .isTrue();
    }

    /** Up to the last byte, until {@link #makeRoom}. */
    public void fill() throws IOException {
        for (int block = 4096; block > 0; block /= 2) {
            OutputStream out = Files.newOutputStream(balloon, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            try (out) {
                while (true) {
                    out.write(new byte[block]);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space left");
            }
        }
    }

    public void makeRoom() throws IOException {
        Files.delete(balloon);
    }

    /** Also where something on it is still open. */
    @Override
    public void close() {
        assertThat(Programs.succeeds("umount", "--lazy", directory.toString())).isTrue();
    }
}
