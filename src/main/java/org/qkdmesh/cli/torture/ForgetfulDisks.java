package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * File systems that lose power: what was not synced is gone then. A small program in Python, over FUSE, serves each; where
 * one of these is missing, there are none.
 */
final class ForgetfulDisks {

    private static final String PROGRAM = "amnesia.py";
    private static final long MOUNT_MILLIS = 5_000;

    /** How long the program may take to forget. */
    private static final long FORGET_MILLIS = 200;

    private final Map<String, Process> served = new HashMap<>();
    private final Path program;
    private final String python;

    private ForgetfulDisks(Path program, String python) {
        this.program = program;
        this.python = python;
    }

    /** @param folder where the program is put */
    static Optional<ForgetfulDisks> in(Path folder) throws IOException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            boolean hasModule =
                    Programs.succeeds(python, "-c", "import fusepy") || Programs.succeeds(python, "-c", "import fuse");
            if (hasModule && Files.exists(Path.of("/dev/fuse"))) {
                Path program = folder.resolve(PROGRAM);
                try (InputStream in = ForgetfulDisks.class.getResourceAsStream(PROGRAM)) {
                    Files.copy(in, program, StandardCopyOption.REPLACE_EXISTING);
                }
                return Optional.of(new ForgetfulDisks(program, python));
            }
        }
        return Optional.empty();
    }

    /**
     * Puts one such file system before a directory.
     *
     * @param disk where what was synced lies
     * @param mountPoint where it is used
     * @return false when mounting is not allowed
     */
    boolean serve(String name, Path disk, Path mountPoint) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(python, program.toString(), disk.toString(), mountPoint.toString())
                .redirectErrorStream(true)
                .redirectOutput(program.resolveSibling("disk-" + name + ".log").toFile())
                .start();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOUNT_MILLIS);
        while (process.isAlive() && System.nanoTime() < until) {
            if (isMounted(mountPoint)) {
                served.put(name, process);
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        process.destroyForcibly();
        return false;
    }

    private static boolean isMounted(Path directory) {
        for (var store : FileSystems.getDefault().getFileStores()) {
            if (store.toString().startsWith(directory.toAbsolutePath() + " ")) {
                return true;
            }
        }
        return false;
    }

    /** What was not synced is gone; whoever wrote has to be dead. */
    void cutPower(String name) throws InterruptedException {
        Programs.succeeds("kill", "-USR1", Long.toString(served.get(name).pid()));
        TimeUnit.MILLISECONDS.sleep(FORGET_MILLIS);
    }
}
