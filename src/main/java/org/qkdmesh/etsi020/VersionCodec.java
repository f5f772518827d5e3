package org.qkdmesh.etsi020;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.NodeId;

/** The {@code version_container}: what a node speaks and, in our member, who it is and its epoch. */
public final class VersionCodec {

    /**
     * What a neighbour says of itself.
     *
     * @param knownEpoch the epoch of whoever asks, as the neighbour knows it; empty when it knows none, or does not say
     */
    public record Peer(NodeId node, UUID epoch, Optional<UUID> knownEpoch) {

        public Peer(NodeId node, UUID epoch) {
            this(node, epoch, Optional.empty());
        }
    }

    private final Extension extension;

    public VersionCodec(Extension extension) {
        this.extension = extension;
    }

    public byte[] encode(Peer self) {
        return WireJson.object(256, json -> {
            json.writeArrayFieldStart("versions");
            json.writeString("v1");
            json.writeEndArray();
            json.writeArrayFieldStart("capabilities");
            json.writeString("synchronous_mode");
            json.writeEndArray();
            json.writeObjectFieldStart("extension");
            json.writeObjectFieldStart(extension.member());
            json.writeNumberField("protocol", Extension.PROTOCOL);
            json.writeStringField("node", self.node().text());
            json.writeStringField("epoch", self.epoch().toString());
            if (self.knownEpoch().isPresent()) {
                json.writeStringField("known_epoch", self.knownEpoch().get().toString());
            }
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    /**
     * @throws MalformedMessage when the answer is not that of a node that we can relay with; the message says what is
     *     missing
     */
    public Peer decode(byte[] body) {
        JsonNode root = WireJson.parse(body);
        requireEntry(root, "versions", "v1");
        requireEntry(root, "capabilities", "synchronous_mode");
        JsonNode own = WireJson.object(WireJson.object(root, "extension"), extension.member());
        if (WireJson.integer(own, "protocol", 1, Integer.MAX_VALUE) != Extension.PROTOCOL) {
            throw new MalformedMessage("protocol: this node speaks " + Extension.PROTOCOL);
        }
        return new Peer(
                WireJson.checked("node", () -> new NodeId(WireJson.text(own, "node"))),
                WireJson.uuid(own, "epoch"),
                own.hasNonNull("known_epoch") ? Optional.of(WireJson.uuid(own, "known_epoch")) : Optional.empty());
    }

    private static void requireEntry(JsonNode root, String member, String entry) {
        for (JsonNode one : WireJson.array(root, member, 0, 1000)) {
            if (entry.equals(one.textValue())) {
                return;
            }
        }
        throw new MalformedMessage(member + " does not name " + entry);
    }
}
