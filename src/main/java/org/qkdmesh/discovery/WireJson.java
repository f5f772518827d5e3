package org.qkdmesh.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.model.Refusal;

/** Reads and writes the JSON of adverts: bounded, nothing twice, nothing behind the end. Complaints are refusals (400). */
final class WireJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxStringLength(JwsVerifier.MAX_CHARS)
                            .maxNumberLength(20)
                            .maxNameLength(64)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private WireJson() {}

    static ObjectNode newObject() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that can not be written", e);
        }
    }

    static JsonNode parse(byte[] body, int maxBytes) {
        if (body.length > maxBytes) {
            throw Refusal.badRequest("more than " + maxBytes + " bytes");
        }
        try {
            JsonNode tree = MAPPER.readTree(body);
            if (tree == null || !tree.isObject()) {
                throw Refusal.badRequest("not a JSON object");
            }
            return tree;
        } catch (IOException e) {
            throw Refusal.badRequest("not acceptable as JSON");
        }
    }

    static JsonNode object(JsonNode parent, String member, int max) {
        return sized(typed(parent, member, "an object", JsonNode::isObject), member, max);
    }

    static JsonNode array(JsonNode parent, String member, int max) {
        return sized(typed(parent, member, "a list", JsonNode::isArray), member, max);
    }

    static String text(JsonNode parent, String member) {
        return typed(parent, member, "a text", JsonNode::isTextual).textValue();
    }

    static boolean flag(JsonNode parent, String member) {
        return typed(parent, member, "true or false", JsonNode::isBoolean).booleanValue();
    }

    static long integer(JsonNode parent, String member, long min, long max) {
        JsonNode number = typed(parent, member, "an integer", JsonNode::isIntegralNumber);
        if (!number.canConvertToLong() || number.longValue() < min || number.longValue() > max) {
            throw Refusal.badRequest(member + " shall lie between " + min + " and " + max);
        }
        return number.longValue();
    }

    /** Turns the complaint of a value type into a refusal that names the member. */
    static <T> T checked(String member, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(member + ": " + e.getMessage());
        }
    }

    private static JsonNode sized(JsonNode container, String member, int max) {
        if (container.size() > max) {
            throw Refusal.badRequest(member + " shall have at most " + max + " entries");
        }
        return container;
    }

    private static JsonNode typed(JsonNode parent, String member, String kind, Predicate<JsonNode> is) {
        JsonNode node = parent.get(member);
        if (node == null || !is.test(node)) {
            throw Refusal.badRequest(member + " shall be " + kind);
        }
        return node;
    }
}
