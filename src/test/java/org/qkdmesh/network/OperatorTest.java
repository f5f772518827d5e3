package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.transport.TestClient;

/** What an operator sees of a running network by the management ports, and what he may do to it. */
class OperatorTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TestClient CLIENT = TestClient.plain();
    private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-");

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder).start();
        network.awaitKeys(1, 4);
        network.awaitKeys(2, 4);
        network.awaitKeys(4, 1);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void status_ofAHealthyNode_showsItsLinksAndWhatItsSaesCanHave() throws Exception {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(read(1, "/manage/status").path("trouble")).isEmpty());
        JsonNode status = read(1, "/manage/status");

        assertThat(status.path("node").asText()).isEqualTo("tn-1");
        assertThat(status.path("ready").asBoolean()).isTrue();
        assertThat(status.path("draining").asBoolean()).isFalse();
        assertThat(status.path("network").path("nodes_reached").asInt()).isEqualTo(4);
        assertThat(status.path("links")).hasSize(1);
        assertThat(status.path("links").get(0).path("ours").path("stock_bits").asLong())
                .isPositive();
        JsonNode toTheFarEnd = pair(status, "sae-1", "sae-4");
        assertThat(texts(toTheFarEnd.path("path"))).containsExactly("tn-1", "tn-2", "tn-3", "tn-4");
        assertThat(toTheFarEnd.path("keys_now").asLong()).isPositive();
        assertThat(texts(pair(status, "sae-1", "sae-1b").path("path"))).containsExactly("tn-1");
        assertThat(pair(read(3, "/manage/status"), "sae-3", "sae-2").isMissingNode())
                .as("a pair that the configuration does not allow")
                .isTrue();
    }

    @Test
    void usage_countsWhatIsGivenFetchedAndRefused_andNotWhatIsTracedOrWasMadeUp() throws Exception {
        long[] before = {used(1, "given", "keys"), used(1, "given", "bits"), used(4, "fetched", "keys")};
        long refusals = used(1, "given", "refusals");
        String api = network.api(1) + "sae-4/enc_keys";
        JsonNode keys = JSON.readTree(
                network.as("sae-1").get(api + "?number=3&size=128").body());
        assertThat(network.as("sae-4")
                        .get(network.api(4) + "sae-1/dec_keys?key_ID="
                                + keys.path("keys").get(0).path("key_ID").asText())
                        .statusCode())
                .isEqualTo(200);
        assertThat(network.as("sae-1").get(api + "?number=0").statusCode()).isEqualTo(400);
        assertThat(network.as("sae-1")
                        .get(network.api(1) + "sae-made-up/enc_keys")
                        .statusCode())
                .isGreaterThanOrEqualTo(400);
        assertThat(change(1, "POST", "/manage/trace", "{\"from\":\"sae-1\",\"to\":\"sae-4\"}")
                        .statusCode())
                .isEqualTo(200);

        assertThat(used(1, "given", "keys")).isEqualTo(before[0] + 3);
        assertThat(used(1, "given", "bits")).isEqualTo(before[1] + 384);
        assertThat(used(4, "fetched", "keys")).isEqualTo(before[2] + 1);
        assertThat(used(1, "given", "refusals")).isEqualTo(refusals + 1);
        assertThat(read(1, "/manage/usage").toString()).doesNotContain("sae-made-up");
    }

    @Test
    void usage_isOfTheDaysAskedFor_andWrongDaysAreRefused() throws Exception {
        assertThat(network.as("sae-1").get(network.api(1) + "sae-1b/enc_keys").statusCode())
                .isEqualTo(200);
        LocalDate yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
        LocalDate soon = yesterday.plusDays(3);

        assertThat(usage("from=" + yesterday + "&to=" + soon)).isNotEmpty().allSatisfy(use -> assertThat(
                        LocalDate.parse(use.path("day").asText()))
                .isAfter(yesterday));
        assertThat(usage("to=" + yesterday)).isEmpty();
        assertThat(usage("from=" + soon + "&to=" + soon)).isEmpty();
        assertWrong("from=" + soon, "from: expected ");
        assertWrong(
                "from=" + soon + "&to=" + yesterday,
                "from: expected " + yesterday + " (to) or a day before, found " + soon);
        assertWrong("from=31.1.2026", "from: expected a day such as 2026-01-31");
        assertWrong("to=2026-02-30", "to: expected a day such as 2026-01-31");
    }

    private static JsonNode usage(String days) throws IOException {
        return read(1, "/manage/usage?" + days).path("uses");
    }

    private static void assertWrong(String days, String message) throws IOException {
        HttpResponse<String> answer = CLIENT.get(uri(1, "/manage/usage?" + days));
        assertThat(answer.statusCode()).as(days).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("message").asText()).startsWith(message);
    }

    private static long used(int node, String direction, String column) throws IOException {
        long sum = 0;
        for (JsonNode use : read(node, "/manage/usage").path("uses")) {
            if (use.path("direction").asText().equals(direction)
                    && use.path("master").asText().equals("sae-1")
                    && use.path("slave").asText().equals("sae-4")) {
                sum += use.path(column).asLong();
            }
        }
        return sum;
    }

    @Test
    void links_areShownPerKmePairAndDirection() throws Exception {
        JsonNode links = read(2, "/manage/links").path("links");

        assertThat(links).hasSize(2);
        assertThat(links.get(0).path("neighbour").asText()).isEqualTo("tn-1");
        assertThat(links.get(0).path("up").asBoolean()).isTrue();
        JsonNode pair = links.get(0).path("kme_pairs").get(0);
        assertThat(pair.path("kme").asText()).isEqualTo("kme-2-1");
        assertThat(pair.path("peer").asText()).isEqualTo("kme-1-2");
        assertThat(pair.path("ours").path("stock_bits").asLong()).isPositive();
        assertThat(pair.path("theirs").path("stock_bits").asLong()).isPositive();
    }

    @Test
    void paths_areExplained_byTheNamedPlannerToo() throws Exception {
        for (String planner : List.of("shortestPath", "mostKeys")) {
            JsonNode paths = read(1, "/manage/paths?from=sae-1&to=sae-4&planner=" + planner);
            assertThat(paths.path("planner").asText()).isEqualTo(planner);
            assertThat(paths.path("paths")).hasSize(1);
            assertThat(texts(paths.path("paths").get(0).path("nodes"))).containsExactly("tn-1", "tn-2", "tn-3", "tn-4");
            assertThat(paths.path("paths").get(0).path("merits")).isNotEmpty();
            assertThat(paths.path("note").asText()).isEqualTo("it is the only path");
            assertThat(paths.path("disjoint")).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from=sae-2&to=sae-4 | from: sae-2 is not an SAE of tn-1, it belongs to tn-2; did you mean sae-1?",
                "from=sae-1&to=sae-44 | to: tn-1 has not heard of an SAE sae-44; did you mean sae-4?",
                "from=sae-1&to=sae-1 | to: another SAE than from",
                "from=sae-1 | to: the id of an SAE is missing",
                "from=sae-1&from=sae-2&to=sae-4 | from: the id of an SAE is missing",
                "from=sae-1&to=%00 | to: ",
                "from=sae-1&to=sae-4&planner=widest | planner: there is none of this name; there are mostKeys, shortestPath",
                "from=sae-1&to=sae-4&planner=mostKey | planner: there is none of this name; did you mean mostKeys?",
            })
    void wrongQuestion_isAnsweredWithWhatIsWrong(String query, String message) throws Exception {
        HttpResponse<String> answer = CLIENT.get(uri(1, "/manage/paths?" + query));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("message").asText()).startsWith(message);
    }

    @Test
    void trace_timesEachHop_andLeavesNoKeyBehind() throws Exception {
        long waiting = keys(4, "waiting", "sae-1", "sae-4");
        HttpResponse<String> answer = change(1, "POST", "/manage/trace", "{\"from\":\"sae-1\",\"to\":\"sae-4\"}");
        JsonNode trace = JSON.readTree(answer.body());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(texts(trace.path("path"))).containsExactly("tn-1", "tn-2", "tn-3", "tn-4");
        assertThat(trace.path("nodes")).hasSize(4);
        long before = trace.path("total_micros").asLong();
        for (JsonNode node : trace.path("nodes")) {
            assertThat(node.path("total_micros").asLong()).isBetween(1L, before);
            before = node.path("onward_micros").asLong();
        }
        assertThat(before).as("the egress waits for nobody").isZero();
        assertThat(trace.path("voided").asBoolean()).isTrue();
        assertThat(answer.body()).doesNotContainPattern(KEY_ID);
        assertThat(keys(4, "waiting", "sae-1", "sae-4")).isEqualTo(waiting);
        assertThat(keys(1, "record", "sae-1", "sae-4")).isZero();
    }

    @Test
    void keysOfATrace_areToldOfInTheAuditLogs_asThoseOfNobody() throws Exception {
        int before = audited(1, "voided", "taken back").size();
        assertThat(change(1, "POST", "/manage/trace", "{\"from\":\"sae-1\",\"to\":\"sae-4\"}")
                        .statusCode())
                .isEqualTo(200);

        await().atMost(Duration.ofSeconds(20))
                .until(() -> audited(1, "voided", "taken back").size() > before);
        List<String> told = audited(1, "voided", "taken back");
        JsonNode here = JSON.readTree(told.get(told.size() - 1));
        assertThat(here.path("master").asText()).isEqualTo("sae-1");
        assertThat(texts(here.path("slaves"))).containsExactly("sae-4");
        String id = here.path("key_ids").path(0).asText();
        assertThat(id).isNotEmpty();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(audited(4, "voided", "by notice"))
                .anyMatch(line -> line.contains(id)));
    }

    private static List<String> audited(int node, String event, String reason) throws IOException {
        return network.audited(node, "\"event\":\"" + event + "\"").stream()
                .filter(line -> line.contains("\"reason\":\"" + reason + "\""))
                .toList();
    }

    @Test
    void keys_areCountedByPairAndState() throws Exception {
        assertThat(network.as("sae-2")
                        .get(network.api(2) + "sae-4/enc_keys?number=3")
                        .statusCode())
                .isEqualTo(200);

        assertThat(keys(4, "waiting", "sae-2", "sae-4")).isEqualTo(3);
        assertThat(keys(2, "record", "sae-2", "sae-4")).isEqualTo(3);
        assertThat(CLIENT.get(uri(4, "/manage/keys")).body()).doesNotContainPattern(KEY_ID);
    }

    @Test
    void drainedNode_givesNoNewKeys_butItsSlavesFetch_andItIsBackAfterwards() throws Exception {
        String given = network.as("sae-4")
                .get(network.api(4) + "sae-3/enc_keys?number=1")
                .body();
        String id = JSON.readTree(given).path("keys").get(0).path("key_ID").asText();

        assertThat(change(3, "PUT", "/manage/drain", "").statusCode()).isEqualTo(200);
        try {
            HttpResponse<String> refused = network.as("sae-3").get(network.api(3) + "sae-4/enc_keys");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.body()).contains("being drained");
            assertThat(network.as("sae-3")
                            .get(network.api(3) + "sae-4/dec_keys?key_ID=" + id)
                            .statusCode())
                    .isEqualTo(200);
            JsonNode status = read(3, "/manage/status");
            assertThat(status.path("draining").asBoolean()).isTrue();
            assertThat(status.path("ready").asBoolean()).isFalse();
            assertThat(CLIENT.get(uri(3, "/observe/health/ready")).statusCode()).isEqualTo(503);
            await("others plan around it").atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                JsonNode paths = read(1, "/manage/paths?from=sae-1&to=sae-4");
                assertThat(paths.path("paths")).isEmpty();
                assertThat(paths.path("note").asText())
                        .isEqualTo("no path leads to tn-4 now: only tn-2, tn-3 can be reached");
            });
            await("nothing runs and nothing is owed")
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> {
                        JsonNode drain = read(3, "/manage/drain");
                        assertThat(drain.path("requests_running").asInt()).isZero();
                        assertThat(drain.path("notices_owed").asInt()).isZero();
                    });
        } finally {
            assertThat(change(3, "DELETE", "/manage/drain", "").statusCode()).isEqualTo(200);
        }
        network.awaitKeys(1, 4);
        assertThat(network.as("sae-3").get(network.api(3) + "sae-4/enc_keys").statusCode())
                .isEqualTo(200);
    }

    @Test
    void zeroisedNode_hasNoKeys_tellsTheNodesThatHaveToKnow_andIsBackWhenTheOperatorSaysSo() throws Exception {
        assertThat(network.as("sae-2")
                        .get(network.api(2) + "sae-3/enc_keys?number=4")
                        .statusCode())
                .isEqualTo(200);
        String epoch = read(3, "/manage/links").path("epoch").asText();
        assertThat(keys(2, "record", "sae-2", "sae-3")).isEqualTo(4);
        for (String slip : List.of("", "{}", "{", "{\"confirm\":\"tn-2\"}", "{\"confirm\":true}")) {
            assertThat(change(3, "POST", "/manage/zeroise", slip).statusCode())
                    .as(slip)
                    .isEqualTo(400);
        }
        assertThat(keys(3, "waiting", "sae-2", "sae-3")).isEqualTo(4);

        HttpResponse<String> done = change(3, "POST", "/manage/zeroise", "{\"confirm\":\"tn-3\"}");

        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(JSON.readTree(done.body()).path("waiting_keys").asInt()).isEqualTo(4);
        assertThat(JSON.readTree(done.body()).path("link_key_bits").asLong()).isPositive();
        assertThat(keys(3, "waiting", "sae-2", "sae-3")).isZero();
        assertThat(read(3, "/manage/links").path("epoch").asText()).isNotEqualTo(epoch);
        assertThat(CLIENT.get(uri(3, "/observe/health/ready")).statusCode()).isEqualTo(503);
        assertThat(network.as("sae-3").get(network.api(3) + "sae-4/enc_keys").statusCode())
                .isEqualTo(503);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(keys(2, "record", "sae-2", "sae-3"))
                .isZero());
        assertThat(CLIENT.get(uri(2, "/observe/metrics")).body())
                .contains("qkd_alarms_total{kind=\"keys-destroyed\"} 1.0");
        assertThat(CLIENT.get(uri(3, "/observe/metrics")).body()).contains("qkd_alarms_total{kind=\"zeroised\"} 1.0");

        assertThat(change(3, "DELETE", "/manage/drain", "").statusCode()).isEqualTo(200);
        network.awaitKeys(1, 4);
        network.awaitKeys(4, 1);
        assertThat(network.as("sae-2").get(network.api(2) + "sae-3/enc_keys").statusCode())
                .isEqualTo(200);
    }

    @Test
    void storeOfARunningNode_isChecked_getsAnotherKek_andIsBackedUp_andItsKeysCanBeFetched() throws Exception {
        String given = network.as("sae-1")
                .get(network.api(1) + "sae-4/enc_keys?number=1")
                .body();
        JsonNode key = JSON.readTree(given).path("keys").get(0);
        byte[] former = Files.readAllBytes(network.data(4).resolve("kek"));

        JsonNode found =
                JSON.readTree(change(4, "POST", "/manage/store/check", "").body());
        assertThat(found.path("sound").asBoolean()).as(found.toString()).isTrue();
        assertThat(found.path("rows").path("stored_key").asInt()).isPositive();
        assertThat(change(4, "POST", "/manage/store/rekey", "").statusCode()).isEqualTo(200);
        assertThat(Files.readAllBytes(network.data(4).resolve("kek"))).isNotEqualTo(former);
        Path backup = folder.resolve("tn-4.backup");
        String body = "{\"file\":\"" + backup + "\"}";
        assertThat(change(4, "POST", "/manage/store/backup", body).statusCode()).isEqualTo(200);
        assertThat(backup).isNotEmptyFile();
        for (String wrong : List.of(body, "{\"file\":\"backup\"}", "{\"file\":\"/\"}", "{}", "{", "")) {
            assertThat(change(4, "POST", "/manage/store/backup", wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }

        HttpResponse<String> fetched = network.as("sae-4")
                .get(network.api(4) + "sae-1/dec_keys?key_ID="
                        + key.path("key_ID").asText());
        assertThat(JSON.readTree(fetched.body()).path("keys").get(0)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/manage/status", "/manage/links", "/manage/paths", "/manage/keys"})
    void read_byAnotherMethod_isRefused(String path) throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            assertThat(change(1, method, path, "{}").statusCode()).as(method).isEqualTo(405);
        }
        assertThat(CLIENT.send(TestClient.request(uri(1, path)).method("HEAD", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/manage/trace",
        "PUT,/manage/drain",
        "DELETE,/manage/drain",
        "POST,/manage/zeroise",
        "POST,/manage/store/check",
        "POST,/manage/store/rekey",
        "POST,/manage/store/backup"
    })
    void change_withoutTheToken_orFromAForeignPage_changesNothing(String method, String path) throws Exception {
        HttpRequest.Builder bare =
                TestClient.request(uri(1, path)).method(method, BodyPublishers.ofString("{\"from\":\"sae-1\"}"));
        assertThat(CLIENT.send(bare).statusCode()).isEqualTo(401);
        assertThat(CLIENT.send(request(1, method, path, "{}").header("Origin", "http://evil.example"))
                        .statusCode())
                .isEqualTo(403);
        HttpRequest.Builder ofAnother = TestClient.request(uri(1, path))
                .header("Authorization", "Bearer " + token(2))
                .method(method, BodyPublishers.ofString("{}"));
        assertThat(CLIENT.send(ofAnother).statusCode())
                .as("the token of another node")
                .isEqualTo(401);
        assertThat(read(1, "/manage/drain").path("draining").asBoolean()).isFalse();
    }

    @Test
    void usesOfTheManagementPort_areToldOfInTheAuditLog_andThoseWithoutTheTokenAsRefused() throws Exception {
        assertThat(change(2, "POST", "/manage/trace", "{").statusCode()).isEqualTo(400);
        assertThat(CLIENT.send(TestClient.request(uri(2, "/manage/drain")).PUT(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(401);
        read(2, "/manage/keys");

        for (String told : List.of(
                "\"event\":\"managed\",\"door\":\"trace\",\"status\":400,\"count\":",
                "\"event\":\"managed\",\"door\":\"keys\",\"status\":200,\"count\":",
                "\"event\":\"refused\",\"door\":\"management\",\"reason\":\"no_token\",")) {
            await().alias(told).atMost(Duration.ofSeconds(20)).until(() -> !network.audited(2, told)
                    .isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{\"from\":7,\"to\":{}}",
                "{\"from\":\"sae-1\",\"to\":\"sae-1b\"}",
                "{\"from\":\"sae-1\",\"to\":\"\\u0000\"}",
            })
    void traceOfAnOddBody_is400(String body) throws Exception {
        HttpResponse<String> answer = change(1, "POST", "/manage/trace", body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("message").asText()).isNotEmpty();
    }

    @Test
    void traceOfAHugeOrDeepBody_isRefused_andTheNodeGoesOn() throws Exception {
        assertThat(change(1, "POST", "/manage/trace", " ".repeat(4 << 20)).statusCode())
                .isEqualTo(413);
        assertThat(change(1, "POST", "/manage/trace", "[".repeat(100_000)).statusCode())
                .isEqualTo(400);
        assertThat(read(1, "/manage/status").path("node").asText()).isEqualTo("tn-1");
    }

    private static JsonNode read(int node, String path) throws IOException {
        HttpResponse<String> answer = CLIENT.get(uri(node, path));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> change(int node, String method, String path, String body) throws IOException {
        return CLIENT.send(request(node, method, path, body));
    }

    private static HttpRequest.Builder request(int node, String method, String path, String body) throws IOException {
        return TestClient.request(uri(node, path))
                .header("Authorization", "Bearer " + token(node))
                .method(method, BodyPublishers.ofString(body));
    }

    private static String token(int node) throws IOException {
        return Files.readString(network.data(node).resolve(AdminToken.FILE));
    }

    private static String uri(int node, String path) {
        URI management = network.management(node, "");
        return management + path;
    }

    private static long keys(int node, String state, String from, String to) throws IOException {
        long keys = 0;
        for (JsonNode count : read(node, "/manage/keys").path("counts")) {
            if (count.path("state").asText().equals(state)
                    && count.path("from").asText().equals(from)
                    && count.path("to").asText().equals(to)) {
                keys += count.path("keys").asLong();
            }
        }
        return keys;
    }

    private static JsonNode pair(JsonNode status, String from, String to) {
        for (JsonNode pair : status.path("pairs")) {
            if (pair.path("from").asText().equals(from)
                    && pair.path("to").asText().equals(to)) {
                return pair;
            }
        }
        return JSON.missingNode();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
