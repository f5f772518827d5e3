package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user runs it: by the launcher, with real processes. On ports of its own, beside a demo that may run. */
class DemoIT {

    private static final int PORT_OFFSET = 21_000;
    private static final long PATIENCE_SECONDS = 240;

    @TempDir
    Path folder;

    @Test
    void demoOnce_endsWell_andEveryKeyIsTheSameAtBothEnds() throws Exception {
        Path output = folder.resolve("demo.log");
        Process demo = new ProcessBuilder("./qkd-mesh", "demo", "--once", "--port-offset", "" + PORT_OFFSET)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = demo.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        demo.destroy();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as(said).isTrue();
        assertThat(demo.exitValue()).as(said).isZero();
        assertThat(said).contains("All 12 keys are the same at both ends").doesNotContain("DIFFERENT");
    }
}
