package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as somebody installs it: unpacked somewhere, run without Maven, compiler and sources. */
class ArchiveIT {

    private static final int PORT_OFFSET = 23_000;
    private static final long PATIENCE_SECONDS = 240;

    @TempDir
    Path folder;

    @Test
    void unpackedArchive_relaysKeys() throws Exception {
        run(folder, "tar", "-xzf", archive().toString());
        Path program;
        try (Stream<Path> unpacked = Files.list(folder)) {
            program = unpacked.filter(Files::isDirectory).findFirst().orElseThrow();
        }

        String said = run(program, "./qkd-mesh", "demo", "--once", "--port-offset", "" + PORT_OFFSET);

        assertThat(said).contains("All 12 keys are the same at both ends").doesNotContain("building");
    }

    private static Path archive() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow()
                    .toAbsolutePath();
        }
    }

    private String run(Path directory, String... command) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroy();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
