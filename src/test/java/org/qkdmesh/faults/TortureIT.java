package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as a user runs it, with seeds that stay the same. */
@Tag("faults")
class TortureIT {

    private static final int PORT_OFFSET = 23_000;
    private static final long PATIENCE_SECONDS = 300;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"diamond, 60, 1", "diamond, 60, 2", "ring-of-five, 60, 3"})
    void everyPromiseHolds(String net, int seconds, long seed) throws Exception {
        Path result = folder.resolve("result.json");
        Path progress = folder.resolve("progress.log");
        Process torture = new ProcessBuilder(
                        "./qkd-mesh",
                        "torture",
                        "--net",
                        net,
                        "--seconds",
                        "" + seconds,
                        "--seed",
                        "" + seed,
                        "--json",
                        "--port-offset",
                        "" + PORT_OFFSET)
                .redirectOutput(result.toFile())
                .redirectError(progress.toFile())
                .start();
        boolean ended = torture.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        torture.destroy();
        String said = Files.readString(progress) + Files.readString(result);
        assertThat(ended).as(said).isTrue();
        assertThat(torture.exitValue()).as(said).isZero();

        JsonNode figures = new ObjectMapper().readTree(result.toFile());
        assertThat(figures.path("kills").asInt()).as(said).isGreaterThanOrEqualTo(seconds / 10);
        assertThat(figures.path("keys_given").asInt()).as(said).isGreaterThan(seconds * 5);
    }
}
