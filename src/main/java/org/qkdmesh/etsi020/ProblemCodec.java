package org.qkdmesh.etsi020;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Function;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;

/** The {@code problem_details} of ETSI GS QKD 020; our own entries in {@code details} are texts, as the standard wants. */
public final class ProblemCodec {

    private ProblemCodec() {}

    /** @param status the HTTP status, which may be 503 where the reason's own is not fit to be passed on */
    public static byte[] encode(HopRefusal refusal, int status) {
        return WireJson.object(256, json -> {
            json.writeStringField("type", refusal.reason().type());
            json.writeNumberField("status", status);
            json.writeStringField("title", refusal.reason().title());
            json.writeObjectFieldStart("details");
            json.writeStringField(refusal.reason().detail(), refusal.message());
            json.writeStringField("reason", refusal.reason().wireName());
            if (refusal.edge().isPresent()) {
                json.writeStringField("edge_from", refusal.edge().get().from().text());
                json.writeStringField("edge_to", refusal.edge().get().to().text());
            }
            if (refusal.keptNone()) {
                json.writeStringField("kept", "none");
            }
            if (refusal.epoch().isPresent()) {
                json.writeStringField("epoch", refusal.epoch().get().toString());
            }
            if (refusal.keyId().isPresent()) {
                json.writeStringField("key_id", refusal.keyId().get().toString());
            }
            json.writeEndObject();
        });
    }

    /**
     * Reads a problem as far as it can be understood; whatever is odd in it counts as not said. A plain 400 or 401 means,
     * by the standard, that nothing was kept.
     */
    public static HopRefusal decode(int status, byte[] body) {
        JsonNode details = details(body);
        RefusalReason reason = read(details, "reason", RefusalReason::ofWireName)
                .flatMap(found -> found)
                .orElseGet(() -> ofStatus(status));
        Optional<Edge> edge = read(details, "edge_from", NodeId::new)
                .flatMap(from -> read(details, "edge_to", NodeId::new).map(to -> new Edge(from, to)));
        boolean keptNone = status == 400
                || status == 401
                || read(details, "kept", "none"::equals).orElse(false);
        return new HopRefusal(
                reason,
                "the neighbour answered " + status + ", " + reason.title(),
                edge,
                keptNone,
                read(details, "epoch", text -> KeyId.parse(text).uuid()),
                read(details, "key_id", KeyId::parse));
    }

    /** Null where there are none: not JSON, perhaps a proxy's answer. The status then says what is to be known. */
    private static JsonNode details(byte[] body) {
        try {
            return WireJson.parse(body).get("details");
        } catch (MalformedMessage e) {
            return null;
        }
    }

    private static RefusalReason ofStatus(int status) {
        return switch (status) {
            case 400 -> RefusalReason.INVALID;
            case 401 -> RefusalReason.UNAUTHORIZED;
            case 408 -> RefusalReason.TIMEOUT;
            default -> RefusalReason.BUSY;
        };
    }

    private static <T> Optional<T> read(JsonNode details, String member, Function<String, T> reader) {
        if (details == null || !details.path(member).isTextual()) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(details.get(member).textValue()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
