package org.qkdmesh.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.transport.EventLoops;
import org.qkdmesh.transport.ServerTls;

/**
 * One member of the bare chain that nodes are compared with: passes each request on to the next one and its answer back,
 * with the TLS settings of a node and nothing else of it. The last one draws random keys and keeps them in memory. It
 * checks nothing, and is for benchmarks on one machine only.
 */
final class Forwarder implements AutoCloseable {

    private static final int CONNECTIONS = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Vertx vertx = EventLoops.create();
    private final SecureRandom random = new SecureRandom();
    private final Map<String, String> keys = new HashMap<>();
    private final HttpClient client;
    private final Integer next;
    private final HttpServer server;

    /**
     * Listens when this returns.
     *
     * @param port on the loopback address; 0 for any
     * @param id whose certificate it shows
     * @param next port of the next one; null for the last
     */
    Forwarder(int port, String id, Path certs, Integer next) throws IOException, InterruptedException {
        this.next = next;
        Path certificate = certs.resolve(id + ".crt");
        Path key = certs.resolve(id + ".key");
        Path ca = certs.resolve("ca.crt");
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setVerifyHost(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(certificate.toString())
                        .setKeyPath(key.toString()))
                .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString()))
                .setMaxPoolSize(CONNECTIONS)
                .setTcpNoDelay(true));
        HttpServerOptions options = new HttpServerOptions().setHost("localhost").setPort(port);
        new ServerTls(PemFiles.credentials(certificate, key), PemFiles.certificates(ca)).applyTo(options);
        try {
            this.server = vertx.createHttpServer(options)
                    .requestHandler(this::requested)
                    .listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            vertx.close();
            throw new IOException("the forwarder can not listen on port " + port, e.getCause());
        }
    }

    int port() {
        return server.actualPort();
    }

    private void requested(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (next != null) {
                forward(request, body);
            } else if (request.path().endsWith("/dec_keys")) {
                answer(request, 200, fetch(body));
            } else {
                answer(request, 200, draw(body));
            }
        });
    }

    private void forward(HttpServerRequest request, Buffer body) {
        client.request(HttpMethod.POST, next, "localhost", request.path())
                .compose(opened -> opened.send(body))
                .compose(response -> response.body().map(answer -> answer(request, response.statusCode(), answer)))
                .onFailure(failure -> answer(request, 503, Buffer.buffer()));
    }

    private Buffer draw(Buffer body) {
        JsonNode order = json(body);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < order.path("number").asInt(); i++) {
            byte[] key = new byte[order.path("size").asInt() / 8];
            random.nextBytes(key);
            String id = UUID.randomUUID().toString();
            keys.put(id, Base64.getEncoder().encodeToString(key));
            ids.add(id);
        }
        return container(ids, keys);
    }

    private Buffer fetch(Buffer body) {
        List<String> ids = json(body).findValuesAsText("key_ID");
        Map<String, String> fetched = new HashMap<>();
        ids.forEach(id -> fetched.put(id, keys.remove(id)));
        return container(ids, fetched);
    }

    private static Buffer container(List<String> ids, Map<String, String> keys) {
        StringBuilder json = new StringBuilder("{\"keys\":[");
        for (String id : ids) {
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append("{\"key_ID\":\"")
                    .append(id)
                    .append("\",\"key\":\"")
                    .append(keys.get(id))
                    .append("\"}");
        }
        return Buffer.buffer(json.append("]}").toString());
    }

    private static JsonNode json(Buffer body) {
        try {
            return JSON.readTree(body.getBytes());
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }

    private static Void answer(HttpServerRequest request, int status, Buffer body) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body);
        return null;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
