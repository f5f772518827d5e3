package org.qkdmesh.kme;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;

/** A request to compare keys, and its answer, as JSON. */
public final class CompareCodec {

    /**
     * A request.
     *
     * @param pair as the asker sees it
     */
    public record Request(KmePair pair, byte[] nonce, CompareKeys.Wish wish) {}

    private CompareCodec() {}

    public static byte[] encode(Request request) {
        ObjectNode root = JsonNodeFactory.instance
                .objectNode()
                .put("kme", request.pair().own().text())
                .put("peer_kme", request.pair().far().text())
                .put("nonce", Base64.getEncoder().encodeToString(request.nonce()));
        if (request.wish() instanceof CompareKeys.Wish.Claim claim) {
            ArrayNode ids = root.putArray("key_ids");
            claim.ids().forEach(id -> ids.add(id.toString()));
        } else if (request.wish() instanceof CompareKeys.Wish.Draw draw) {
            root.putObject("draw").put("number", draw.number()).put("size", draw.sizeBits());
        }
        return bytes(root);
    }

    /** @throws MalformedMessage when it is no request; names the member */
    public static Request decode(byte[] body) {
        JsonNode root = WireJson.parse(body);
        KmePair pair = new KmePair(kme(root, "kme"), kme(root, "peer_kme"));
        byte[] nonce = base64(root, "nonce");
        if (nonce.length != CompareKeys.NONCE_BYTES) {
            throw new MalformedMessage("nonce shall have " + CompareKeys.NONCE_BYTES + " bytes");
        }
        return new Request(pair, nonce, wish(root));
    }

    private static CompareKeys.Wish wish(JsonNode root) {
        if (root.has("draw")) {
            JsonNode draw = WireJson.object(root, "draw");
            return new CompareKeys.Wish.Draw(
                    (int) WireJson.integer(draw, "number", 1, CompareKeys.MOST_DRAWN),
                    (int) WireJson.integer(draw, "size", 8, CompareKeys.MOST_BITS) & ~7);
        }
        List<KeyId> ids = new ArrayList<>();
        for (JsonNode id : WireJson.array(root, "key_ids", 1, CompareKeys.MOST_CLAIMED)) {
            ids.add(WireJson.checked("key_ids", () -> KeyId.parse(id.asText())));
        }
        return new CompareKeys.Wish.Claim(ids);
    }

    public static byte[] encodeAnswer(CompareKeys.Told told) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode keys = root.putArray("keys");
        told.digests().forEach((id, digest) -> keys.addObject()
                .put("key_id", id.toString())
                .put("digest", Base64.getEncoder().encodeToString(digest)));
        told.trouble().ifPresent(trouble -> root.put("trouble", trouble));
        return bytes(root);
    }

    /** @throws MalformedMessage when it is no answer; names the member */
    public static CompareKeys.Told decodeAnswer(byte[] body) {
        JsonNode root = WireJson.parse(body);
        Map<KeyId, byte[]> digests = new LinkedHashMap<>();
        for (JsonNode key : WireJson.array(root, "keys", 0, CompareKeys.MOST_CLAIMED)) {
            digests.put(WireJson.keyId(key, "key_id"), base64(key, "digest"));
        }
        return new CompareKeys.Told(
                digests, root.has("trouble") ? Optional.of(WireJson.text(root, "trouble")) : Optional.empty());
    }

    private static byte[] base64(JsonNode parent, String member) {
        String text = WireJson.text(parent, member);
        return WireJson.checked(member, () -> Base64.getDecoder().decode(text));
    }

    private static KmeId kme(JsonNode root, String member) {
        return WireJson.checked(member, () -> new KmeId(WireJson.text(root, member)));
    }

    private static byte[] bytes(ObjectNode root) {
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }
}
