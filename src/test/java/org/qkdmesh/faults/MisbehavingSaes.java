package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.Attacker;

/**
 * The figures of {@code docs/reference/misbehaving-saes.md}: the example network as processes, a load of SAEs that behave,
 * and one attack after the other by a process of its own. Run by its name alone: it takes minutes, and what it measures
 * depends on what else the machine does.
 */
class MisbehavingSaes {

    private static final String OFFSET = System.getProperty("port.offset", "16000");
    private static final int PORT = 9000 + Integer.parseInt(OFFSET);
    private static final String SECONDS = "8";

    @TempDir
    private Path folder;

    @Test
    void figures() throws Exception {
        run("demo", "--detach", "--port-offset", OFFSET);
        try {
            load("30");
            System.out.println(
                    "| attack | enc_keys p50 / p99 before | during | dec_keys p99 before | during | errors |");
            System.out.println("|---|---|---|---|---|---|");
            for (Attacker.Kind kind : Attacker.Kind.values()) {
                row(kind, PORT, kind.name());
            }
            row(Attacker.Kind.FLOOD, PORT + 10, "FLOOD of what it may ask");
        } finally {
            run("demo", "--stop", "--port-offset", OFFSET);
        }
    }

    private void row(Attacker.Kind kind, int port, String name) throws Exception {
        JsonNode before = load("0");
        Process attacker = new ProcessBuilder(
                        "nice",
                        "-n",
                        "19",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Attacker.class.getName(),
                        kind.name(),
                        "" + port,
                        "certs",
                        "sae-c")
                .redirectErrorStream(true)
                .redirectOutput(new File("target", "attacker-" + kind + ".log"))
                .start();
        try {
            JsonNode during = load("0");
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s / %s | %s / %s | %s | %s | %s |%n",
                    name,
                    before.at("/enc_keys_millis/p50"),
                    before.at("/enc_keys_millis/p99"),
                    during.at("/enc_keys_millis/p50"),
                    during.at("/enc_keys_millis/p99"),
                    before.at("/dec_keys_millis/p99"),
                    during.at("/dec_keys_millis/p99"),
                    during.path("errors"));
        } finally {
            attacker.destroyForcibly().waitFor();
        }
    }

    private JsonNode load(String warmUp) throws Exception {
        String figures = run(
                "bench", "--port-offset", OFFSET, "--rate", "50", "--warmup", warmUp, "--seconds", SECONDS, "--json");
        return new ObjectMapper().readTree(figures).at("/measurements/0");
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("./qkd-mesh"));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return Files.readString(out);
    }
}
