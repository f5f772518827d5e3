package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.node.RouteWatch;
import org.qkdmesh.transport.TestClient;
import org.slf4j.LoggerFactory;

/** Routes that are edited while four nodes, all of which read them, relay keys in both directions. */
class RouteWatchTest {

    private static final Path DELIVERED = Path.of("routes");
    private static final String ENC_KEYS = "sae/enc-keys.camel.yaml";
    private static final String LAST_STEP = "            ref: writeKeyContainer\n";

    @TempDir
    static Path folder;

    private static final List<String> log = new CopyOnWriteArrayList<>();
    private static final List<RouteWatch> watches = new ArrayList<>();
    private static Path routes;
    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        routes = folder.resolve("routes");
        copy(DELIVERED, routes);
        network = new ExampleNetwork(folder).withRoutes(routes).start();
        listen();
        for (int i = 1; i <= ExampleNetwork.NODES; i++) {
            watches.add(RouteWatch.start(network.running(i), routes));
        }
        network.awaitKeys(1, 4);
        network.awaitKeys(4, 1);
    }

    @AfterAll
    static void stop() {
        watches.forEach(RouteWatch::close);
        network.close();
    }

    @BeforeEach
    void quiet() {
        log.clear();
    }

    @Test
    void goodEdit_isLiveOnAllNodes_andNoRequestFails() throws Exception {
        try (SteadyLoad load = new SteadyLoad(network)) {
            await().until(() -> load.delivered() > 10);
            CamelContext before = network.running(1).camelContext();
            edit(ENC_KEYS, LAST_STEP, LAST_STEP + answering("good"));
            awaitAnswer(1, "good");
            awaitAnswer(4, "good");
            awaitLog(ExampleNetwork.NODES, "has taken over");
            int until = load.delivered();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.delivered() > until + 20);
            assertThat(load.failures()).isEmpty();
            await().atMost(Duration.ofSeconds(30)).until(before::isStopped);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(network.audited(1, "\"event\":\"reloaded\""))
                            .isNotEmpty()
                            .allMatch(line -> line.contains(
                                    "\"changes\":\"routes changed: " + ENC_KEYS + "\",\"certificate\":\"")));
            assertThat(series(1)).anyMatch(line -> line.contains("step=\"say-so\""));

            edit(ENC_KEYS, LAST_STEP, LAST_STEP);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(series(1)).noneMatch(line -> line.contains("step=\"say-so\"")));
            assertThat(series(1)).anyMatch(line -> line.contains("route=\"enc-keys\",step=\"identify-sae\""));
        }
    }

    @Test
    void brokenEdit_isToldWithFileAndLine_andWhatRanGoesOn() throws Exception {
        CamelContext before = network.running(1).camelContext();
        try (SteadyLoad load = new SteadyLoad(network)) {
            await().until(() -> load.delivered() > 10);
            edit(ENC_KEYS, LAST_STEP, LAST_STEP.replace("writeKeyContainer", "writeKeyContainr"));
            awaitLog(ExampleNetwork.NODES, "is not used: the routes that ran go on");
            int until = load.delivered();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.delivered() > until + 20);
            assertThat(load.failures()).isEmpty();
        }
        assertThat(log)
                .contains(routes.resolve(ENC_KEYS) + ":" + lineOf("writeKeyContainr")
                        + ": unknown bean \"writeKeyContainr\", did you mean \"writeKeyContainer\"?");
        assertThat(network.running(1).camelContext()).isSameAs(before);
    }

    @Test
    void editThatOnlyCamelFindsWrong_isTold_andWhatRanGoesOn() throws Exception {
        CamelContext before = network.running(1).camelContext();
        edit(ENC_KEYS, LAST_STEP, LAST_STEP + answering("${random(1,2,3)}"));
        awaitLog(ExampleNetwork.NODES, "is not used: the routes that ran go on");
        assertThat(log).anySatisfy(line -> assertThat(line)
                .startsWith(routes.resolve(ENC_KEYS) + ":" + (lineOf("Cache-Control") - 2) + ": ")
                .contains("\"enc-keys\"", "Valid syntax: ${random(min,max)}"));
        assertThat(network.running(1).camelContext()).isSameAs(before);
        edit(ENC_KEYS, LAST_STEP, LAST_STEP + answering("mended"));
        awaitAnswer(1, "mended");
        awaitLog(ExampleNetwork.NODES, "has taken over");
    }

    @Test
    void reloadThatTakesANeighbourAway_andFailsSinceRoutesDoNotStart_leavesItsLinkAsItWas() throws Exception {
        NodeConfig whole = network.config(1);
        edit(ENC_KEYS, LAST_STEP, LAST_STEP + answering("${random(1,2,3)}"));
        awaitLog(ExampleNetwork.NODES, "is not used: the routes that ran go on");
        assertThatThrownBy(
                        () -> network.running(1).reload(ReloadTest.with(whole, whole.saes(), whole.pairs(), List.of())))
                .hasStackTraceContaining("random");
        network.awaitKeys(1, 4);
        edit(ENC_KEYS, LAST_STEP, LAST_STEP + answering("mended again"));
        awaitLog(ExampleNetwork.NODES, "has taken over");
    }

    /** A step whose effect the SAE sees. */
    private static String answering(String text) {
        return """
                    - setHeader:
                        id: say-so
                        name: Cache-Control
                        expression:
                          simple:
                            expression: %s
            """.formatted(text);
    }

    private static void edit(String file, String from, String to) throws IOException {
        String delivered = Files.readString(DELIVERED.resolve(file));
        assertThat(delivered).contains(from);
        Path fresh = Files.writeString(folder.resolve("fresh"), delivered.replace(from, to));
        Files.move(fresh, routes.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void awaitAnswer(int node, String expected) {
        String uri = network.api(node) + ExampleNetwork.sae(5 - node) + "/enc_keys";
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        network.as(ExampleNetwork.sae(node)).get(uri).headers().firstValue("Cache-Control"))
                .hasValue(expected));
    }

    private static List<String> series(int node) {
        return TestClient.plain()
                .get(network.management(node, "/observe/metrics").toString())
                .body()
                .lines()
                .toList();
    }

    private static void awaitLog(int times, String text) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> log.stream().filter(line -> line.contains(text)).count() >= times);
    }

    private static int lineOf(String text) throws IOException {
        List<String> lines = Files.readAllLines(routes.resolve(ENC_KEYS));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(text);
    }

    private static void listen() {
        Logger logger = (Logger) LoggerFactory.getLogger(RouteWatch.class);
        AppenderBase<ILoggingEvent> listener = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                log.add(event.getFormattedMessage());
            }
        };
        listener.setContext(logger.getLoggerContext());
        listener.start();
        logger.setLevel(ch.qos.logback.classic.Level.INFO);
        logger.addAppender(listener);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }
}
