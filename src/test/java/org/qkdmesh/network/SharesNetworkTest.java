package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.network.ExampleNetwork.Link;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.PairPolicy.Paths;
import org.qkdmesh.transport.TestClient;

/** Keys in shares over the two ways from one corner of a diamond to the other, over real TLS and with real stores. */
class SharesNetworkTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TestClient CLIENT = TestClient.plain();

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder, new Link(1, 2), new Link(1, 3), new Link(2, 4), new Link(3, 4))
                .withPolicy("sae-1", "sae-4", policy(Paths.Choice.DISJOINT))
                .withPolicy("sae-1b", "sae-4", policy(Paths.Choice.PREFER_DISJOINT))
                .start();
        network.awaitKeys(1, 4);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    private static PairPolicy policy(Paths.Choice choice) {
        return PairPolicy.UNLIMITED.with(new Paths(choice, 2));
    }

    @Test
    void keys_goInShares_andWithoutOneOfTheWaysNotAtAll_orAsAWholeWhereThatIsAllowed() throws Exception {
        fetched("sae-1", given("sae-1"));
        fetched("sae-1b", given("sae-1b"));
        assertThat(ways("sae-1")).isEqualTo("disjoint 2 of 2");
        // The way whose links are fuller comes first; once all are full it is the order of the ids.
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            JsonNode trace = JSON.readTree(trace("sae-1").body());
            assertThat(trace.path("ways").toString())
                    .isEqualTo("[[\"tn-1\",\"tn-2\",\"tn-4\"],[\"tn-1\",\"tn-3\",\"tn-4\"]]");
            assertThat(trace.path("voided").asBoolean()).isTrue();
        });
        assertThat(fallBacks()).isZero();

        network.stopNode(2);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        ask("sae-1").body())
                .contains("no keys can be had now: 2 paths without a node in common are needed, there are now: 1"));
        assertThat(ask("sae-1").statusCode()).isEqualTo(503);
        // Requests leave out a link that fails them at once; that the node is gone is told somewhat later.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(ways("sae-1")).isEqualTo("disjoint 1 of 2"));
        fetched("sae-1b", given("sae-1b"));
        assertThat(fallBacks()).isPositive();
        assertThat(JSON.readTree(trace("sae-1b").body()).path("fell_back").asBoolean())
                .isTrue();
        assertThat(JSON.readTree(trace("sae-1").body()).path("message").asText())
                .contains("are needed");
    }

    private static HttpResponse<String> ask(String master) {
        return network.as(master).get(network.api(1) + "sae-4/enc_keys?number=3");
    }

    private static JsonNode given(String master) throws IOException {
        HttpResponse<String> answer = ask(master);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode keys = JSON.readTree(answer.body()).path("keys");
        assertThat(keys).hasSize(3);
        return keys;
    }

    private static void fetched(String master, JsonNode keys) throws IOException {
        for (JsonNode key : keys) {
            HttpResponse<String> answer = network.as("sae-4")
                    .get(network.api(4) + master + "/dec_keys?key_ID="
                            + key.path("key_ID").asText());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(JSON.readTree(answer.body()).path("keys").get(0)).isEqualTo(key);
        }
    }

    private static HttpResponse<String> trace(String master) throws IOException {
        return CLIENT.send(
                TestClient.request(network.management(1, "/manage/trace").toString())
                        .header(
                                "Authorization",
                                "Bearer " + Files.readString(network.data(1).resolve(AdminToken.FILE)))
                        .POST(BodyPublishers.ofString("{\"from\":\"" + master + "\",\"to\":\"sae-4\"}")));
    }

    private static String ways(String master) throws IOException {
        for (JsonNode pair : JSON.readTree(
                        CLIENT.get(network.management(1, "/manage/status").toString())
                                .body())
                .path("pairs")) {
            if (pair.path("from").asText().equals(master)
                    && pair.path("to").asText().equals("sae-4")) {
                return pair.path("paths").asText() + " " + pair.path("ways_now") + " of " + pair.path("ways_needed");
            }
        }
        return "none";
    }

    private static double fallBacks() {
        return CLIENT.get(network.management(1, "/observe/metrics").toString())
                .body()
                .lines()
                .filter(line -> line.startsWith("qkd_relay_fallbacks_total "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }
}
