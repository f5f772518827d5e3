package org.qkdmesh.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark as a user runs it: by the launcher, on a network that it starts and ends itself. */
class BenchIT {

    private static final int PORT_OFFSET = 22_000;
    private static final long PATIENCE_SECONDS = 240;

    @TempDir
    Path folder;

    @Test
    void bench_givesFiguresOfNodesAndBareChain_andEveryKeyIsTheSame() throws Exception {
        Path figures = folder.resolve("figures.json");
        Path progress = folder.resolve("progress.log");
        Process bench = new ProcessBuilder(
                        "./qkd-mesh",
                        "bench",
                        "--clients",
                        "1,2",
                        "--number",
                        "3",
                        "--warmup",
                        "2",
                        "--seconds",
                        "2",
                        "--floor",
                        "--json",
                        "--port-offset",
                        "" + PORT_OFFSET)
                .redirectOutput(figures.toFile())
                .redirectError(progress.toFile())
                .start();
        boolean ended = bench.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        bench.destroy();
        String said = Files.readString(progress);
        assertThat(ended).as(said).isTrue();
        assertThat(bench.exitValue()).as(said).isZero();

        JsonNode json = new ObjectMapper().readTree(figures.toFile());
        assertThat(json.path("errors")).isEmpty();
        assertThat(json.path("keys_compared").asLong()).isPositive();
        assertThat(json.path("measurements")).hasSize(2).allSatisfy(row -> {
            assertThat(row.path("pairs_per_second").asDouble()).isPositive();
            assertThat(row.path("enc_keys_millis").path("p99").asDouble()).isPositive();
            assertThat(row.path("ratio_to_bare_chain").asDouble()).isPositive();
            assertThat(row.path("cpu_seconds_per_1000_keys").fieldNames())
                    .toIterable()
                    .contains("tn-1-a2b2", "tn-4-a3b3", "kme-sim", "bench");
        });
    }
}
