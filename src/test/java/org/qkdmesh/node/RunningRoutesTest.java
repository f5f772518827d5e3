package org.qkdmesh.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunningRoutesTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "camel.main.tracing, tracing",
        "camel.main.tracingStandby, tracingStandby",
        "camel.trace.enabled, backlogTracing",
        "camel.trace.standby, backlogTracingStandby"
    })
    void settingOfCamel_thatWouldShowWhatMessagesCarry_isRefused(String setting, String called) throws Exception {
        Files.writeString(directory.resolve("one.camel.yaml"), """
                - route:
                    id: one
                    from:
                      uri: direct:one
                      steps:
                        - setBody: {constant: one}
                """);
        System.setProperty(setting, "true");
        RunningRoutes routes = new RunningRoutes("tn-1", directory, context -> {}, context -> {});
        try {
            assertThatThrownBy(routes::start).hasStackTraceContaining("Camel's " + called + " would show");
        } finally {
            System.clearProperty(setting);
            routes.stop();
        }
    }

    /** Camel asks them one after the other, and by itself each notices within a second only. */
    @Test
    void queuesWithNothingInThem_doNotHoldUpTheEnd() throws Exception {
        for (int i = 1; i <= 8; i++) {
            Files.writeString(directory.resolve(i + ".camel.yaml"), """
                    - route:
                        id: queue-%1$d
                        from:
                          uri: seda:queue-%1$d
                          steps:
                            - setBody: {constant: one}
                    """.formatted(i));
        }
        RunningRoutes routes = new RunningRoutes("tn-1", directory, context -> {}, context -> {});
        routes.start();
        assertThat(routes.context().getRoutesSize()).isEqualTo(8);
        long begun = System.nanoTime();
        routes.stop();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
    }
}
