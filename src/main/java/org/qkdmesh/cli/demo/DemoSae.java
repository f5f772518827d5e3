package org.qkdmesh.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.transport.TlsManagers;

/** An SAE of the example network, as any program could be one: HTTPS with its certificate, and JSON. */
public final class DemoSae {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * An answer of the key delivery API.
     *
     * @param hashes of each key its SHA-256 in hex, by key id, in the order of the answer
     * @param keyBits length of the keys, bits; 0 without keys
     */
    public record Answer(int status, JsonNode body, Map<String, String> hashes, int keyBits, Duration time) {}

    private final SaeId id;
    private final String api;
    private final HttpClient client;

    /** @param certs directory of {@code ca.crt}, {@code <id>.crt} and {@code <id>.key} */
    public DemoSae(SaeId id, String api, Path certs) throws IOException {
        this.id = id;
        this.api = api;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context(certs))
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    public SaeId id() {
        return id;
    }

    public Answer status(SaeId slave) throws IOException {
        return send(request(slave, "status").GET());
    }

    public Answer encKeys(SaeId slave, int number, int sizeBits) throws IOException {
        return encKeys(slave, List.of(), number, sizeBits);
    }

    /** @param furtherSlaves who get the same keys as the slave */
    public Answer encKeys(SaeId slave, List<SaeId> furtherSlaves, int number, int sizeBits) throws IOException {
        Map<String, Object> request = new LinkedHashMap<>(Map.of("number", number, "size", sizeBits));
        if (!furtherSlaves.isEmpty()) {
            request.put(
                    "additional_slave_SAE_IDs",
                    furtherSlaves.stream().map(SaeId::text).toList());
        }
        return send(post(slave, "enc_keys", request));
    }

    public Answer decKeys(SaeId master, Iterable<String> keyIds) throws IOException {
        List<Map<String, String>> ids = new ArrayList<>();
        keyIds.forEach(keyId -> ids.add(Map.of("key_ID", keyId)));
        return send(post(master, "dec_keys", Map.of("key_IDs", ids)));
    }

    private HttpRequest.Builder request(SaeId other, String call) {
        return HttpRequest.newBuilder(URI.create(api + "/api/v1/keys/" + other + "/" + call))
                .timeout(Duration.ofSeconds(15));
    }

    private HttpRequest.Builder post(SaeId other, String call, Object body) throws IOException {
        return request(other, call)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    }

    private Answer send(HttpRequest.Builder request) throws IOException {
        long start = System.nanoTime();
        try {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Duration time = Duration.ofNanos(System.nanoTime() - start);
            JsonNode body = JSON.readTree(response.body());
            Map<String, String> hashes = new LinkedHashMap<>();
            int bits = 0;
            for (JsonNode key : body.path("keys")) {
                byte[] bytes = Base64.getDecoder().decode(key.path("key").asText());
                bits = bytes.length * 8;
                hashes.put(key.path("key_ID").asText(), sha256(bytes));
            }
            return new Answer(response.statusCode(), body, hashes, bits, time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private SSLContext context(Path certs) throws IOException {
        try {
            return TlsManagers.context(
                    PemFiles.credentials(certs.resolve(id + ".crt"), certs.resolve(id + ".key")),
                    PemFiles.certificates(certs.resolve("ca.crt")));
        } catch (IllegalArgumentException e) {
            throw new IOException(id + ": " + e.getMessage(), e);
        }
    }
}
