package org.qkdmesh.etsi020;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.qkdmesh.model.KeyId;

/** Reads JSON from another node: bounded in depth and length, no member twice, nothing behind the end. */
public final class WireJson {

    /** Bounded, and no more: {@link #parse} alone finds members that come twice. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxStringLength(1 << 20)
                    .maxNumberLength(32)
                    .maxNameLength(256)
                    .build())
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // While the tree is made; the parser's own detection keeps all names a second time.
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    /** Writes the members of an object. */
    @FunctionalInterface
    public interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private WireJson() {}

    /** @param size about how many bytes it will have */
    public static byte[] object(int size, Members members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(size);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static JsonNode parse(byte[] body) {
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree == null || tree.isMissingNode()) {
                throw new MalformedMessage("the body is empty");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new MalformedMessage("the body is not acceptable JSON: " + withoutSource(e));
        } catch (IOException e) {
            throw new MalformedMessage("the body can not be read");
        }
    }

    /** Where and what, but nothing of the body itself. */
    private static String withoutSource(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return e.getClass().getSimpleName() + where;
    }

    public static JsonNode object(JsonNode parent, String member) {
        return typed(parent, member, "an object", JsonNode::isObject);
    }

    public static JsonNode array(JsonNode parent, String member, int min, int max) {
        JsonNode array = typed(parent, member, "a list", JsonNode::isArray);
        if (array.size() < min || array.size() > max) {
            throw new MalformedMessage(member + " shall have " + min + " to " + max + " entries, not " + array.size());
        }
        return array;
    }

    public static String text(JsonNode parent, String member) {
        return typed(parent, member, "a text", JsonNode::isTextual).textValue();
    }

    public static long integer(JsonNode parent, String member, long min, long max) {
        JsonNode number = typed(parent, member, "an integer", JsonNode::isIntegralNumber);
        if (!number.canConvertToLong() || number.longValue() < min || number.longValue() > max) {
            throw new MalformedMessage(member + " shall lie between " + min + " and " + max);
        }
        return number.longValue();
    }

    public static UUID uuid(JsonNode parent, String member) {
        return keyId(parent, member).uuid();
    }

    public static KeyId keyId(JsonNode parent, String member) {
        return checked(member, () -> KeyId.parse(text(parent, member)));
    }

    /** Turns the complaint of a value type into one that names the member. */
    public static <T> T checked(String member, java.util.function.Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new MalformedMessage(member + ": " + e.getMessage());
        }
    }

    private static JsonNode typed(
            JsonNode parent, String member, String kind, java.util.function.Predicate<JsonNode> is) {
        JsonNode node = parent.get(member);
        if (node == null || node.isNull()) {
            throw new MalformedMessage(member + " is missing");
        }
        if (!is.test(node)) {
            throw new MalformedMessage(member + " shall be " + kind);
        }
        return node;
    }
}
