package org.qkdmesh.kme;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;

/** Announcements of link keys and their answers as JSON. */
public final class LinkKeyCodec {

    private LinkKeyCodec() {}

    public static byte[] encode(LinkKeyAnnouncement announcement) {
        return write(json -> {
            json.writeStringField("announcement_id", announcement.id().toString());
            writePair(json, announcement.pair());
            if (!announcement.combined().isEmpty()) {
                json.writeArrayFieldStart("combined");
                for (KmeId kme : announcement.combined()) {
                    json.writeString(kme.text());
                }
                json.writeEndArray();
            }
            json.writeObjectFieldStart("epochs");
            json.writeStringField("sender", announcement.senderEpoch().toString());
            json.writeStringField("receiver", announcement.receiverEpoch().toString());
            json.writeEndObject();
            json.writeArrayFieldStart("keys");
            for (LinkKeyAnnouncement.Entry entry : announcement.keys()) {
                json.writeStartObject();
                json.writeStringField("key_id", entry.keyId().toString());
                json.writeNumberField("length", entry.lengthBytes());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** @throws MalformedMessage when it is no announcement; names the member */
    public static LinkKeyAnnouncement decode(byte[] body) {
        JsonNode root = WireJson.parse(body);
        JsonNode epochs = WireJson.object(root, "epochs");
        JsonNode entries = WireJson.array(root, "keys", 1, LinkKeyAnnouncement.MAX_KEYS);
        List<LinkKeyAnnouncement.Entry> keys = new ArrayList<>(entries.size());
        for (JsonNode entry : entries) {
            keys.add(new LinkKeyAnnouncement.Entry(WireJson.keyId(entry, "key_id"), (int)
                    WireJson.integer(entry, "length", 1, LinkKeyAnnouncement.MAX_KEY_BYTES)));
        }
        UUID id = WireJson.uuid(root, "announcement_id");
        Set<KmeId> combined = new HashSet<>();
        if (root.has("combined")) {
            for (JsonNode kme : WireJson.array(root, "combined", 2, LinkKeyAnnouncement.MAX_COMBINED)) {
                combined.add(WireJson.checked("combined", () -> new KmeId(kme.asText())));
            }
        }
        UUID sender = WireJson.uuid(epochs, "sender");
        UUID receiver = WireJson.uuid(epochs, "receiver");
        return WireJson.checked(
                "keys", () -> new LinkKeyAnnouncement(id, pair(root), combined, sender, receiver, keys));
    }

    static KmePair pair(JsonNode root) {
        return new KmePair(kme(root, "kme"), kme(root, "peer_kme"));
    }

    static void writePair(JsonGenerator json, KmePair pair) throws IOException {
        json.writeStringField("kme", pair.own().text());
        json.writeStringField("peer_kme", pair.far().text());
    }

    private static KmeId kme(JsonNode root, String member) {
        return WireJson.checked(member, () -> new KmeId(WireJson.text(root, member)));
    }

    public static byte[] encodeAnswer(Map<KeyId, ClaimStatus> answer) {
        return write(json -> {
            json.writeArrayFieldStart("keys");
            for (Map.Entry<KeyId, ClaimStatus> entry : answer.entrySet()) {
                json.writeStartObject();
                json.writeStringField("key_id", entry.getKey().toString());
                json.writeStringField("status", entry.getValue().name().toLowerCase(Locale.ROOT));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** @throws MalformedMessage when it is no answer; names the member */
    public static Map<KeyId, ClaimStatus> decodeAnswer(byte[] body) {
        JsonNode entries = WireJson.array(WireJson.parse(body), "keys", 0, LinkKeyAnnouncement.MAX_KEYS);
        Map<KeyId, ClaimStatus> answer = new LinkedHashMap<>();
        for (JsonNode entry : entries) {
            ClaimStatus status =
                    switch (WireJson.text(entry, "status")) {
                        case "held" -> ClaimStatus.HELD;
                        case "refused" -> ClaimStatus.REFUSED;
                        case "retry" -> ClaimStatus.RETRY;
                        default -> throw new MalformedMessage("status shall be held, refused or retry");
                    };
            if (answer.put(WireJson.keyId(entry, "key_id"), status) != null) {
                throw new MalformedMessage("keys: an answer names no key twice");
            }
        }
        return answer;
    }

    static byte[] write(WireJson.Members members) {
        return WireJson.object(1024, members);
    }
}
