package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.torture.WrittenLedger;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.transport.TestClient;

/**
 * Where nodes get their link keys from: at node 1 only from grants of node 2, which alone fetches keys of the two KME pairs
 * between them; between nodes 2 and 3 from two KME pairs, of which one may fail; between nodes 3 and 4 from two that are
 * combined, so that neither may.
 */
class LinkKeySourcesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static ExampleNetwork network;
    private static WrittenLedger ledger;

    @BeforeAll
    static void start() throws Exception {
        ledger = new WrittenLedger(folder.resolve("ledger"));
        ledger.writeRoutes(folder.resolve("routes"));
        network = new ExampleNetwork(
                        folder,
                        ExampleNetwork.Link.ofTwoPairs(1, 2),
                        ExampleNetwork.Link.ofTwoPairs(2, 3),
                        ExampleNetwork.Link.ofTwoCombinedPairs(3, 4))
                .withMasters(1, 2, NodeConfig.Masters.REMOTE)
                .withMasters(2, 1, NodeConfig.Masters.LOCAL)
                .withRoutes(folder.resolve("routes"))
                .start();
    }

    @BeforeEach
    void awaitKeys() {
        network.awaitKeys(1, 3);
        network.awaitKeys(3, 1);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void directionWithoutAnyKeyOfItsOwn_isGrantedTheOtherEndsKeys_andNoByteIsUsedTwice() throws Exception {
        Set<String> keys = new HashSet<>();
        CompletableFuture<Set<String>> back = CompletableFuture.supplyAsync(() -> relay(2, 1, 20, 25));
        keys.addAll(relay(1, 2, 20, 25));
        keys.addAll(back.get(60, TimeUnit.SECONDS));

        assertThat(keys).as("different keys, in both directions").hasSize(2 * 20 * 25);
        long used = 20 * (25 * 32 + 32);
        assertThat(8 * used)
                .as("bits of link keys that the requests of node 1 took")
                .isLessThanOrEqualTo((long) metric(1, "qkd_link_granted_keybits", "taken"));
        assertThat(metric(1, "qkd_link_granted_keybits", "taken"))
                .isLessThanOrEqualTo(metric(2, "qkd_link_granted_keybits", "given"));
        assertThat(ledger.bytes()).isGreaterThanOrEqualTo(2 * used);
        assertThat(ledger.usedTwice()).isEmpty();
        // Before it asks a KME for keys, a node asks for its status.
        assertThat(metric(1, "qkd_kme_stored_keys", ExampleNetwork.kme(1, 2, 1)))
                .isNaN();
        assertThat(metric(1, "qkd_kme_stored_keys", ExampleNetwork.kme(1, 2, 2)))
                .isNaN();
        assertThat(metric(2, "qkd_kme_stored_keys", ExampleNetwork.kme(2, 1, 1)))
                .isPositive();
        assertThat(metric(2, "qkd_kme_stored_keys", ExampleNetwork.kme(2, 1, 2)))
                .isPositive();
        assertThat(metric(1, "qkd_alarms_total", "nobody-fetches")).isZero();
    }

    @Test
    void pairOfKmesThatFails_isLeftOut_whileKeysGoOn_andComesBackByItself() throws Exception {
        String failing = ExampleNetwork.kme(2, 3, 1);
        String other = ExampleNetwork.kme(2, 3, 2);
        network.fault(failing, "error");
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                relay(2, 3, 1, 100);
                return metric(2, "qkd_kme_up", failing) == 0;
            });
            assertThat(metric(2, "qkd_kme_up", other)).isEqualTo(1);
            // Far more than was in stock when it failed.
            relay(2, 3, 40, 100);
            relay(1, 3, 5, 10);
            relay(3, 1, 5, 10);
            assertThat(stock(2, 3, failing)).isZero();
            assertThat(stock(2, 3, other)).isPositive();
        } finally {
            network.fault(failing, "none");
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            relay(2, 3, 1, 100);
            return metric(2, "qkd_kme_up", failing) == 1 && stock(2, 3, failing) > 0;
        });
    }

    @Test
    void combinedPairs_giveKeys_noneWhileOneOfThemFails_andTheReasonIsSaid() throws Exception {
        network.awaitKeys(1, 4);
        network.awaitKeys(4, 3);
        assertThat(relay(3, 4, 3, 20)).hasSize(60);
        assertThat(relay(4, 3, 3, 20)).hasSize(60);
        relay(1, 4, 2, 20);
        String failing = ExampleNetwork.kme(3, 4, 2);
        network.fault(failing, "error");
        try {
            String body = exhaust(3, 4);
            assertThat(body).contains("503");
            JsonNode link = link(3, 4);
            assertThat(link.path("combine").asText()).isEqualTo("xor");
            assertThat(link.path("ours").path("stock_bits").asLong()).isLessThan(100 * 256);
            assertThat(link.path("kme_pairs").findValuesAsText("trouble"))
                    .singleElement()
                    .asString()
                    .contains("simulated error");
            assertThat(metric(3, "qkd_kme_up", failing)).isZero();
            assertThat(metric(3, "qkd_kme_up", ExampleNetwork.kme(3, 4, 1))).isEqualTo(1);
            assertThat(stock(3, 4, ExampleNetwork.kme(3, 4, 1)))
                    .as("what the sound one gives is not used by itself")
                    .isPositive();
        } finally {
            network.fault(failing, "none");
        }
        network.awaitKeys(3, 4);
        relay(3, 4, 5, 20);
        assertThat(ledger.usedTwice()).isEmpty();
    }

    /** Asks for keys until there are none; returns the last answer, its status first. */
    private static String exhaust(int from, int to) {
        String target = network.api(from) + ExampleNetwork.sae(to) + "/enc_keys?size=256&number=100";
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            HttpResponse<String> answer =
                                    network.as(ExampleNetwork.sae(from)).get(target);
                            return answer.statusCode() + " " + answer.body();
                        },
                        answer -> !answer.startsWith("200")
                                && metric(from, "qkd_kme_up", ExampleNetwork.kme(from, to, 2)) == 0);
    }

    private static JsonNode link(int at, int towards) throws IOException {
        JsonNode links = JSON.readTree(TestClient.plain()
                .get(network.management(at, "/manage/links").toString())
                .body());
        for (JsonNode link : links.path("links")) {
            if (link.path("neighbour").asText().equals(ExampleNetwork.node(towards))) {
                return link;
            }
        }
        throw new AssertionError(links);
    }

    /** Has so many requests of so many keys each answered, one after the other; every key is the same at both ends. */
    private static Set<String> relay(int from, int to, int requests, int number) {
        return IntStream.range(0, requests)
                .mapToObj(request -> relay(from, to, number))
                .flatMap(Set::stream)
                .collect(Collectors.toSet());
    }

    private static Set<String> relay(int from, int to, int number) {
        String master = ExampleNetwork.sae(from);
        String slave = ExampleNetwork.sae(to);
        JsonNode given =
                keys(network.as(master).get(network.api(from) + slave + "/enc_keys?size=256&number=" + number));
        byte[] ids = given.findValuesAsText("key_ID").stream()
                .map(id -> "{\"key_ID\":\"" + id + "\"}")
                .collect(Collectors.joining(",", "{\"key_IDs\":[", "]}"))
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(keys(network.as(slave).post(network.api(to) + master + "/dec_keys", ids)))
                .isEqualTo(given);
        return Set.copyOf(given.findValuesAsText("key"));
    }

    private static JsonNode keys(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try {
            return JSON.readTree(answer.body()).path("keys");
        } catch (IOException e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    private static double stock(int at, int towards, String kme) {
        return lines(at)
                .filter(line -> line.startsWith("qkd_link_stock_keybits{")
                        && line.contains("direction=\"ours\"")
                        && line.contains("\"" + kme + "\"")
                        && line.contains("\"" + ExampleNetwork.node(towards) + "\""))
                .mapToDouble(LinkKeySourcesTest::number)
                .sum();
    }

    /** The value of the series of this name that has this as the value of a label. */
    private static double metric(int node, String name, String label) {
        return lines(node)
                .filter(line -> line.startsWith(name + "{") && line.contains("=\"" + label + "\""))
                .mapToDouble(LinkKeySourcesTest::number)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " of " + label));
    }

    private static double number(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static Stream<String> lines(int node) {
        return TestClient.plain()
                .get(network.management(node, "/observe/metrics").toString())
                .body()
                .lines();
    }
}
