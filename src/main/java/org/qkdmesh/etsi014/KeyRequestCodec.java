package org.qkdmesh.etsi014;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;

/** The request of {@code enc_keys} as query and body. What is wrong in it is refused with the member and the limits. */
public final class KeyRequestCodec {

    private static final JsonObjects JSON = new JsonObjects(Refusal::badRequest);

    private KeyRequestCodec() {}

    /** @throws Refusal with status 400 */
    public static KeyRequest ofGet(QueryParameters query, KeyLimits limits) {
        return new Reading(limits).finish(query);
    }

    /**
     * Reads the body as JSON whatever its content type says; number and size in the query count where the body does not
     * name them.
     *
     * @param body null or blank when there is none, which means all defaults
     * @throws Refusal with status 400
     */
    public static KeyRequest ofPost(QueryParameters query, byte[] body, KeyLimits limits) {
        Reading reading = new Reading(limits);
        if (!isBlank(body)) {
            JSON.read(body, reading::member);
        }
        return reading.finish(query);
    }

    /** The body by which a client asks for keys. */
    public static byte[] encode(int number, int sizeBits) {
        return ("{\"number\":" + number + ",\"size\":" + sizeBits + "}").getBytes(StandardCharsets.US_ASCII);
    }

    static boolean isBlank(byte[] body) {
        if (body != null) {
            for (byte b : body) {
                if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                    return false;
                }
            }
        }
        return true;
    }

    /** The members as far as they have been read. */
    private static final class Reading {

        private final KeyLimits limits;
        private Integer number;
        private Integer sizeBits;
        private List<SaeId> additionalSlaves = List.of();
        private final List<String> mandatory = new ArrayList<>();

        Reading(KeyLimits limits) {
            this.limits = limits;
        }

        void member(String name, JsonParser value) throws IOException {
            switch (name) {
                case "number" -> number = number(JsonObjects.digits(value));
                case "size" -> sizeBits = size(JsonObjects.digits(value));
                case "additional_slave_SAE_IDs" ->
                    additionalSlaves = saeIds(name, JSON.texts(name, value), limits.maxSaeIds());
                case "extension_mandatory" ->
                    JSON.list(name, value, () -> {}, (extension, content) -> {
                        mandatory.add(extension);
                        content.skipChildren();
                    });
                case "extension_optional" ->
                    JSON.list(name, value, () -> {}, (extension, content) -> content.skipChildren());
                default -> value.skipChildren();
            }
        }

        KeyRequest finish(QueryParameters query) {
            // Left out silently, these would give the caller something else than it insists on.
            for (String member : List.of("additional_slave_SAE_IDs", "extension_mandatory")) {
                if (query.has(member)) {
                    throw Refusal.badRequest(member + " shall be given in the body of a POST, not in the query");
                }
            }
            if (number == null) {
                number = query.single("number").map(this::number).orElse(1);
            }
            if (sizeBits == null) {
                sizeBits = query.single("size").map(this::size).orElse(limits.defaultSizeBits());
            }
            return new KeyRequest(number, sizeBits, additionalSlaves, mandatory);
        }

        private int number(String digits) {
            return JSON.integer("number", digits, 1, limits.maxPerRequest());
        }

        private int size(String digits) {
            JsonObjects.whole(digits).ifPresent(bits -> {
                if (bits % 8 != 0) {
                    throw Refusal.badRequest("size shall be a multiple of 8");
                }
            });
            return JSON.integer("size", digits, limits.minSizeBits(), limits.maxSizeBits());
        }
    }

    private static List<SaeId> saeIds(String member, List<String> texts, int most) {
        List<SaeId> ids = new ArrayList<>();
        for (String text : texts) {
            try {
                ids.add(new SaeId(text));
            } catch (IllegalArgumentException e) {
                throw Refusal.badRequest(member + ": " + e.getMessage());
            }
        }
        if (new HashSet<>(ids).size() != ids.size()) {
            throw Refusal.badRequest(member + " shall name no SAE twice");
        }
        if (ids.size() > most) {
            throw Refusal.badRequest(member + " shall name at most " + most + " SAEs (max_SAE_ID_count)");
        }
        return ids;
    }
}
