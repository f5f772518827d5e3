package org.qkdmesh.etsi014;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Reads the one JSON object that a body holds: bounded in depth and length, no member twice, nothing behind its end.
 * Complaints name the place, never what stands there.
 */
final class JsonObjects {

    /** Bodies are limited to this many bytes before they get here. */
    static final int MAX_BODY_BYTES = 1 << 20;

    /** Buffers are not recycled: one that held key bytes shall not live on in a pool. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxStringLength(MAX_BODY_BYTES)
                    // Numbers are looked at as text and converted only when short, so a long one costs nothing.
                    .maxNumberLength(MAX_BODY_BYTES)
                    .maxNameLength(1024)
                    .maxDocumentLength(MAX_BODY_BYTES)
                    .build())
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Reads the value that the parser stands on, or skips it as a whole. */
    @FunctionalInterface
    interface MemberReader {
        void read(String member, JsonParser value) throws IOException;
    }

    private final Function<String, RuntimeException> complaint;

    /** @param complaint makes the exception that a broken rule becomes, of a message that is safe to show */
    JsonObjects(Function<String, RuntimeException> complaint) {
        this.complaint = complaint;
    }

    /** Hands each member that is not {@code null} to the reader; the body shall be one object. */
    void read(byte[] body, MemberReader reader) {
        try (JsonParser json = FACTORY.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw complaint.apply("the body shall be a JSON object");
            }
            members(json, (member, value) -> {
                if (value.currentToken() != JsonToken.VALUE_NULL) {
                    reader.read(member, value);
                }
            });
            if (json.nextToken() != null) {
                throw complaint.apply("nothing shall follow the JSON object in the body");
            }
        } catch (JsonProcessingException e) {
            throw complaint.apply("the body is not acceptable JSON" + place(e));
        } catch (IOException e) {
            throw complaint.apply("the body is not readable as JSON");
        }
    }

    /** Reads a list whose entries are objects. */
    void list(String member, JsonParser json, Runnable entryBegins, MemberReader reader) throws IOException {
        expect(json.currentToken() == JsonToken.START_ARRAY, member, "a list of objects");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken() == JsonToken.START_OBJECT, member, "a list of objects");
            entryBegins.run();
            members(json, reader);
        }
    }

    List<String> texts(String member, JsonParser json) throws IOException {
        expect(json.currentToken() == JsonToken.START_ARRAY, member, "a list of texts");
        List<String> texts = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken() == JsonToken.VALUE_STRING, member, "a list of texts");
            texts.add(json.getText());
        }
        return texts;
    }

    String text(String member, JsonParser json) throws IOException {
        expect(json.currentToken() == JsonToken.VALUE_STRING, member, "a text");
        return json.getText();
    }

    /** The integer that the parser stands on as text, however many digits it has; empty for anything else. */
    static String digits(JsonParser json) throws IOException {
        return json.currentToken() == JsonToken.VALUE_NUMBER_INT ? json.getText() : "";
    }

    /** The value of a text that is a decimal integer of at most 18 digits. */
    static OptionalLong whole(String digits) {
        return digits.matches("-?[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }

    int integer(String member, String digits, int min, int max) {
        OptionalLong value = whole(digits);
        expect(
                value.isPresent() && value.getAsLong() >= min && value.getAsLong() <= max,
                member,
                "an integer from " + min + " to " + max);
        return (int) value.getAsLong();
    }

    void expect(boolean holds, String member, String wanted) {
        if (!holds) {
            throw complaint.apply(member + " shall be " + wanted);
        }
    }

    private static void members(JsonParser json, MemberReader reader) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            json.nextToken();
            reader.read(member, json);
        }
    }

    private static String place(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
