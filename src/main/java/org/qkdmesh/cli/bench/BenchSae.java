package org.qkdmesh.cli.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.qkdmesh.model.SaeId;

/** One SAE over a few connections that are kept. Used on one event loop. */
final class BenchSae implements AutoCloseable {

    private static final long TIMEOUT_MILLIS = 15_000;
    private static final int KEEP_ALIVE_SECONDS = 300;

    /** An answer of the key delivery API. */
    record Reply(int status, byte[] body) {}

    private final HttpClient client;
    private final URI api;

    BenchSae(Vertx vertx, SaeId id, String api, Path certs, int connections) {
        this.api = URI.create(api);
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setVerifyHost(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(certs.resolve(id + ".crt").toString())
                        .setKeyPath(certs.resolve(id + ".key").toString()))
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(certs.resolve("ca.crt").toString()))
                .setMaxPoolSize(connections)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setTcpNoDelay(true));
    }

    Future<Reply> encKeys(SaeId slave, Buffer request) {
        return post(slave, "/enc_keys", request);
    }

    Future<Reply> decKeys(SaeId master, List<String> ids) {
        StringBuilder json = new StringBuilder("{\"key_IDs\":[");
        for (int i = 0; i < ids.size(); i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"key_ID\":\"")
                    .append(ids.get(i))
                    .append("\"}");
        }
        return post(master, "/dec_keys", Buffer.buffer(json.append("]}").toString()));
    }

    private Future<Reply> post(SaeId other, String call, Buffer body) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(api.getHost())
                .setPort(api.getPort())
                .setURI("/api/v1/keys/" + other + call)
                .setTimeout(TIMEOUT_MILLIS)
                .putHeader("Content-Type", "application/json");
        return client.request(request).compose(opened -> send(opened, body));
    }

    private static Future<Reply> send(HttpClientRequest request, Buffer body) {
        return request.send(body).compose(BenchSae::read);
    }

    private static Future<Reply> read(HttpClientResponse response) {
        return response.body().map(body -> new Reply(response.statusCode(), body.getBytes()));
    }

    @Override
    public void close() {
        client.close();
    }
}
