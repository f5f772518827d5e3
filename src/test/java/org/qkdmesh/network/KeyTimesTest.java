package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.KeyTimes;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.transport.TestClient;

/**
 * Keys are given only while enough of their life is left, and once more to the slave that had them: at node 1, where the
 * slave is, within a redelivery window of a minute; at node 2, where the master is, in the first three seconds of their life.
 */
class KeyTimesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static final SteppingClock SLAVES_CLOCK = new SteppingClock();
    private static final SteppingClock MASTERS_CLOCK = new SteppingClock();
    private static ExampleNetwork network;
    private static FreezingProxy beforeSlavesNode;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder, new ExampleNetwork.Link(1, 2))
                .withClock(1, SLAVES_CLOCK)
                .withTimes(1, new KeyTimes(Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofSeconds(60)))
                .withClock(2, MASTERS_CLOCK)
                .withTimes(2, new KeyTimes(Duration.ofSeconds(60), Duration.ofSeconds(57), Duration.ZERO));
        beforeSlavesNode = network.proxy(1);
        network.start();
    }

    @BeforeEach
    void awaitKeys() {
        network.awaitKeys(2, 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> encKeys(1).statusCode() == 200);
    }

    @AfterAll
    static void stop() throws Exception {
        network.close();
        beforeSlavesNode.close();
    }

    @Test
    void decKeys_afterTheAnswerWasLost_givesTheSameSlaveTheSameBytes_untilTheWindowEnds_andNobodyElse()
            throws Exception {
        double fetchedBefore = metric(1, "qkd_keys_fetched_total");
        JsonNode given = keys(encKeys(2));
        byte[] ids = ids(given);
        HttpResponse<String> lost = decKeys("sae-1", ids);
        assertThat(keys(lost)).isEqualTo(given);

        assertThat(keys(decKeys("sae-1", ids))).isEqualTo(given);
        assertThat(decKeys("sae-1b", ids).statusCode())
                .as("another SAE of the node")
                .isEqualTo(401);
        SLAVES_CLOCK.advance(Duration.ofSeconds(40));
        assertThat(keys(decKeys("sae-1", ids))).as("before the window ends").isEqualTo(given);
        assertThat(metric(1, "qkd_keys_fetched_total")).isEqualTo(fetchedBefore + 2);
        assertThat(metric(1, "qkd_keys_redelivered_total")).isEqualTo(4);
        String asAudited = "\"master\":\"sae-2\",\"slaves\":[\"sae-1\"],\"key_ids\":[\""
                + String.join("\",\"", given.findValuesAsText("key_ID")) + "\"]";
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(network.audited(1, "\"event\":\"fetched\"," + asAudited)).hasSize(1);
            assertThat(network.audited(1, "\"event\":\"redelivered\"," + asAudited))
                    .hasSize(2);
        });

        SLAVES_CLOCK.advance(Duration.ofSeconds(20));
        HttpResponse<String> after = decKeys("sae-1", ids);
        HttpResponse<String> unknown = decKeys("sae-1", request(List.of("" + UUID.randomUUID())));
        assertThat(after.statusCode()).isEqualTo(400);
        assertThat(after.body()).isEqualTo(unknown.body());
        assertThat(decKeys("sae-1b", ids).body()).as("another SAE of the node").isEqualTo(unknown.body());
    }

    @Test
    void encKeys_whenTooLittleOfTheirLifeIsLeft_givesNone_andTakesBackWhatTheSlavesNodeHas() throws Exception {
        double before = metric(2, "qkd_keys_voided_total");
        CompletableFuture<HttpResponse<String>> answer;
        beforeSlavesNode.freeze(true);
        try {
            answer = CompletableFuture.supplyAsync(() -> encKeys(3));
            await().until(() -> counts(2).contains("\"intent\""));
            // Less than a request may take, and more than the fetch window leaves.
            MASTERS_CLOCK.advance(Duration.ofMillis(3_200));
        } finally {
            beforeSlavesNode.freeze(false);
        }
        HttpResponse<String> late = answer.get(20, TimeUnit.SECONDS);
        assertThat(late.statusCode()).as(late.body()).isEqualTo(503);
        assertThat(late.headers().firstValue("Retry-After")).isPresent();
        assertThat(late.body()).contains("timeout");
        assertThat(metric(2, "qkd_keys_voided_total")).isEqualTo(before + 3);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(counts(2)).doesNotContain("\"void\"", "\"intent\""));

        JsonNode given = keys(encKeys(1));
        assertThat(keys(decKeys("sae-1", ids(given)))).isEqualTo(given);
    }

    private static HttpResponse<String> encKeys(int number) {
        return network.as("sae-2").get(network.api(2) + "sae-1/enc_keys?number=" + number);
    }

    private static HttpResponse<String> decKeys(String slave, byte[] ids) {
        return network.as(slave).post(network.api(1) + "sae-2/dec_keys", ids);
    }

    private static JsonNode keys(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("keys");
    }

    private static byte[] ids(JsonNode keys) {
        return request(keys.findValuesAsText("key_ID"));
    }

    private static byte[] request(List<String> ids) {
        return ids.stream()
                .map(id -> "{\"key_ID\":\"" + id + "\"}")
                .collect(Collectors.joining(",", "{\"key_IDs\":[", "]}"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String counts(int node) {
        return TestClient.plain()
                .get(network.management(node, "/manage/keys").toString())
                .body();
    }

    private static double metric(int node, String series) {
        return TestClient.plain()
                .get(network.management(node, "/observe/metrics").toString())
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .sum();
    }

    /** The machine's clock, but that it can be told that time has passed. */
    private static final class SteppingClock implements NodeClock {

        private final NodeClock machine = NodeClock.system();
        private final AtomicLong aheadMillis = new AtomicLong();

        void advance(Duration time) {
            aheadMillis.addAndGet(time.toMillis());
        }

        @Override
        public long monotonicMillis() {
            return machine.monotonicMillis() + aheadMillis.get();
        }

        @Override
        public Instant wall() {
            return machine.wall().plusMillis(aheadMillis.get());
        }
    }
}
