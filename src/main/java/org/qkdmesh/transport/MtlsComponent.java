package org.qkdmesh.transport;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * Calls to neighbours: {@code mtls:https://host:port/path?tls=#tls-x}, where the bean is a {@link PeerTls}. It promises
 * what {@link HttpClientSetup} promises of Camel's {@code https}, whose place it can take and which can take its place,
 * and costs half as much: both ends of a hop run the same code on the same event loops, and what Camel's component can do
 * beyond a call between nodes is not there to be paid for.
 *
 * <p>The body of the message is sent by POST ({@code CamelHttpMethod} says otherwise), with its headers but for Camel's
 * own. The answer's status is {@code CamelHttpResponseCode}; an answer of any status is an answer.
 */
public final class MtlsComponent extends DefaultComponent {

    private static final int CONNECTIONS_PER_DESTINATION = 64;
    private static final int CONNECT_MILLIS = 500;

    /** Shorter than a server keeps a quiet connection, so that none is used in the moment that it is closed. */
    private static final int QUIET_SECONDS = 45;

    private static final int MAX_HEAD_LINE_BYTES = 8_192;

    private final Vertx vertx;
    private final Map<PeerTls, HttpClient> clients = new ConcurrentHashMap<>();

    /** @param vertx the caller's to close */
    public MtlsComponent(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        PeerTls tls = resolveAndRemoveReferenceParameter(parameters, "tls", PeerTls.class);
        if (tls == null) {
            throw new IllegalArgumentException(
                    "mtls:" + remaining + ": say who is there by ?tls=#bean, where the bean is tls-<neighbour>");
        }
        URI url = URI.create(remaining);
        if (!"https".equals(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException("mtls:" + remaining + ": wants mtls:https://host:port/path");
        }
        return new MtlsEndpoint(uri, this, url, clients.computeIfAbsent(tls, this::client));
    }

    private HttpClient client(PeerTls tls) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAliveTimeout(QUIET_SECONDS)
                .setMaxInitialLineLength(MAX_HEAD_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEAD_LINE_BYTES)
                .setTcpNoDelay(true)
                .setDecompressionSupported(false);
        tls.applyTo(options);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(CONNECTIONS_PER_DESTINATION)
                .setMaxWaitQueueSize(CONNECTIONS_PER_DESTINATION);
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                // What a connection fails of is told by the call that it fails.
                .withConnectHandler(connection -> connection.exceptionHandler(told -> {}))
                .build();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        clients.values().forEach(HttpClient::close);
        clients.clear();
    }
}
