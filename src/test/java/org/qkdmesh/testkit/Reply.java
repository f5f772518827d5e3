package org.qkdmesh.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qkdmesh.transport.InMemoryServer;

/** What a request was answered with. */
public record Reply(int status, Map<String, String> headers, String body) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A key as the key delivery API gives it.
     *
     * @param key in base64
     */
    public record Key(String id, String key) {}

    static Reply of(InMemoryServer.Reply reply) {
        return new Reply(reply.status(), reply.headers(), new String(reply.body(), StandardCharsets.UTF_8));
    }

    /**
     * The keys in it, in their order.
     *
     * @throws AssertionError when the answer is an error; it says which
     */
    public List<Key> keys() {
        if (status != 200) {
            throw new AssertionError("answered " + status + " where keys were expected: " + body);
        }
        List<Key> keys = new ArrayList<>();
        json().path("keys")
                .forEach(key -> keys.add(
                        new Key(key.path("key_ID").asText(), key.path("key").asText())));
        return keys;
    }

    /** The body as JSON. */
    public JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + body, e);
        }
    }
}
