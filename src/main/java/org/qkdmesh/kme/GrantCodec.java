package org.qkdmesh.kme;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmePair;

/** Requests for grants of link keys and their answers as JSON. */
public final class GrantCodec {

    private GrantCodec() {}

    public static byte[] encode(GrantRequest request) {
        return LinkKeyCodec.write(json -> {
            json.writeStringField("grant_id", request.id().toString());
            if (request.pair().isPresent()) {
                LinkKeyCodec.writePair(json, request.pair().get());
            }
            json.writeObjectFieldStart("epochs");
            json.writeStringField("sender", request.senderEpoch().toString());
            json.writeStringField("receiver", request.receiverEpoch().toString());
            json.writeEndObject();
            json.writeNumberField("wanted", request.wantedBytes());
            json.writeNumberField("stock", request.stockBytes());
        });
    }

    /** @throws MalformedMessage when it is no request; names the member */
    public static GrantRequest decode(byte[] body) {
        JsonNode root = WireJson.parse(body);
        JsonNode epochs = WireJson.object(root, "epochs");
        UUID id = WireJson.uuid(root, "grant_id");
        UUID sender = WireJson.uuid(epochs, "sender");
        UUID receiver = WireJson.uuid(epochs, "receiver");
        long wanted = WireJson.integer(root, "wanted", 1, GrantRequest.MOST_BYTES);
        long stock = WireJson.integer(root, "stock", 0, GrantRequest.MOST_BYTES);
        Optional<KmePair> pair = root.has("kme") ? Optional.of(LinkKeyCodec.pair(root)) : Optional.empty();
        return new GrantRequest(id, pair, sender, receiver, wanted, stock);
    }

    public static byte[] encodeAnswer(Grant grant) {
        return LinkKeyCodec.write(json -> {
            json.writeNumberField("life_ms", grant.lifeMillis());
            json.writeArrayFieldStart("key_ids");
            for (KeyId id : grant.keys()) {
                json.writeString(id.toString());
            }
            json.writeEndArray();
        });
    }

    /** @throws MalformedMessage when it is no grant; names the member */
    public static Grant decodeAnswer(byte[] body) {
        JsonNode root = WireJson.parse(body);
        List<KeyId> ids = new ArrayList<>();
        for (JsonNode id : WireJson.array(root, "key_ids", 0, LinkKeyAnnouncement.MAX_KEYS)) {
            ids.add(WireJson.checked("key_ids", () -> KeyId.parse(id.asText())));
        }
        long life = WireJson.integer(root, "life_ms", 0, Grant.LONGEST_LIFE_MILLIS);
        return WireJson.checked("key_ids", () -> new Grant(ids, life));
    }
}
