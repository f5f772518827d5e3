package org.qkdmesh.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.testing.OpenApiContract;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.CannotListen;
import org.qkdmesh.transport.TestClient;

/** The simulator as a whole: its routes, over TLS, and its management port. */
class SimulatorProcessTest {

    private static final Path ROUTES = Path.of("routes/simulator");
    private static final KmeId A = new KmeId("kme-a");
    private static final KmeId B = new KmeId("kme-b");
    private static final BindAddress ANY_PORT = BindAddress.parse("127.0.0.1:0");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OpenApiContract CONTRACT = OpenApiContract.read();

    @TempDir
    static Path directory;

    private static TestCertificates certificates;
    private static TestClient node1;
    private static TestClient node2;
    private static SimulatorProcess simulator;

    @BeforeAll
    static void start() throws Exception {
        certificates = new TestCertificates(directory);
        node1 = TestClient.tls(certificates.node("tn-1"), certificates.authorities());
        node2 = TestClient.tls(certificates.node("tn-2"), certificates.authorities());
        certificates.kme("kme-a");
        certificates.kme("kme-b");
        simulator = SimulatorProcess.run(config(), ROUTES, EventLog.silent());
    }

    private static SimulatorConfig config() {
        return new SimulatorConfig(
                ANY_PORT,
                directory.resolve("data"),
                certificates.ca(),
                new KeySettings(64, 1024, 256, 50, 1000),
                List.of(new SimulatorConfig.Pair(20_000_000, 20_000_000, kme(A, "tn-1"), kme(B, "tn-2"))));
    }

    private static SimulatorConfig.Kme kme(KmeId id, String sae) {
        return new SimulatorConfig.Kme(
                id, ANY_PORT, certificates.certificate(id.text()), certificates.key(id.text()), new SaeId(sae));
    }

    @AfterEach
    void makeWell() {
        for (KmeId kme : List.of(A, B)) {
            assertThat(setFault(kme, "\"fault\":\"none\"").statusCode()).isEqualTo(200);
        }
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    @Test
    void keys_givenAtOneEnd_areTheSameAtTheOther_byGetAndByPost() throws Exception {
        JsonNode given = keys(encKeys(3));
        assertThat(given).hasSize(3);
        HttpResponse<String> first = node2.get(
                b("/tn-1/dec_keys?key_ID=" + given.get(0).get("key_ID").textValue()));
        assertThat(keys(first)).hasSize(1);
        assertThat(keys(first).get(0)).isEqualTo(given.get(0));
        HttpResponse<String> others = node2.post(
                b("/tn-1/dec_keys"),
                ("{\"key_IDs\":[{\"key_ID\":" + given.get(2).get("key_ID") + "},{\"key_ID\":"
                                + given.get(1).get("key_ID") + "}]}")
                        .getBytes());
        assertThat(keys(others)).containsExactly(given.get(2), given.get(1));
        assertThat(others.headers().firstValue("cache-control")).hasValue("no-store");
        assertThat(others.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void status_namesTheTwoKmesAndTheirSaes() throws Exception {
        JsonNode status =
                JSON.readTree(CONTRACT.check(node1.get(a("/tn-2/status"))).body());
        assertThat(status.get("source_KME_ID").textValue()).isEqualTo("kme-a");
        assertThat(status.get("target_KME_ID").textValue()).isEqualTo("kme-b");
        assertThat(status.get("master_SAE_ID").textValue()).isEqualTo("tn-1");
        assertThat(status.get("max_key_per_request").intValue()).isEqualTo(50);
    }

    @Test
    void errors_areThoseOfTheStandard() {
        assertDocumentedError(node2.get(a("/tn-1/status")), 401, "not an SAE");
        assertDocumentedError(node1.get(a("/tn-9/status")), 400, "not known");
        assertDocumentedError(node1.get(a("/tn-2/enc_keys?size=100")), 400, "size shall be a multiple of 8");
        assertDocumentedError(node1.get(a("/tn-2/enc_keys?number=51")), 400, "1 to 50");
        assertDocumentedError(
                node2.get(b("/tn-1/dec_keys?key_ID=bc490419-7d60-487f-adc1-4ddcc177c139")),
                400,
                "one or more keys specified are not found on KME");
        assertDocumentedError(node1.get(a("/tn-2/other")), 404, "");
        HttpResponse<String> wrongMethod = node1.post(a("/tn-2/status"), new byte[0]);
        assertDocumentedError(wrongMethod, 405, "");
        assertThat(wrongMethod.headers().firstValue("allow")).hasValue("GET");
    }

    @Test
    void decKeys_withAQueryThatNamesASlave_goesByThePathAlone() throws Exception {
        String id = keys(encKeys(1)).get(0).get("key_ID").textValue();
        assertDocumentedError(node1.get(a("/tn-2/dec_keys?slave_SAE_ID=tn-2&key_ID=" + id)), 400, "not found");
        assertThat(keys(node2.get(b("/tn-1/dec_keys?master_SAE_ID=tn-9&key_ID=" + id))))
                .hasSize(1);
    }

    @Test
    void fault_empty_answers503WithRetryAfter_andTheOtherEndGoesOn() {
        setFault(A, "\"fault\":\"empty\"");
        HttpResponse<String> answer = node1.get(a("/tn-2/enc_keys"));
        assertError(answer, 503, "not enough keys");
        assertThat(answer.headers().firstValue("retry-after")).isPresent();
        assertThat(node2.get(b("/tn-1/enc_keys")).statusCode()).isEqualTo(200);
    }

    @Test
    void fault_slow_answersLate() {
        setFault(A, "\"fault\":\"slow\",\"millis\":300");
        long before = System.nanoTime();
        assertThat(node1.get(a("/tn-2/status")).statusCode()).isEqualTo(200);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before)).isGreaterThanOrEqualTo(300);
    }

    @Test
    void fault_error_answersEveryCallWithItsStatus() {
        setFault(B, "\"fault\":\"error\",\"status\":507");
        assertError(node2.get(b("/tn-1/status")), 507, "simulated error");
        assertError(node2.get(b("/tn-1/enc_keys")), 507, "simulated error");
    }

    @Test
    void fault_fewer_givesHalfOfWhatWasAskedFor() throws Exception {
        setFault(A, "\"fault\":\"fewer\"");
        assertThat(keys(encKeys(7))).hasSize(3);
        assertThat(keys(encKeys(1))).hasSize(1);
    }

    @Test
    void fault_wrongKey_givesOtherBytesAtThatEndOnly() throws Exception {
        setFault(B, "\"fault\":\"wrong_key\"");
        JsonNode given = keys(encKeys(1)).get(0);
        JsonNode fetched = keys(node2.get(
                        b("/tn-1/dec_keys?key_ID=" + given.get("key_ID").textValue())))
                .get(0);
        assertThat(fetched.get("key_ID")).isEqualTo(given.get("key_ID"));
        assertThat(fetched.get("key").textValue())
                .hasSameSizeAs(given.get("key").textValue())
                .isNotEqualTo(given.get("key").textValue());
    }

    @Test
    void fault_down_acceptsNoConnection_untilItIsTakenBack() {
        int port = simulator.port(A);
        setFault(A, "\"fault\":\"down\"");
        setFault(A, "\"fault\":\"down\"");
        assertThatThrownBy(() -> node1.get(a("/tn-2/status"))).isInstanceOf(UncheckedIOException.class);
        assertThat(node2.get(b("/tn-1/status")).statusCode()).isEqualTo(200);
        setFault(A, "\"fault\":\"none\"");
        assertThat(simulator.port(A)).isEqualTo(port);
        assertThat(node1.get(a("/tn-2/status")).statusCode()).isEqualTo(200);
    }

    @Test
    void faults_areListed_andWishesThatMakeNoSenseAreRefused() throws Exception {
        setFault(A, "\"fault\":\"slow\",\"millis\":1");
        assertThat(JSON.readTree(TestClient.plain().get(management()).body()))
                .isEqualTo(JSON.readTree("{\"faults\":[{\"kme\":\"kme-a\",\"fault\":\"slow\",\"millis\":1},"
                        + "{\"kme\":\"kme-b\",\"fault\":\"none\"}]}"));
        assertError(setFault(new KmeId("kme-x"), "\"fault\":\"none\""), 404, "no simulated KME");
        assertError(setFault(A, "\"fault\":\"sad\""), 400, "fault shall be one of none, empty, slow");
        assertError(setFault(A, "\"fault\":\"slow\",\"millis\":60001"), 400, "millis");
        assertError(setFault(A, "\"fault\":\"error\",\"status\":200"), 400, "status");
        assertError(setFault(A, "\"x\":1"), 400, "fault is missing");
    }

    @Test
    void faults_areSetWithTheTokenOnly_whichOnlyItsOwnerCanRead() throws Exception {
        HttpResponse<String> answer =
                TestClient.plain().post(management(), "{\"kme\":\"kme-a\",\"fault\":\"empty\"}".getBytes());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(node1.get(a("/tn-2/enc_keys")).statusCode()).isEqualTo(200);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokenFile())))
                .isEqualTo("rw-------");
    }

    @Test
    void restart_repeatsNoKeyAndNoId() throws Exception {
        Set<JsonNode> seen = new HashSet<>();
        for (int run = 0; run < 3; run++) {
            SimulatorConfig config = new SimulatorConfig(
                    ANY_PORT, directory.resolve("again"), certificates.ca(), config().keys(), config().pairs());
            try (SimulatorProcess again = SimulatorProcess.run(config, ROUTES, EventLog.silent())) {
                String uri = "https://localhost:" + again.port(A) + "/api/v1/keys/tn-2/enc_keys?number=50";
                for (JsonNode key : keys(node1.get(uri))) {
                    assertThat(seen.add(key.get("key_ID"))).isTrue();
                    assertThat(seen.add(key.get("key"))).isTrue();
                }
            }
        }
        assertThat(seen).hasSize(300);
    }

    @Test
    void start_onAPortThatIsTaken_failsAndSaysWhich() {
        BindAddress taken = BindAddress.parse("127.0.0.1:" + simulator.port(A));
        SimulatorConfig config = new SimulatorConfig(
                taken, directory.resolve("taken"), certificates.ca(), config().keys(), config().pairs());
        assertThatThrownBy(() -> SimulatorProcess.run(config, ROUTES, EventLog.silent()))
                .isInstanceOf(CannotListen.class)
                .hasMessageContaining(taken.toString());
    }

    private static HttpResponse<String> encKeys(int number) {
        Awaitility.await().until(() -> node1.get(a("/tn-2/status")).body().contains("\"stored_key_count\":1000"));
        return node1.get(a("/tn-2/enc_keys?number=" + number));
    }

    private static JsonNode keys(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).isEqualTo(200);
        return JSON.readTree(CONTRACT.check(answer).body()).get("keys");
    }

    private static void assertError(HttpResponse<String> answer, int status, String message) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body()).startsWith("{\"message\":\"").contains(message);
    }

    private static void assertDocumentedError(HttpResponse<String> answer, int status, String message) {
        assertError(CONTRACT.check(answer), status, message);
    }

    private static HttpResponse<String> setFault(KmeId kme, String members) {
        return TestClient.plain()
                .send(TestClient.request(management())
                        .header("Authorization", "Bearer " + token())
                        .POST(BodyPublishers.ofString("{\"kme\":\"" + kme + "\"," + members + "}")));
    }

    private static String token() {
        try {
            return Files.readString(tokenFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path tokenFile() {
        return directory.resolve("data").resolve(AdminToken.FILE);
    }

    private static String management() {
        return "http://localhost:" + simulator.managementPort() + "/simulator/faults";
    }

    private static String a(String path) {
        return "https://localhost:" + simulator.port(A) + "/api/v1/keys" + path;
    }

    private static String b(String path) {
        return "https://localhost:" + simulator.port(B) + "/api/v1/keys" + path;
    }
}
