package org.qkdmesh.etsi020;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;

/** The list of {@code ack_container}s that answers a synchronous {@code ext_keys}; never a key in it. */
public final class AckCodec {

    private AckCodec() {}

    /** One container: all these keys were relayed to the targets. */
    public static byte[] relayed(List<KeyId> ids, SaeGroup saes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128 + ids.size() * 52);
        try (JsonGenerator json = WireJson.FACTORY.createGenerator(out)) {
            json.writeStartArray();
            json.writeStartObject();
            json.writeArrayFieldStart("key_id_container");
            for (KeyId id : ids) {
                json.writeStartObject();
                json.writeStringField("key_id", id.toString());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("ack_status", "relayed");
            json.writeStringField("initiator_sae_id", saes.master().text());
            json.writeArrayFieldStart("target_sae_ids");
            for (SaeId slave : saes.slaves()) {
                json.writeString(slave.text());
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Whether the answer says of each of these keys, and of no other, that it was relayed to the targets.
     *
     * @throws MalformedMessage when the answer is no list of ack containers
     */
    public static boolean saysRelayed(byte[] body, List<KeyId> ids, SaeGroup saes) {
        JsonNode root = WireJson.parse(body);
        if (!root.isArray() || root.size() > ExtKeyContainer.MAX_KEYS) {
            throw new MalformedMessage("the answer shall be a list of ack containers");
        }
        Set<KeyId> relayed = new HashSet<>();
        for (JsonNode container : root) {
            JsonNode targets = WireJson.array(container, "target_sae_ids", 1, ExtKeyContainer.MAX_KEYS);
            boolean ours = WireJson.text(container, "ack_status").equals("relayed")
                    && WireJson.text(container, "initiator_sae_id")
                            .equals(saes.master().text())
                    && areTheSlaves(targets, saes);
            for (JsonNode entry : WireJson.array(container, "key_id_container", 0, ExtKeyContainer.MAX_KEYS)) {
                if (!ours || !relayed.add(WireJson.keyId(entry, "key_id"))) {
                    return false;
                }
            }
        }
        return relayed.equals(Set.copyOf(ids));
    }

    /** In whatever order: the standard gives it no meaning. */
    private static boolean areTheSlaves(JsonNode targets, SaeGroup saes) {
        Set<String> missing = new HashSet<>();
        for (SaeId slave : saes.slaves()) {
            missing.add(slave.text());
        }
        for (JsonNode target : targets) {
            if (!missing.remove(target.textValue())) {
                return false;
            }
        }
        return missing.isEmpty();
    }
}
