package org.qkdmesh.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LogsTest {

    private final LoggerContext context = new LoggerContext();

    @BeforeEach
    void haveAContextOfRequests() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    /** Standard output that nobody reads, or whose disk is full. */
    private static final class Stuck extends AppenderBase<ILoggingEvent> {

        private final Semaphore stuck = new Semaphore(0);
        private final Semaphore released = new Semaphore(0);

        @Override
        protected void append(ILoggingEvent line) {
            stuck.release();
            released.acquireUninterruptibly();
        }
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void output_thatIsStuck_holdsNobodyUp() {
        Stuck output = new Stuck();
        output.setContext(context);
        output.start();
        AsyncAppender lines = Logs.droppingWhenFull(context, output);
        long dropped = Logs.dropped();
        Logger logger = context.getLogger("org.qkdmesh.test");
        logger.addAppender(lines);
        // The thread that writes takes all that waits at once: with one line it gets stuck before the others come.
        logger.warn("first line");
        output.stuck.acquireUninterruptibly();
        for (int i = 0; i < 100_000; i++) {
            logger.warn("line {}", i);
        }
        assertThat(Logs.dropped() - dropped).isBetween(95_000L, 96_000L);
        output.released.release(1_000_000);
    }

    @Test
    void json_hasTheMessageAndTheRequest_onOneLine() throws Exception {
        LoggingEvent line = line("two\nlines of {}", "tn-1");
        line.setMDCPropertyMap(Map.of("request", "0123456789abcdef"));
        String written = new String(Logs.json(context).encode(line), StandardCharsets.UTF_8);
        assertThat(written).endsWith("\n");
        assertThat(written.strip()).doesNotContain("\n");
        JsonNode json = new ObjectMapper().readTree(written);
        assertThat(json.path("level").asText()).isEqualTo("WARN");
        assertThat(json.path("formattedMessage").asText()).isEqualTo("two\nlines of tn-1");
        assertThat(json.path("mdc").path("request").asText()).isEqualTo("0123456789abcdef");
    }

    @Test
    void text_hasTheRequestInBrackets_whereThereIsOne() {
        LoggingEvent line = line("hello");
        line.setMDCPropertyMap(Map.of("request", "abc"));
        assertThat(new String(Logs.text(context).encode(line), StandardCharsets.UTF_8))
                .contains(" - [abc] hello");
        LoggingEvent other = line("hello");
        other.setMDCPropertyMap(Map.of());
        assertThat(new String(Logs.text(context).encode(other), StandardCharsets.UTF_8))
                .contains(" - hello");
    }

    private static final List<String> CARRIERS = List.of(
            "org.apache.hc.client5.http.wire",
            "org.apache.camel.processor.errorhandler.DefaultErrorHandler",
            "io.netty.handler.logging.LoggingHandler",
            "io.vertx.core.net.impl.ConnectionBase",
            "org.sqlite");

    @Test
    void librariesOfConnections_sayNothingBelowInfo_whateverTheirLevel() {
        context.getLogger("io.vertx.core").setLevel(Level.DEBUG);
        QuietCarriers.in(context);
        context.getLogger("ROOT").setLevel(Level.TRACE);
        assertQuiet();
        assertThat(context.getLogger("org.qkdmesh.relay").isTraceEnabled()).isTrue();
        assertThat(context.getLogger("org.apachex").isTraceEnabled()).isTrue();
        assertThat(context.getLogger("com.example.OwnStep").isDebugEnabled()).isTrue();
    }

    @Test
    void librariesOfConnections_sayNothingBelowInfo_whenTheirLevelsAreSetLater() {
        QuietCarriers.in(context);
        context.getLogger("org.apache.hc").setLevel(Level.TRACE);
        context.getLogger("io.netty").setLevel(Level.TRACE);
        context.getLogger("io.vertx").setLevel(Level.DEBUG);
        context.getLogger("org.apache").setLevel(null);
        assertQuiet();
    }

    @Test
    void librariesOfConnections_sayNothingBelowInfo_afterTheConfigurationIsReadAnew() {
        QuietCarriers.in(context);
        context.reset();
        context.getLogger("ROOT").setLevel(Level.TRACE);
        context.getLogger("io.netty.handler").setLevel(Level.TRACE);
        assertQuiet();
    }

    @Test
    void librariesOfConnections_sayLess_whenThatIsSaid() {
        QuietCarriers.in(context);
        context.getLogger("io.netty").setLevel(Level.ERROR);
        assertThat(context.getLogger("io.netty.handler").isInfoEnabled()).isFalse();
    }

    private void assertQuiet() {
        for (String carrier : CARRIERS) {
            Logger logger = context.getLogger(carrier);
            assertThat(logger.isTraceEnabled()).as(carrier).isFalse();
            assertThat(logger.isDebugEnabled()).as(carrier).isFalse();
            assertThat(logger.isInfoEnabled()).as(carrier).isTrue();
        }
    }

    @Test
    void level_ofALoggerOfTheProgram_canBeChangedAndTakenBack() {
        org.slf4j.LoggerFactory.getLogger("org.qkdmesh.ops.some");
        Logs.setLevel("org.qkdmesh.ops.some", "debug");
        assertThat(Logs.levels()).containsEntry("org.qkdmesh.ops.some", "debug");
        Logs.clearLevel("org.qkdmesh.ops.some");
        assertThat(Logs.levels()).doesNotContainKey("org.qkdmesh.ops.some");
    }

    @Test
    void level_ofAnythingElse_isRefused() {
        for (String logger : new String[] {
            null, "", "ROOT", "org.apache.hc.client5.http.wire", "io.netty", "org.qkdmesh.nowhere", "org.qkdmeshx"
        }) {
            assertThatThrownBy(() -> Logs.setLevel(logger, "debug"))
                    .as(logger)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("org.qkdmesh.relay");
        }
        org.slf4j.LoggerFactory.getLogger("org.qkdmesh");
        assertThatThrownBy(() -> Logs.setLevel("org.qkdmesh", "loud")).hasMessageContaining("expected a level");
        assertThatThrownBy(() -> Logs.clearLevel("org.qkdmesh")).isInstanceOf(IllegalArgumentException.class);
    }

    private LoggingEvent line(String message, Object... arguments) {
        Logger logger = context.getLogger("org.qkdmesh.test");
        return new LoggingEvent("org.qkdmesh", logger, Level.WARN, message, null, arguments);
    }
}
