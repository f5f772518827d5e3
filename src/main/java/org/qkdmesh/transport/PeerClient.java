package org.qkdmesh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Calls a neighbour or KME outside of the routes, to have a look at it: over the same {@link PeerTls} as the routes do, one
 * call at a time. Safe for use by several threads.
 */
public final class PeerClient {

    private final URI base;
    private final Duration patience;
    private final HttpClient http;

    /**
     * What came back.
     *
     * @param contentType the header's value
     * @param date the header {@code Date}, the other end's clock
     * @param took from the begin of the call to the end of the body
     */
    public record Answer(int status, Optional<String> contentType, Optional<String> date, byte[] body, Duration took) {}

    /**
     * @param base scheme, host and port
     * @param patience for the whole of a call
     */
    public PeerClient(URI base, PeerTls tls, Duration patience) {
        this.base = base;
        this.patience = patience;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(patience)
                .sslContext(tls.plainContext(tls.trust()))
                .sslParameters(tls.plainParameters())
                .build();
    }

    /**
     * @param target path and query, percent-encoded
     * @param body JSON; empty for none
     * @throws IOException when there was no answer, or one of more than 1 MiB
     */
    public Answer call(String method, String target, byte[] body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + target))
                .timeout(patience)
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        long begun = System.nanoTime();
        try {
            HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                byte[] content = in.readNBytes(HttpClientSetup.MAX_ANSWER_BYTES + 1);
                if (content.length > HttpClientSetup.MAX_ANSWER_BYTES) {
                    throw new IOException("the answer is larger than 1 MiB");
                }
                return new Answer(
                        response.statusCode(),
                        response.headers().firstValue("Content-Type"),
                        response.headers().firstValue("Date"),
                        content,
                        Duration.ofNanos(System.nanoTime() - begun));
            }
        } catch (ConnectException e) {
            throw new IOException("no connection to " + base.getAuthority(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
