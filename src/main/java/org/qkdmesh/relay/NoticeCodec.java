package org.qkdmesh.relay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.etsi020.HopData;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/** The payload of a signed notice as JSON. */
final class NoticeCodec {

    private static final long MAX_SECONDS = HopData.MAX_LIFE_SECONDS + 2 * RelayLimits.GRACE_SECONDS;

    private NoticeCodec() {}

    static byte[] encode(Notice notice) {
        return WireJson.object(256 + notice.keyIds().size() * 40, json -> {
            json.writeStringField("notice_id", notice.id().toString());
            json.writeStringField("type", notice.type() == NoticeType.VOID ? "void" : "delivered");
            json.writeStringField("from", notice.from().text());
            json.writeStringField("to", notice.to().text());
            json.writeStringField("master_sae_id", notice.pair().master().text());
            json.writeStringField("slave_sae_id", notice.pair().slave().text());
            json.writeArrayFieldStart("key_ids");
            for (KeyId id : notice.keyIds()) {
                json.writeString(id.toString());
            }
            json.writeEndArray();
            json.writeNumberField("seconds_left", notice.secondsLeft());
        });
    }

    /** @throws MalformedMessage when it is no notice; names the member */
    static Notice decode(byte[] payload) {
        JsonNode root = WireJson.parse(payload);
        JsonNode entries = WireJson.array(root, "key_ids", 1, Notice.MAX_KEYS);
        List<KeyId> ids = new ArrayList<>(entries.size());
        for (JsonNode entry : entries) {
            ids.add(WireJson.checked("key_ids", () -> KeyId.parse(entry.textValue())));
        }
        return new Notice(
                WireJson.uuid(root, "notice_id"),
                readType(WireJson.text(root, "type")),
                WireJson.checked("from", () -> new NodeId(WireJson.text(root, "from"))),
                WireJson.checked("to", () -> new NodeId(WireJson.text(root, "to"))),
                new SaePair(
                        WireJson.checked("master_sae_id", () -> new SaeId(WireJson.text(root, "master_sae_id"))),
                        WireJson.checked("slave_sae_id", () -> new SaeId(WireJson.text(root, "slave_sae_id")))),
                ids,
                WireJson.integer(root, "seconds_left", 0, MAX_SECONDS));
    }

    private static NoticeType readType(String text) {
        return switch (text) {
            case "void" -> NoticeType.VOID;
            case "delivered" -> NoticeType.DELIVERED;
            default -> throw new MalformedMessage("type shall be void or delivered");
        };
    }
}
