package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.TestClient;

/** Who may call what: every caller at every door of one node, which has neighbours on both sides. */
class AuthorisationTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<Door> KEY_API = List.of(
            new Door("GET", "/api/v1/keys/sae-1/status"),
            new Door("GET", "/api/v1/keys/sae-1/enc_keys?number=0"),
            new Door("POST", "/api/v1/keys/sae-1/enc_keys?number=0"),
            new Door("GET", "/api/v1/keys/sae-1/dec_keys"),
            new Door("POST", "/api/v1/keys/sae-1/dec_keys"));

    private static final List<Door> BETWEEN_NODES = List.of(
            new Door("GET", "/kmapi/versions"),
            new Door("POST", "/kmapi/v1/ext_keys"),
            new Door("POST", "/kmapi/v1/ext_keys/ack"),
            new Door("POST", "/kmapi/v1/ext_keys/void"),
            new Door("POST", "/mesh/v1/link-keys"),
            new Door("POST", "/mesh/v1/link-keys/compare"),
            new Door("POST", "/mesh/v1/link-keys/grant"),
            new Door("POST", "/mesh/v1/adverts"),
            new Door("POST", "/mesh/v1/notices"));

    @TempDir
    static Path folder;

    private static ExampleNetwork network;
    private static Map<String, TlsCredentials> callers;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder);
        network.startNode(2);
        TestCertificates ours = network.certificates();
        TestCertificates foreign = new TestCertificates(folder.resolve("foreign"));
        callers = Map.ofEntries(
                Map.entry("SAE of this node", network.credentials("sae-2")),
                Map.entry(
                        "SAE of this node, by its CN",
                        ours.make("cn-sae", "sae-2").write()),
                Map.entry("SAE of another node", network.credentials("sae-1")),
                Map.entry("SAE that nobody configured", ours.sae("sae-9")),
                Map.entry("neighbour", network.credentials("tn-1")),
                Map.entry(
                        "neighbour, by its CN only",
                        ours.make("cn-node", "tn-1").write()),
                Map.entry("node that is no neighbour", network.credentials("tn-4")),
                Map.entry("this node itself", network.credentials("tn-2")),
                Map.entry(
                        "somebody with a name of another kind",
                        ours.make("odd", "Example GmbH office").write()),
                Map.entry("KME of this node", network.credentials("kme-2-1")),
                Map.entry(
                        "KME with an SAE's name",
                        ours.make("cn-kme", "sae-2")
                                .uri("urn:qkd-mesh:kme:kme-2-1")
                                .write()),
                Map.entry("SAE of a foreign CA", foreign.sae("sae-2")),
                Map.entry("neighbour of a foreign CA", foreign.node("tn-1")),
                Map.entry(
                        "SAE of this node, expired",
                        ours.make("old-sae", "sae-2")
                                .uri("urn:qkd-mesh:sae:sae-2")
                                .expired()
                                .write()),
                Map.entry(
                        "neighbour, expired",
                        ours.make("old-node", "tn-1")
                                .uri("urn:qkd-mesh:node:tn-1")
                                .expired()
                                .write()));
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    static Stream<Arguments> keyApiServes() {
        return cells(KEY_API, "SAE of this node", "SAE of this node, by its CN");
    }

    static Stream<Arguments> keyApiRefuses() {
        return cells(
                KEY_API,
                "SAE of another node",
                "SAE that nobody configured",
                "neighbour",
                "neighbour, by its CN only",
                "node that is no neighbour",
                "this node itself",
                "somebody with a name of another kind",
                "KME of this node",
                "KME with an SAE's name");
    }

    static Stream<Arguments> nodesServe() {
        return cells(BETWEEN_NODES, "neighbour");
    }

    static Stream<Arguments> nodesRefuse() {
        return cells(
                BETWEEN_NODES,
                "SAE of this node",
                "SAE of this node, by its CN",
                "SAE of another node",
                "SAE that nobody configured",
                "neighbour, by its CN only",
                "node that is no neighbour",
                "this node itself",
                "somebody with a name of another kind",
                "KME of this node",
                "KME with an SAE's name");
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource
    void keyApiServes(String caller, Door door) {
        // 200 for the status, where another test has had node 1 running by then.
        assertThat(call(caller, door).statusCode()).isIn(200, 400, 503);
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource
    void keyApiRefuses(String caller, Door door) throws Exception {
        HttpResponse<String> answer = call(caller, door);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(JSON.readTree(answer.body()).path("message").asText())
                .isEqualTo("the caller is not an SAE of this node");
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource
    void nodesServe(String caller, Door door) {
        // A notice that nobody signed is refused with 401 as well, but not for its bearer.
        assertThat(call(caller, door).body()).doesNotContain("only neighbouring nodes");
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource
    void nodesRefuse(String caller, Door door) throws Exception {
        refusedAsProblem(call(caller, door));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "SAE of a foreign CA",
                "neighbour of a foreign CA",
                "SAE of this node, expired",
                "neighbour, expired",
                "nobody"
            })
    void withoutACertificateOfOurCa_thereIsNoConnection(String caller) {
        for (Door door : List.of(KEY_API.get(0), BETWEEN_NODES.get(0))) {
            assertThatThrownBy(() -> call(caller, door)).isInstanceOf(UncheckedIOException.class);
            assertThatThrownBy(() -> call(caller, door, "TLSv1.2")).isInstanceOf(UncheckedIOException.class);
        }
    }

    /** As a proxy in front of a server would say whose certificate it has seen. */
    @Test
    void nameInAHeader_isNobodysName() throws Exception {
        TestClient ofAnotherNode = TestClient.tls(
                callers.get("SAE of another node"), network.certificates().authorities());
        for (String name : List.of(
                "X-SSL-Client-CN",
                "X-SSL-Client-S-DN",
                "X-Client-Cert",
                "X-Forwarded-Client-Cert",
                "SAE-ID",
                "QKD-Caller",
                "QKD-SAE-ID")) {
            HttpResponse<String> answer =
                    ofAnotherNode.send(TestClient.request(network.url("tn-2") + "/api/v1/keys/sae-1/status")
                            .header(name, name.endsWith("DN") ? "CN=sae-2" : "sae-2"));
            assertThat(answer.statusCode()).as(name).isEqualTo(401);
            assertThat(JSON.readTree(answer.body()).path("message").asText())
                    .isEqualTo("the caller is not an SAE of this node");
        }
    }

    @Test
    void neighbourByTls12_isRefusedEverywhere() throws Exception {
        for (Door door : BETWEEN_NODES) {
            refusedAsProblem(call("neighbour", door, "TLSv1.2"));
        }
    }

    @Test
    void saeByTls12_isServed() {
        assertThat(call("SAE of this node", KEY_API.get(1), "TLSv1.2").statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/observe/health", "/observe/metrics", "/manage/directory/sae-4"})
    void management_isNotReachedOverTheOtherPort(String path) {
        for (String caller : List.of("SAE of this node", "neighbour")) {
            assertThat(call(caller, new Door("GET", path)).statusCode()).isEqualTo(404);
            assertThat(call(caller, new Door("DELETE", path)).statusCode()).isEqualTo(404);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/api/v1/keys/sae-1/status", "/kmapi/versions", "/mesh/v1/adverts"})
    void theOtherDoors_areNotReachedOverTheManagementPort(String path) {
        assertThat(manage("GET", path).statusCode()).isEqualTo(404);
    }

    @Test
    void loopback_readsWithoutAToken() {
        assertThat(manage("GET", "/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(manage("GET", "/observe/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void loopback_changesNothingWithoutTheToken() throws Exception {
        String token = Files.readString(network.data(2).resolve("admin.token")).strip();
        String path = "/manage/directory/sae-4";
        assertThat(manage("DELETE", path).statusCode()).isEqualTo(401);
        assertThat(manage("DELETE", path, "Authorization", "Bearer x" + token).statusCode())
                .isEqualTo(401);
        HttpResponse<String> allowed = manage("DELETE", path, "Authorization", "Bearer " + token);
        assertThat(allowed.statusCode()).as("this node knows of no such SAE").isEqualTo(404);
        assertThat(allowed.body()).contains("the directory does not know this SAE");
    }

    @Test
    void loopback_nameThatIsNoSae_isABadRequest() throws Exception {
        String token = Files.readString(network.data(2).resolve("admin.token")).strip();
        assertThat(manage("DELETE", "/manage/directory/a%20b", "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void loopback_pageOfAnotherOrigin_isRefused() {
        assertThat(manage("GET", "/observe/health/live", "Origin", "http://example.org")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void pinnedSae_isKnownByItsOwnCertificateOnly() throws Exception {
        network.startNode(1);
        String status = network.api(1) + "sae-1/status";
        assertThat(network.as("sae-1b").get(status).statusCode()).isEqualTo(200);
        TlsCredentials another = network.certificates()
                .make("another-1b", "sae-1b")
                .uri("urn:qkd-mesh:sae:sae-1b")
                .write();
        HttpResponse<String> answer =
                TestClient.tls(another, network.certificates().authorities()).get(status);
        assertThat(answer.statusCode()).isEqualTo(401);
        network.stopNode(1);
    }

    private static Stream<Arguments> cells(List<Door> doors, String... callers) {
        return Stream.of(callers).flatMap(caller -> doors.stream().map(door -> Arguments.of(caller, door)));
    }

    private static void refusedAsProblem(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("type").asText()).isEqualTo("https://qkd.etsi.org/gs020-interop-kms/unauthorized");
        assertThat(problem.path("status").asInt()).isEqualTo(401);
        assertThat(problem.path("details").path("unauthorized").asText()).isNotEmpty();
    }

    private static HttpResponse<String> call(String caller, Door door) {
        return call(caller, door, "TLSv1.3");
    }

    /** Unknown callers have no certificate to show. */
    private static HttpResponse<String> call(String caller, Door door, String protocol) {
        TestClient client = TestClient.tls(
                callers.get(caller), network.certificates().authorities(), HttpClient.Version.HTTP_2, protocol);
        return client.send(TestClient.request(network.url("tn-2") + door.path())
                .method(door.method(), BodyPublishers.ofString(door.method().equals("GET") ? "" : "{}")));
    }

    private static HttpResponse<String> manage(String method, String path, String... headers) {
        var request =
                TestClient.request(network.management(2, path).toString()).method(method, BodyPublishers.noBody());
        return TestClient.plain().send(headers.length == 0 ? request : request.headers(headers));
    }

    record Door(String method, String path) {

        @Override
        public String toString() {
            return method + " " + path;
        }
    }
}
