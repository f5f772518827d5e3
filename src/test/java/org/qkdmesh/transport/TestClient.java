package org.qkdmesh.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.qkdmesh.identity.TlsCredentials;

/** The JDK's HTTP client as an SAE or a neighbour would use it. */
public final class TestClient {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http;

    private TestClient(HttpClient http) {
        this.http = http;
    }

    public static TestClient plain() {
        return new TestClient(
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
    }

    public static TestClient tls(TlsCredentials own, List<X509Certificate> authorities) {
        return tls(own, authorities, HttpClient.Version.HTTP_2, "TLSv1.3", "TLSv1.2");
    }

    /** @param own null to show no certificate */
    public static TestClient tls(
            TlsCredentials own, List<X509Certificate> authorities, HttpClient.Version version, String... protocols) {
        return new TestClient(HttpClient.newBuilder()
                .version(version)
                .sslContext(TlsManagers.context(own, authorities))
                .sslParameters(new SSLParameters(null, protocols))
                .connectTimeout(PATIENCE)
                .build());
    }

    public HttpResponse<String> get(String uri) {
        return send(request(uri).GET());
    }

    public HttpResponse<String> post(String uri, byte[] body) {
        return send(request(uri).POST(BodyPublishers.ofByteArray(body)));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public static HttpRequest.Builder request(String uri) {
        return HttpRequest.newBuilder(URI.create(uri));
    }
}
