package org.qkdmesh.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * An advert as JSON, the payload of its JWS. Members that are not known are ignored, so that a later version can add
 * some; another {@code version} is refused.
 */
final class AdvertCodec {

    /** The kind of statement that an advert is signed as. */
    static final String TYPE = "qkd-mesh-advert";

    static final int MAX_BYTES = 128 * 1024;

    private static final int VERSION = 1;

    private AdvertCodec() {}

    static byte[] encode(Advert advert) {
        return WireJson.object(512, json -> {
            json.writeNumberField("version", VERSION);
            json.writeStringField("node", advert.node().text());
            json.writeNumberField("sequence", advert.sequence());
            json.writeNumberField("issued_at", advert.issuedAt().toEpochMilli());
            json.writeArrayFieldStart("links");
            for (Advert.Link link : advert.links()) {
                json.writeStartObject();
                json.writeStringField("neighbour", link.neighbour().text());
                json.writeBooleanField("up", link.up());
                json.writeNumberField("available", link.available());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("saes");
            for (SaeId sae : advert.saes()) {
                json.writeString(sae.text());
            }
            json.writeEndArray();
            if (!advert.transit()) {
                json.writeBooleanField("transit", false);
            }
        });
    }

    /**
     * @throws MalformedMessage when it is not an advert that this version understands
     */
    static Advert decode(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new MalformedMessage("an advert has at most " + MAX_BYTES + " bytes");
        }
        JsonNode tree = WireJson.parse(json);
        WireJson.integer(tree, "version", VERSION, VERSION);
        NodeId node = nodeId(tree, "node");
        long sequence = WireJson.integer(tree, "sequence", 1, Advert.MAX_SEQUENCE);
        Instant issuedAt = Instant.ofEpochMilli(WireJson.integer(tree, "issued_at", 0, Advert.MAX_SEQUENCE));
        List<Advert.Link> links = new ArrayList<>();
        for (JsonNode link : WireJson.array(tree, "links", 0, Advert.MAX_LINKS)) {
            NodeId neighbour = nodeId(link, "neighbour");
            boolean up = flag(link, "up");
            long available = WireJson.integer(link, "available", 0, Long.MAX_VALUE);
            links.add(WireJson.checked("links", () -> new Advert.Link(neighbour, up, available)));
        }
        List<SaeId> saes = new ArrayList<>();
        for (JsonNode sae : WireJson.array(tree, "saes", 0, Advert.MAX_SAES)) {
            saes.add(WireJson.checked("saes", () -> new SaeId(sae.textValue())));
        }
        boolean transit = !tree.has("transit") || flag(tree, "transit");
        return WireJson.checked("advert", () -> new Advert(node, sequence, issuedAt, links, saes, transit));
    }

    private static NodeId nodeId(JsonNode parent, String member) {
        String text = WireJson.text(parent, member);
        return WireJson.checked(member, () -> new NodeId(text));
    }

    private static boolean flag(JsonNode parent, String member) {
        JsonNode flag = parent.path(member);
        if (!flag.isBoolean()) {
            throw new MalformedMessage(member + " shall be true or false");
        }
        return flag.booleanValue();
    }
}
