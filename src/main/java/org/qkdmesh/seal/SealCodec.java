package org.qkdmesh.seal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import org.qkdmesh.crypto.HybridAgreement;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.model.NodeId;

/** The payloads of signed offers and answers as JSON. */
public final class SealCodec {

    private static final int SIZE = 2048;
    private static final long LATEST = 1L << 53;

    private SealCodec() {}

    static byte[] encode(SealOffer offer) {
        return WireJson.object(SIZE, json -> {
            json.writeStringField("agreement", HybridAgreement.NAME);
            json.writeStringField("offer_id", offer.id().toString());
            json.writeStringField("from", offer.from().text());
            json.writeStringField("to", offer.to().text());
            json.writeNumberField("issued_at", offer.issuedAt());
            json.writeBinaryField("share", offer.share());
        });
    }

    static byte[] encode(SealAnswer answer) {
        return WireJson.object(SIZE, json -> {
            json.writeStringField("from", answer.from().text());
            json.writeStringField("to", answer.to().text());
            json.writeBinaryField("offer", answer.offerHash());
            json.writeBinaryField("share", answer.share());
        });
    }

    /** @throws MalformedMessage when it is no offer that this version understands; names the member */
    public static SealOffer decodeOffer(byte[] payload) {
        JsonNode root = WireJson.parse(payload);
        if (!WireJson.text(root, "agreement").equals(HybridAgreement.NAME)) {
            throw new MalformedMessage("agreement: this node knows " + HybridAgreement.NAME);
        }
        return new SealOffer(
                WireJson.uuid(root, "offer_id"),
                node(root, "from"),
                node(root, "to"),
                WireJson.integer(root, "issued_at", 0, LATEST),
                bytes(root, "share"));
    }

    /** @throws MalformedMessage when it is no answer; names the member */
    static SealAnswer decodeAnswer(byte[] payload) {
        JsonNode root = WireJson.parse(payload);
        return new SealAnswer(node(root, "from"), node(root, "to"), bytes(root, "offer"), bytes(root, "share"));
    }

    private static NodeId node(JsonNode root, String member) {
        return WireJson.checked(member, () -> new NodeId(WireJson.text(root, member)));
    }

    private static byte[] bytes(JsonNode root, String member) {
        String text = WireJson.text(root, member);
        return WireJson.checked(member, () -> Base64.getDecoder().decode(text));
    }
}
