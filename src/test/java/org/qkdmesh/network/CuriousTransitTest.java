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
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.relay.CuriousStep;
import org.qkdmesh.testing.KeySearch;
import org.qkdmesh.transport.TestClient;

/**
 * The node between two others belongs to somebody else: it prints all that it sees, to {@code target/seen-on-the-way.txt},
 * and changes what it likes. Keys from sae-1 to sae-3 are sealed, those from sae-3 to sae-1 are not.
 */
class CuriousTransitTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SEEN = Path.of("target", "seen-on-the-way.txt");
    private static final Pattern KEY_ID = Pattern.compile("\"key_id\":\"([0-9a-f-]{36})\",\"value\"");

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder, new ExampleNetwork.Link(1, 2), new ExampleNetwork.Link(2, 3))
                .withPolicy("sae-3", "sae-1", notSealed());
        network.startKmes();
        network.startNode(1);
        network.startNode(2, CuriousStep.routes(folder.resolve("curious"), SEEN));
        network.startNode(3);
        network.awaitKeys(1, 3);
        network.awaitKeys(3, 1);
    }

    private static PairPolicy notSealed() {
        PairPolicy any = PairPolicy.UNLIMITED;
        return new PairPolicy(any.bounds(), any.rates(), any.priority(), PairPolicy.Seal.OFF, any.paths());
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void nodeOnTheWay_seesNoKeyThatIsSealed() throws Exception {
        JsonNode keys = keysForBoth(1, 3);
        List<byte[]> seen = seen();
        for (JsonNode key : keys) {
            KeySearch search = new KeySearch();
            search.add("key", Base64.getDecoder().decode(key.path("key").asText()));
            assertThat(seen).allSatisfy(bytes -> assertThat(search.in(bytes)).isEmpty());
            assertThat(seen(CuriousStep.LEFT)).as("the message with this key").anyMatch(message -> text(message)
                    .contains(key.path("key_ID").asText()));
        }
    }

    @Test
    void nodeOnTheWay_seesEachKeyThatIsNotSealed() throws Exception {
        JsonNode keys = keysForBoth(3, 1);
        List<byte[]> relayed = seen(CuriousStep.RELAYED);
        for (JsonNode key : keys) {
            KeySearch search = new KeySearch();
            search.add("key", Base64.getDecoder().decode(key.path("key").asText()));
            assertThat(relayed).anyMatch(bytes -> !search.in(bytes).isEmpty());
        }
    }

    @Test
    void nodeOnTheWayThatFlipsABit_isReportedWithItsPath_andNobodyGetsAnything() throws Exception {
        int before = seen(CuriousStep.LEFT).size();
        CuriousStep.flipOneBit();
        HttpResponse<String> given = as(1).get(network.api(1) + "sae-3/enc_keys?number=3&size=256");
        assertThat(given.statusCode()).as(given.body()).isEqualTo(503);
        assertThat(given.body()).doesNotContain("tn-2");

        List<String> ids = seen(CuriousStep.LEFT).stream()
                .skip(before)
                .flatMap(message -> KEY_ID.matcher(text(message)).results())
                .map(id -> id.group(1))
                .toList();
        assertThat(ids).hasSizeGreaterThanOrEqualTo(3);
        for (String id : ids) {
            HttpResponse<String> fetched = as(3).get(network.api(3) + "sae-1/dec_keys?key_ID=" + id);
            assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(400);
        }
        for (int end : new int[] {1, 3}) {
            await().untilAsserted(() -> assertThat(network.audited(end, "\"kind\":\"seal-mismatch\""))
                    .anySatisfy(line -> assertThat(line).contains("path: [tn-1, tn-2, tn-3]")));
            assertThat(TestClient.plain()
                            .get(network.management(end, "/observe/metrics").toString())
                            .body())
                    .contains("qkd_alarms_total{kind=\"seal-mismatch\"} 1.0");
        }
    }

    /** Asks for keys, has the slave fetch them, and holds that both have the same. */
    private static JsonNode keysForBoth(int master, int slave) throws IOException {
        HttpResponse<String> given =
                as(master).get(network.api(master) + ExampleNetwork.sae(slave) + "/enc_keys?number=10&size=256");
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        JsonNode keys = JSON.readTree(given.body()).path("keys");
        assertThat(keys).hasSize(10);
        for (JsonNode key : keys) {
            HttpResponse<String> fetched = as(slave)
                    .get(network.api(slave) + ExampleNetwork.sae(master) + "/dec_keys?key_ID="
                            + key.path("key_ID").asText());
            assertThat(fetched.statusCode()).as(fetched.body()).isEqualTo(200);
            assertThat(JSON.readTree(fetched.body()).path("keys").get(0)).isEqualTo(key);
        }
        return keys;
    }

    private static TestClient as(int sae) {
        return network.as(ExampleNetwork.sae(sae));
    }

    private static List<byte[]> seen() throws IOException {
        return seen("");
    }

    /** All that was printed under this word. */
    private static List<byte[]> seen(String word) throws IOException {
        return Files.readAllLines(SEEN).stream()
                .filter(line -> line.startsWith(word))
                .map(line -> HexFormat.of().parseHex(line.substring(line.indexOf(' ') + 1)))
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
