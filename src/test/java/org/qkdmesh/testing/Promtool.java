package org.qkdmesh.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Prometheus' own checker. Where it is not installed, a test that needs it is skipped, unless
 * {@code -Dprometheus.required=true} says that it has to be there.
 */
public final class Promtool {

    private Promtool() {}

    /** What came of a run. */
    public record Result(int code, String said) {}

    public static Result run(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            if (Boolean.getBoolean("prometheus.required")) {
                throw e;
            }
            return abort("promtool is not installed (on Debian: apt-get install prometheus)");
        }
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), said);
    }
}
