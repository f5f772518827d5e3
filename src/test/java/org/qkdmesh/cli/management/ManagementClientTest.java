package org.qkdmesh.cli.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.FreePorts;

class ManagementClientTest {

    private static final String TOKEN = "the-token";

    @TempDir
    private Path data;

    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer("/good", 200, "{\"node\":\"tn-1\"}");
        answer("/refused", 503, "{\"message\":\"not now\"}");
        answer("/page", 200, "<html>");
        server.createContext("/change", exchange -> {
            boolean known =
                    ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = known ? exchange.getRequestBody().readAllBytes() : "{}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 401, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void document_isRead() throws IOException {
        assertThat(client(server.getAddress().getPort())
                        .read("/good")
                        .path("node")
                        .asText())
                .isEqualTo("tn-1");
    }

    @Test
    void refusal_givesTheNodesOwnWords() {
        assertThatThrownBy(() -> client(server.getAddress().getPort()).read("/refused"))
                .isInstanceOf(NodeRefused.class)
                .hasMessage("tn-1 refused: not now");
    }

    @Test
    void somethingElseOnThePort_isToldFromANode() {
        for (String path : List.of("/page", "/nowhere")) {
            assertThatThrownBy(() -> client(server.getAddress().getPort()).read(path))
                    .isInstanceOf(NodeRefused.class)
                    .hasMessageContaining("Is it a node of qkd-mesh");
        }
    }

    @Test
    void otherProgramOfTheMeshOnThePort_isNotTakenForTheNode() {
        answer("/manage/status", 404, "{\"message\":\"no such path\"}");
        int port = server.getAddress().getPort();

        assertThatThrownBy(() -> client(port).read("/manage/status"))
                .isInstanceOf(NodeRefused.class)
                .hasMessageContaining(port + " serves no such path. Is it tn-1,");
    }

    @Test
    void nodeThatDoesNotRun_isToldWithTheCommandThatStartsIt() throws IOException {
        int port = FreePorts.one();
        assertThatThrownBy(() -> client(port).read("/good"))
                .isInstanceOf(NodeNotReached.class)
                .hasMessage("tn-1 is not running: nothing answers at 127.0.0.1:" + port)
                .extracting(failure -> ((NodeNotReached) failure).remedy())
                .isEqualTo("Start it: ./qkd-mesh node --config config/tn-1.yaml");
    }

    @Test
    void nodeThatHangs_isToldFromOneThatDoesNotRun() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ManagementClient client = new ManagementClient(node(silent.getLocalPort()), Duration.ofMillis(300));
            assertThatThrownBy(() -> client.read("/good"))
                    .isInstanceOf(NodeNotReached.class)
                    .hasMessageContaining("does not answer")
                    .extracting(failure -> ((NodeNotReached) failure).remedy())
                    .asString()
                    .contains("It may hang");
        }
    }

    @Test
    void change_carriesTheTokenOfTheDataDirectory() throws IOException {
        ManagementClient client = client(server.getAddress().getPort());
        assertThatThrownBy(() -> client.change("POST", "/change", null))
                .isInstanceOf(NodeRefused.class)
                .hasMessageContaining("there is no token at " + data.resolve("admin.token"));

        Files.writeString(data.resolve("admin.token"), "another");
        assertThatThrownBy(() -> client.change("POST", "/change", null))
                .hasMessageContaining("does not take the token in " + data.resolve("admin.token"))
                .hasMessageNotContaining("another");

        Files.writeString(data.resolve("admin.token"), TOKEN);
        assertThat(client.change("POST", "/change", client.read("/good"))
                        .path("node")
                        .asText())
                .isEqualTo("tn-1");
    }

    private void answer(String path, int status, String body) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private ManagementClient client(int port) {
        return new ManagementClient(node(port), Duration.ofSeconds(10));
    }

    private NodeAddress node(int port) {
        return new NodeAddress(
                "tn-1",
                URI.create("http://127.0.0.1:" + port),
                Optional.of(data.resolve("admin.token")),
                Optional.of(Path.of("config/tn-1.yaml")),
                List.of());
    }
}
