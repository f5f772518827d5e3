package org.qkdmesh.etsi014;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qkdmesh.model.Refusal;

/** The body of an error: a message and, now and then, details that are objects. */
public final class ErrorCodec {

    /** As much of a KME's own words as goes into a log line. */
    private static final int MAX_QUOTE = 200;

    private static final JsonObjects JSON = new JsonObjects(MalformedAnswer::new);

    private ErrorCodec() {}

    public static byte[] encode(Refusal refusal) {
        return encode(refusal.getMessage(), refusal.details());
    }

    public static byte[] encode(String message, List<Map<String, String>> details) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JsonObjects.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("message", writable(message));
            if (!details.isEmpty()) {
                json.writeArrayFieldStart("details");
                for (Map<String, String> detail : details) {
                    json.writeStartObject();
                    for (Map.Entry<String, String> member : detail.entrySet()) {
                        json.writeStringField(member.getKey(), writable(member.getValue()));
                    }
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * What a KME says went wrong, fit for a log: from {@code message}, from {@code detail} as some have it, or the text
     * itself; at most {@value #MAX_QUOTE} characters of one line, and anything that could be a key left out.
     */
    public static String quote(byte[] body) {
        String text = says(body)
                .replaceAll("[A-Za-z0-9+/=_]{20,}", "...")
                .replaceAll("[^\\x20-\\x7e]+", " ")
                .strip();
        return text.length() <= MAX_QUOTE ? text : text.substring(0, MAX_QUOTE);
    }

    /** Half a surrogate pair, as a caller may have sent it as a name, has no form in UTF-8. */
    private static String writable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static String says(byte[] body) {
        Map<String, String> texts = new HashMap<>();
        try {
            JSON.read(body, (name, value) -> {
                if (value.currentToken() == JsonToken.VALUE_STRING) {
                    texts.put(name, value.getText());
                } else {
                    value.skipChildren();
                }
            });
        } catch (MalformedAnswer e) {
            int length = Math.min(body.length, MAX_QUOTE * 4);
            return new String(body, 0, length, StandardCharsets.UTF_8);
        }
        return texts.getOrDefault("message", texts.getOrDefault("detail", ""));
    }
}
