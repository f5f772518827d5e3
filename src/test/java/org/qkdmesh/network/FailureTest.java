package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.store.WaitingKey;
import org.qkdmesh.transport.TestClient;

/** What the SAEs of a network see when nodes, KMEs and disks do what they should not. */
class FailureTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static ExampleNetwork network;
    private static FreezingProxy beforeNode3;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder);
        beforeNode3 = network.proxy(3);
        network.start();
    }

    @BeforeEach
    void awaitKeys() {
        network.awaitKeys(1, 2);
        network.awaitKeys(1, 4);
        network.awaitKeys(2, 4);
        // A hop that has failed is left alone for a second.
        await().atMost(Duration.ofSeconds(20)).until(() -> encKeys("sae-4", 1).statusCode() == 200);
    }

    @AfterAll
    static void stop() throws Exception {
        network.close();
        beforeNode3.close();
    }

    @Test
    void nodeOnTheWayDown_isSaidWithinFiveSeconds_andHurtsNobodyElse() throws Exception {
        network.stopNode(3);
        try {
            long start = System.nanoTime();
            HttpResponse<String> across = encKeys("sae-4", 1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(5_500));
            assertThat(across.statusCode()).isEqualTo(503);
            assertThat(across.headers().firstValue("Retry-After")).isPresent();
            assertThat(encKeys("sae-2", 1).statusCode()).isEqualTo(200);
        } finally {
            network.startNode(3);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> encKeys("sae-4", 1).statusCode() == 200);
    }

    @Test
    void slavesNodeStartedAgain_stillHasAllKeysThatWait() throws Exception {
        Map<String, JsonNode> waiting = keys(encKeys("sae-4", 10));
        network.stopNode(4);
        network.startNode(4);
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            waiting.entrySet().removeIf(key -> isFetched(key.getKey(), key.getValue()));
            return waiting.isEmpty();
        });
    }

    @Test
    void wrongKeysAtOneEnd_neverReachTwoSaes_andServiceGoesOn() throws Exception {
        int same = 0;
        network.fault("kme-2-3", "wrong_key");
        try {
            // What was in stock is right; a node that comes back has to fetch anew.
            network.stopNode(3);
            network.startNode(3);
            network.awaitKeys(1, 4);
            for (int i = 0; i < 5; i++) {
                same += sameAtBothEnds(encKeys("sae-4", 2));
                assertThat(encKeys("sae-2", 1).statusCode()).isEqualTo(200);
            }
            assertThat(same).as("keys that crossed a link whose ends differ").isZero();
        } finally {
            network.fault("kme-2-3", "none");
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> sameAtBothEnds(encKeys("sae-4", 1)) == 1);
    }

    @Test
    void hopThatHangs_holdsUpOnlyWhatGoesThere() throws Exception {
        ExecutorService masters = Executors.newFixedThreadPool(48);
        beforeNode3.freeze(true);
        try {
            List<CompletableFuture<HttpResponse<String>>> stuck = new ArrayList<>();
            for (int i = 0; i < 48; i++) {
                stuck.add(CompletableFuture.supplyAsync(
                        () -> network.as("sae-2").get(network.api(2) + "sae-4/enc_keys"), masters));
            }
            // The first call may have to wait for a processor that is busy with the others' handshakes.
            assertThat(Math.min(secondsForStatus(), secondsForStatus())).isLessThan(1);
            assertThat(stuck).noneMatch(CompletableFuture::isDone);
            for (CompletableFuture<HttpResponse<String>> answer : stuck) {
                assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
            }
        } finally {
            masters.shutdownNow();
            beforeNode3.freeze(false);
        }
    }

    @Test
    void slavesAtSeveralNodes_oneOfThemDead_nobodyHasTheKeys_ofWhichTheOthersHeld() throws Exception {
        String body = "{\"additional_slave_SAE_IDs\":[\"sae-1b\",\"sae-4\"]}";
        Set<KeyId> others = waitingAtNode2();
        Set<KeyId> held = new HashSet<>();
        beforeNode3.freeze(true);
        try {
            CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() ->
                    network.as("sae-1").post(network.api(1) + "sae-2/enc_keys", body.getBytes(StandardCharsets.UTF_8)));
            await().ignoreExceptions().until(() -> {
                held.addAll(waitingAtNode2());
                held.removeAll(others);
                return !held.isEmpty() || answer.isDone();
            });
            assertThat(held).as("what reached the node that is alive").isNotEmpty();
            assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        } finally {
            beforeNode3.freeze(false);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> !countsAtNode1().contains("\"void\""));
        for (KeyId id : held) {
            String call = "sae-1/dec_keys?key_ID=" + id;
            assertThat(network.as("sae-2").get(network.api(2) + call).statusCode())
                    .isEqualTo(400);
            assertThat(network.as("sae-4").get(network.api(4) + call).statusCode())
                    .isEqualTo(400);
            assertThat(network.as("sae-1b").get(network.api(1) + call).statusCode())
                    .isEqualTo(400);
        }
    }

    private static String countsAtNode1() {
        return TestClient.plain()
                .get(network.management(1, "/manage/keys").toString())
                .body();
    }

    /** The keys that wait at node 2, from a copy of its disk. */
    private static Set<KeyId> waitingAtNode2() throws IOException {
        Path copy = Files.createTempDirectory(folder, "copy");
        for (Path file : filesUnder(network.data(2))) {
            Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
        try (NodeStore store = SqliteStore.open(copy, NodeClock.system(), EventLog.silent())) {
            return store.transact(tx -> tx.waitingKeys(100).stream()
                    .filter(key -> key.pair().slave().equals(new SaeId("sae-2")))
                    .map(WaitingKey::id)
                    .collect(Collectors.toSet()));
        }
    }

    @Test
    void noFile_holdsAByteSequenceOfADeliveredKey() throws Exception {
        Map<String, JsonNode> keys = keys(encKeys("sae-4", 10));
        keys.putAll(keys(encKeys("sae-1b", 2)));
        List<String> ids = List.copyOf(keys.keySet());
        for (String id : ids.subList(0, 5)) {
            assertThat(isFetched(id, keys.get(id))).isTrue();
        }
        List<String> traces = new ArrayList<>();
        for (JsonNode entry : keys.values()) {
            byte[] key = entry.path("key").binaryValue();
            traces.add(new String(key, StandardCharsets.ISO_8859_1));
            traces.add(HexFormat.of().formatHex(key));
            traces.add(HexFormat.of().withUpperCase().formatHex(key));
            traces.add(Base64.getEncoder().withoutPadding().encodeToString(key));
            traces.add(Base64.getUrlEncoder().withoutPadding().encodeToString(key));
        }
        int files = 0;
        for (Path file : filesUnder(folder)) {
            String content = Files.readString(file, StandardCharsets.ISO_8859_1);
            assertThat(traces.stream().anyMatch(content::contains))
                    .as(file.toString())
                    .isFalse();
            files++;
        }
        assertThat(files).isGreaterThan(4 * 3);
    }

    private static double secondsForStatus() {
        long start = System.nanoTime();
        assertThat(network.as("sae-2").get(network.api(2) + "sae-1/status").statusCode())
                .isEqualTo(200);
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<Path> filesUnder(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** How many of these keys the slave gets; it is an error that one is another than its master's. */
    private static int sameAtBothEnds(HttpResponse<String> given) throws Exception {
        if (given.statusCode() != 200) {
            assertThat(given.statusCode()).as(given.body()).isEqualTo(503);
            return 0;
        }
        Map<String, JsonNode> keys = keys(given);
        keys.forEach((id, key) -> assertThat(isFetched(id, key)).isTrue());
        return keys.size();
    }

    private static boolean isFetched(String id, JsonNode key) {
        HttpResponse<String> fetched = network.as("sae-4").get(network.api(4) + "sae-1/dec_keys?key_ID=" + id);
        if (fetched.statusCode() == 503) {
            return false;
        }
        try {
            assertThat(keys(fetched)).containsEntry(id, key);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return true;
    }

    private static HttpResponse<String> encKeys(String slave, int number) {
        return network.as("sae-1").get(network.api(1) + slave + "/enc_keys?number=" + number);
    }

    private static Map<String, JsonNode> keys(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Map<String, JsonNode> keys = new LinkedHashMap<>();
        for (JsonNode key : JSON.readTree(answer.body()).path("keys")) {
            keys.put(key.path("key_ID").asText(), key);
        }
        return keys;
    }
}
