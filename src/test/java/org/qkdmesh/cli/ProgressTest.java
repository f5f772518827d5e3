package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final StringWriter written = new StringWriter();

    @Test
    void whoLooks_seesHowFarItIs_andNothingOfItAfterwards() {
        try (Progress progress = new Progress(new PrintWriter(written), true, Duration.ofMillis(1))) {
            progress.now("tn-1 begins");
            await().until(() -> written.toString().contains("\rtn-1 begins, 0 s"));
            progress.now("half");
            await().until(() -> written.toString().contains("\rhalf, 0 s       "));
        }
        assertThat(written.toString()).endsWith("\r         \r");
    }

    @Test
    void whereNobodyLooks_nothingIsWritten() {
        Progress progress = new Progress(new PrintWriter(written), false, Duration.ofMillis(1));
        progress.now("half");
        progress.close();
        assertThat(written.toString()).isEmpty();
    }
}
