package org.qkdmesh.etsi014;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** The status as JSON. */
public final class StatusCodec {

    private static final JsonObjects JSON = new JsonObjects(MalformedAnswer::new);

    private StatusCodec() {}

    public static byte[] encode(StatusDocument status) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JsonObjects.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("source_KME_ID", status.sourceKmeId());
            json.writeStringField("target_KME_ID", status.targetKmeId());
            json.writeStringField("master_SAE_ID", status.masterSaeId());
            json.writeStringField("slave_SAE_ID", status.slaveSaeId());
            json.writeNumberField("key_size", status.keySize());
            json.writeNumberField("stored_key_count", status.storedKeyCount());
            json.writeNumberField("max_key_count", status.maxKeyCount());
            json.writeNumberField("max_key_per_request", status.maxKeyPerRequest());
            json.writeNumberField("max_key_size", status.maxKeySize());
            json.writeNumberField("min_key_size", status.minKeySize());
            json.writeNumberField("max_SAE_ID_count", status.maxSaeIdCount());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Reads a KME's status as far as it goes: {@code key_size} has to be there, a limit that is not counts as the least
     * that the others leave open.
     *
     * @throws MalformedAnswer naming the rule that the answer breaks
     */
    public static StatusDocument decode(byte[] body) {
        Map<String, String> texts = new HashMap<>();
        Map<String, Integer> numbers = new HashMap<>();
        JSON.read(body, (name, value) -> member(name, value, texts, numbers));
        Integer keySize = numbers.get("key_size");
        if (keySize == null) {
            throw new MalformedAnswer("key_size is missing");
        }
        int stored = numbers.getOrDefault("stored_key_count", 0);
        return new StatusDocument(
                texts.getOrDefault("source_KME_ID", ""),
                texts.getOrDefault("target_KME_ID", ""),
                texts.getOrDefault("master_SAE_ID", ""),
                texts.getOrDefault("slave_SAE_ID", ""),
                keySize,
                stored,
                numbers.getOrDefault("max_key_count", stored),
                numbers.getOrDefault("max_key_per_request", 1),
                numbers.getOrDefault("max_key_size", keySize),
                numbers.getOrDefault("min_key_size", keySize),
                numbers.getOrDefault("max_SAE_ID_count", 0));
    }

    private static void member(String name, JsonParser value, Map<String, String> texts, Map<String, Integer> numbers)
            throws IOException {
        switch (name) {
            case "source_KME_ID", "target_KME_ID", "master_SAE_ID", "slave_SAE_ID" ->
                texts.put(name, JSON.text(name, value));
            case "key_size",
                    "stored_key_count",
                    "max_key_count",
                    "max_key_per_request",
                    "max_key_size",
                    "min_key_size",
                    "max_SAE_ID_count" ->
                numbers.put(name, JSON.integer(name, JsonObjects.digits(value), 0, Integer.MAX_VALUE));
            default -> value.skipChildren();
        }
    }
}
