package org.qkdmesh.network;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.TestClient;
import org.qkdmesh.transport.TlsManagers;

/** Stands before a KME and gives the members of its answers names that no standard knows. */
final class OddKme implements AutoCloseable {

    private final HttpsServer server;
    private final TestClient client;
    private final String kme;

    /** @param caller whom the KME takes all callers for */
    OddKme(String kme, TlsCredentials own, TlsCredentials caller, TestCertificates certificates) throws IOException {
        this.kme = kme;
        this.client = TestClient.tls(caller, certificates.authorities());
        this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(TlsManagers.context(own, certificates.authorities())));
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] asked = exchange.getRequestBody().readAllBytes();
            HttpResponse<String> answer = client.send(TestClient.request(kme + exchange.getRequestURI())
                    .method(
                            exchange.getRequestMethod(),
                            asked.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(asked)));
            byte[] odd = answer.body()
                    .replace("\"key_ID\"", "\"keyId\"")
                    .replace("\"key\"", "\"keyMaterial\"")
                    .replace("\"message\"", "\"detail\"")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.statusCode(), odd.length);
            exchange.getResponseBody().write(odd);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
