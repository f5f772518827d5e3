package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.audit.AuditVerifier;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.transport.RequestId;
import org.qkdmesh.transport.TestClient;
import org.slf4j.LoggerFactory;

/** Keys through four nodes in one JVM, over real TLS and with real stores. */
class RelayNetworkTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder).start();
        await().atMost(Duration.ofSeconds(60)).until(() -> deliverable(1, 4) > 0 && deliverable(4, 1) > 0);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void encKeys_overThreeHops_givesBothSaesTheSameKeys() throws Exception {
        HttpResponse<String> given = as("sae-1").get(network.api(1) + "sae-4/enc_keys?number=10&size=256");
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        JsonNode keys = JSON.readTree(given.body()).path("keys");
        assertThat(keys).hasSize(10);
        for (JsonNode key : keys) {
            String id = key.path("key_ID").asText();
            HttpResponse<String> fetched = as("sae-4").get(network.api(4) + "sae-1/dec_keys?key_ID=" + id);
            assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(200);
            assertThat(JSON.readTree(fetched.body()).path("keys").get(0)).isEqualTo(key);
            HttpResponse<String> again = as("sae-4").get(network.api(4) + "sae-1/dec_keys?key_ID=" + id);
            assertThat(again.statusCode()).isEqualTo(400);
        }
    }

    @Test
    void whatBecomesOfAKey_isInTheAuditLogsOfItsEnds_whichAreWhole() throws Exception {
        HttpResponse<String> given = as("sae-1").get(network.api(1) + "sae-4/enc_keys?size=128");
        String id =
                JSON.readTree(given.body()).path("keys").get(0).path("key_ID").asText();
        HttpResponse<String> fetched = as("sae-4").get(network.api(4) + "sae-1/dec_keys?key_ID=" + id);
        assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(200);

        assertThat(as("sae-4")
                        .get(network.api(4) + "sae-1/dec_keys?key_ID=" + id)
                        .statusCode())
                .isEqualTo(400);

        await().untilAsserted(() -> {
            assertThat(audited(
                            4,
                            "\"event\":\"refused\",\"door\":\"dec-keys\",\"reason\":\"unknown_key\",\"who\":\"sae-4\","
                                    + "\"master\":\"sae-1\",\"slaves\":[\"sae-4\"]"))
                    .isNotEmpty();
            assertThat(audited(1, "\"event\":\"started\",\"certificate\":")).hasSize(1);
            assertThat(audited(1, id))
                    .extracting(line -> line.path("event").asText())
                    .containsExactly("asked", "given", "delivered");
            assertThat(audited(4, id))
                    .extracting(line -> line.path("event").asText())
                    .containsExactly("stored", "fetched");
        });
        JsonNode asked = audited(1, id).get(0);
        assertThat(asked.path("master").asText()).isEqualTo("sae-1");
        assertThat(asked.path("slaves")).isEqualTo(JSON.readTree("[\"sae-4\"]"));
        assertThat(asked.path("path")).isEqualTo(JSON.readTree("[\"tn-1\",\"tn-2\",\"tn-3\",\"tn-4\"]"));
        assertThat(asked.path("bits").asInt()).isEqualTo(128);
        for (int node : new int[] {1, 4}) {
            AuditVerifier verifier = new AuditVerifier(PemFiles.certificates(network.authority()), progress -> {});
            assertThat(verifier.verify(audit(node)).findings()).isEmpty();
        }
    }

    private static List<Path> audit(int node) throws IOException {
        return AuditVerifier.filesIn(network.data(node).resolve("audit"));
    }

    /** The lines of a node's log that have this text in them. */
    private static List<JsonNode> audited(int node, String text) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (Path file : audit(node)) {
            for (String line : Files.readAllLines(file)) {
                if (line.contains(text)) {
                    lines.add(JSON.readTree(line));
                }
            }
        }
        return lines;
    }

    @Test
    void encKeys_forSlavesAtFourNodes_givesAllOfThemTheSameKeys_eachOnce() throws Exception {
        String body = "{\"number\":3,\"additional_slave_SAE_IDs\":[\"sae-2\",\"sae-1b\",\"sae-3\"]}";
        HttpResponse<String> given =
                as("sae-1").post(network.api(1) + "sae-4/enc_keys", body.getBytes(StandardCharsets.UTF_8));
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        JsonNode keys = JSON.readTree(given.body()).path("keys");
        assertThat(keys).hasSize(3);
        Map<String, Integer> slaves = Map.of("sae-4", 4, "sae-2", 2, "sae-3", 3, "sae-1b", 1);
        for (JsonNode key : keys) {
            String query = "dec_keys?key_ID=" + key.path("key_ID").asText();
            for (Map.Entry<String, Integer> slave : slaves.entrySet()) {
                String url = network.api(slave.getValue()) + "sae-1/" + query;
                HttpResponse<String> fetched = as(slave.getKey()).get(url);
                assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(200);
                assertThat(JSON.readTree(fetched.body()).path("keys").get(0)).isEqualTo(key);
                assertThat(as(slave.getKey()).get(url).statusCode()).isEqualTo(400);
            }
        }
    }

    @Test
    void encKeys_betweenTwoSaesOfOneNode_needsNoRelay() throws Exception {
        HttpResponse<String> given = as("sae-1").get(network.api(1) + "sae-1b/enc_keys");
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        JsonNode key = JSON.readTree(given.body()).path("keys").get(0);
        String body = "{\"key_IDs\":[{\"key_ID\":\"" + key.path("key_ID").asText() + "\"}]}";
        HttpResponse<String> fetched =
                as("sae-1b").post(network.api(1) + "sae-1/dec_keys", body.getBytes(StandardCharsets.UTF_8));
        assertThat(JSON.readTree(fetched.body()).path("keys").get(0)).isEqualTo(key);
    }

    @Test
    void encKeys_overThreeHops_isFoundUnderOneRequestId_inTheLogsOfAllNodes_andNoKeyIs() throws Exception {
        Logger ours = (Logger) LoggerFactory.getLogger("org.qkdmesh");
        Level before = ours.getLevel();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        ours.addAppender(lines);
        ours.setLevel(Level.TRACE);
        HttpResponse<String> given;
        try {
            given = as("sae-1")
                    .send(TestClient.request(network.api(1) + "sae-4/enc_keys")
                            .header(RequestId.HEADER, "over-three-hops"));
            assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
            assertThat(given.headers().firstValue(RequestId.HEADER)).contains("over-three-hops");
            String id = JSON.readTree(given.body())
                    .path("keys")
                    .get(0)
                    .path("key_ID")
                    .asText();
            as("sae-4").get(network.api(4) + "sae-1/dec_keys?key_ID=" + id);
        } finally {
            ours.setLevel(before);
            ours.detachAppender(lines);
        }
        List<ILoggingEvent> logged = List.copyOf(lines.list);
        assertThat(logged.stream()
                        .filter(line -> "over-three-hops"
                                .equals(line.getMDCPropertyMap().get(RequestId.LOGGED_AS)))
                        .map(ILoggingEvent::getFormattedMessage)
                        .filter(line -> line.contains(" answered 200 "))
                        .map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly("ext-keys", "ext-keys", "ext-keys", "enc-keys");
        JsonNode key = JSON.readTree(given.body()).path("keys").get(0);
        assertThat(logged)
                .extracting(ILoggingEvent::getFormattedMessage)
                .noneMatch(line -> line.contains(key.path("key").asText())
                        || line.contains(key.path("key_ID").asText()));
    }

    /** The asynchronous mode of ETSI GS QKD 020 would have a neighbour take back what waits, by its id. */
    @Test
    void neighboursVoid_byTheDoorOfTheAsynchronousMode_isRefused_andTheKeyCanBeFetched() throws Exception {
        JsonNode key = JSON.readTree(
                        as("sae-1").get(network.api(1) + "sae-4/enc_keys").body())
                .path("keys")
                .get(0);
        String named = "\"key_ids\":[" + key.path("key_ID")
                + "],\"initiator_sae_id\":\"sae-1\",\"target_sae_ids\":[\"sae-4\"]";
        for (String body : List.of(
                "{" + named + "}",
                "{" + named.replaceFirst("\\[.*?]", "[]") + ",\"extension_mandatory\":[{\"all_confirmation\":true}]}",
                "[{" + named + ",\"ack_status\":\"voided\"}]")) {
            for (String door : List.of("void", "ack")) {
                HttpResponse<String> answer = as("tn-3")
                        .post(
                                network.url("tn-4") + "/kmapi/v1/ext_keys/" + door,
                                body.getBytes(StandardCharsets.UTF_8));
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            }
        }
        HttpResponse<String> fetched = as("sae-4")
                .get(network.api(4) + "sae-1/dec_keys?key_ID="
                        + key.path("key_ID").asText());
        assertThat(JSON.readTree(fetched.body()).path("keys").get(0)).isEqualTo(key);
        assertThat(TestClient.plain()
                        .get(network.management(4, "/observe/metrics").toString())
                        .body())
                .contains("qkd_refusals_total{door=\"ext-keys-void\",reason=\"not_offered\"} 3.0");
    }

    /** Of 128 ids each of the 122 bits that a version 4 UUID leaves open is 0 in some and 1 in others. */
    @ParameterizedTest
    @ValueSource(strings = {"sae-4", "sae-1b"})
    void idsOfKeys_thatAreRelayed_orStayAtTheNode_areRandom(String slave) throws Exception {
        HttpResponse<String> given = as("sae-1").get(network.api(1) + slave + "/enc_keys?number=128&size=64");
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        Set<UUID> ids = new HashSet<>();
        long highSet = 0;
        long lowSet = 0;
        long highClear = 0;
        long lowClear = 0;
        for (JsonNode key : JSON.readTree(given.body()).path("keys")) {
            UUID id = UUID.fromString(key.path("key_ID").asText());
            assertThat(id.version()).isEqualTo(4);
            assertThat(id.variant()).isEqualTo(2);
            ids.add(id);
            highSet |= id.getMostSignificantBits();
            lowSet |= id.getLeastSignificantBits();
            highClear |= ~id.getMostSignificantBits();
            lowClear |= ~id.getLeastSignificantBits();
        }
        assertThat(ids).hasSize(128);
        assertThat(Long.bitCount(highSet & highClear) + Long.bitCount(lowSet & lowClear))
                .isEqualTo(122);
    }

    private static long deliverable(int from, int to) throws Exception {
        HttpResponse<String> status = as("sae-" + from).get(network.api(from) + "sae-" + to + "/status");
        return status.statusCode() == 200
                ? JSON.readTree(status.body()).path("stored_key_count").asLong()
                : 0;
    }

    private static TestClient as(String sae) {
        return network.as(sae);
    }
}
