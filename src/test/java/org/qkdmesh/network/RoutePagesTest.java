package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.node.NodeRoutes;

/**
 * Each page of {@code docs/routes}, followed on a copy of the routes of a node in a triangle of three, whose link between
 * node 1 and node 3 has no keys.
 */
class RoutePagesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static ExampleNetwork network;
    private static FreezingProxy beforeNode2;

    private final List<String> placeholders = new ArrayList<>();

    @TempDir
    Path copy;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(
                folder, new ExampleNetwork.Link(1, 2), new ExampleNetwork.Link(2, 3), new ExampleNetwork.Link(1, 3, 0));
        beforeNode2 = network.proxy(2);
        network.startKmes();
        network.startNode(2);
        network.startNode(3);
    }

    @AfterAll
    static void stop() throws Exception {
        network.close();
        beforeNode2.close();
    }

    @AfterEach
    void stopNode1() {
        network.stopNode(1);
        placeholders.forEach(System::clearProperty);
    }

    private void setPlaceholder(String name, String value) {
        placeholders.add(name);
        System.setProperty(name, value);
    }

    @Test
    void planner_goesAroundTheLinkWithoutKeys() throws Exception {
        startNode1(RoutePage.follow("planner.md", copy));
        network.awaitKeys(1, 3);
        assertThat(encKeys(3, 1).statusCode()).isEqualTo(200);
        assertThat(relaysTo(2)).isEqualTo(1);
        assertThat(relaysTo(3)).isZero();
    }

    @Test
    void ownPlanner_sparesALink() throws Exception {
        startNode1(RoutePage.follow("own-planner.md", copy));
        network.awaitKeys(1, 3);
        assertThat(encKeys(3, 1).statusCode()).isEqualTo(200);
        assertThat(relaysTo(2)).isEqualTo(1);
        assertThat(relaysTo(3)).isZero();
    }

    @Test
    void attempts_areMadeOnADeadHop_asManyAsTheRouteSays() throws Exception {
        startNode1(RoutePage.follow("attempts.md", copy));
        // A node that hears first that the hop is dead tries nothing: then once more.
        AtomicInteger before = new AtomicInteger();
        await().atMost(Duration.ofSeconds(90)).until(() -> {
            network.awaitKeys(1, 2);
            assertThat(encKeys(2, 1).statusCode()).as("both ends have a secret").isEqualTo(200);
            before.set(relaysTo(2));
            HttpResponse<String> refused;
            beforeNode2.cut(true);
            try {
                refused = encKeys(2, 1);
            } finally {
                beforeNode2.cut(false);
            }
            assertThat(refused.statusCode()).isEqualTo(503);
            return relaysTo(2) > before.get();
        });
        assertThat(relaysTo(2) - before.get()).isEqualTo(4);
    }

    @Test
    void audit_hasALineForEachKey_andNoKey() throws Exception {
        Path audit = copy.resolve("audit");
        setPlaceholder("deliveries.directory", audit.toString());
        startNode1(RoutePage.follow("audit.md", copy));
        JsonNode given = keyFor1();
        fetchAs1(given);
        Path file = audit.resolve("delivered.jsonl");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).doesNotContain(given.path("key").asText());
        assertMetadataOf(given, JSON.readTree(lines.get(0)));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void webhook_isToldOfEachKey_andNoKey() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/hook", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            told.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
            // The first call fails, so that the route has to try again.
            exchange.sendResponseHeaders(told.size() == 1 ? 500 : 204, -1);
            exchange.close();
        });
        hook.start();
        setPlaceholder("webhook.url", "http://127.0.0.1:" + hook.getAddress().getPort() + "/hook");
        try {
            startNode1(RoutePage.follow("webhook.md", copy));
            JsonNode given = keyFor1();
            fetchAs1(given);
            await().atMost(Duration.ofSeconds(10)).until(() -> told.size() == 2);
            assertThat(told).allSatisfy(call -> {
                assertThat(call)
                        .startsWith("POST /hook [")
                        .doesNotContain(given.path("key").asText());
                assertMetadataOf(
                        given,
                        JSON.readTree(call.substring("POST /hook ".length())).get(0));
            });
        } finally {
            hook.stop(0);
        }
    }

    @Test
    void transport_isAStub_thatRefusesEachKey() throws Exception {
        startNode1(RoutePage.follow("transport.md", copy));
        network.awaitKeys(1, 2);
        HttpResponse<String> refused = encKeys(2, 1);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(relaysTo(2)).isEqualTo(1);
    }

    @Test
    void kme_withOddAnswers_givesLinkKeysThroughTheRoute() throws Exception {
        OddKme odd = new OddKme(
                network.kmeUrl(1, 2),
                network.credentials("kme-1-2"),
                network.credentials("tn-1"),
                network.certificates());
        network.kmeDoor(1, 2, odd.port());
        try (odd) {
            startNode1(RoutePage.follow("kme.md", copy));
            network.awaitKeys(1, 2);
            JsonNode key = JSON.readTree(encKeys(2, 1).body()).path("keys").get(0);
            assertThat(fetch(2, 1, key.path("key_ID").asText()).path("key")).isEqualTo(key.path("key"));
        } finally {
            network.kmeDoor(1, 2);
        }
    }

    @Test
    void javaRoute_takesThePlaceOfTheYamlRoute() throws Exception {
        startNode1(RoutePage.follow("java-route.md", copy));
        network.awaitKeys(1, 2);
        assertThat(encKeys(2, 10).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = encKeys(2, 11);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).isEqualTo("{\"message\":\"at most 10 keys at a time\"}");
        assertThat(network.as("sae-2").get(network.api(1) + "sae-2/enc_keys").statusCode())
                .isEqualTo(401);
    }

    @Test
    void ownFlow_writesKeysThatTheOtherEndCanFetch() throws Exception {
        Path directory = copy.resolve("vpn");
        setPlaceholder("vpn.directory", directory.toString());
        Path routes = RoutePage.follow("own-flow.md", copy);
        Path flow = routes.resolve("vpn/vpn-keys.camel.yaml");
        // Nobody waits a minute for a test.
        Files.writeString(flow, Files.readString(flow).replace("\"60000\"", "\"1000\""));
        startNode1(routes);
        await().atMost(Duration.ofSeconds(60)).until(() -> !files(directory).isEmpty());
        Path file = files(directory).get(0);
        String id = file.getFileName().toString().replace(".key", "");
        assertThat(Files.readString(file)).isEqualTo(fetch(2, 1, id).path("key").asText());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".key")).toList();
        }
    }

    private void startNode1(Path routes) throws Exception {
        assertThat(NodeRoutes.check(routes)).isEmpty();
        network.startNode(1, routes);
    }

    /** How many relay messages node 1 has tried to send to another, by the circuit breaker of that hop. */
    private static int relaysTo(int node) {
        CircuitBreakerRegistry breakers =
                network.running(1).camelContext().getRegistry().findSingleByType(CircuitBreakerRegistry.class);
        return breakers.find("send-relay-tn-" + node + "-breaker")
                .orElseThrow()
                .getMetrics()
                .getNumberOfBufferedCalls();
    }

    private HttpResponse<String> encKeys(int slave, int number) {
        return network.as("sae-1").get(network.api(1) + "sae-" + slave + "/enc_keys?number=" + number);
    }

    /** A key that sae-2 was given to share with sae-1. */
    private static JsonNode keyFor1() throws Exception {
        network.awaitKeys(2, 1);
        // Node 1 has just been started, and node 2 may still go by what it knew of the one before.
        HttpResponse<String> given = await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> network.as("sae-2").get(network.api(2) + "sae-1/enc_keys"),
                        answer -> answer.statusCode() == 200);
        return JSON.readTree(given.body()).path("keys").get(0);
    }

    private static void fetchAs1(JsonNode given) throws Exception {
        assertThat(fetch(1, 2, given.path("key_ID").asText())).isEqualTo(given);
    }

    private static JsonNode fetch(int slave, int master, String id) throws Exception {
        String url = network.api(slave) + "sae-" + master + "/dec_keys?key_ID=" + id;
        HttpResponse<String> fetched = network.as("sae-" + slave).get(url);
        assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(200);
        return JSON.readTree(fetched.body()).path("keys").get(0);
    }

    private static void assertMetadataOf(JsonNode key, JsonNode metadata) {
        assertThat(metadata.path("key_ID")).isEqualTo(key.path("key_ID"));
        assertThat(metadata.path("size").asInt()).isEqualTo(256);
        assertThat(metadata.path("master_SAE_ID").asText()).isEqualTo("sae-2");
        assertThat(metadata.path("slave_SAE_ID").asText()).isEqualTo("sae-1");
    }
}
