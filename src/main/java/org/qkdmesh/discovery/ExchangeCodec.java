package org.qkdmesh.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.WireJson;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.model.NodeId;

/** The body of {@code POST /mesh/v1/adverts} and of its answer, as JSON. */
public final class ExchangeCodec {

    private static final int MAX_BYTES = 1 << 20;

    private ExchangeCodec() {}

    public static byte[] encode(Exchange exchange) {
        return WireJson.object(1024, json -> {
            json.writeArrayFieldStart("adverts");
            for (TimedAdvert advert : exchange.adverts()) {
                json.writeStartObject();
                json.writeStringField("jws", advert.jws());
                json.writeNumberField("life_ms", advert.lifeMs());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("known");
            for (Map.Entry<NodeId, Long> entry : exchange.known().entrySet()) {
                json.writeNumberField(entry.getKey().text(), entry.getValue());
            }
            json.writeEndObject();
            if (!exchange.yours().isEmpty()) {
                json.writeStringField("yours", exchange.yours());
            }
        });
    }

    /**
     * @throws MalformedMessage when it is malformed or larger than two nodes ever need
     */
    public static Exchange decode(byte[] body) {
        if (body.length > MAX_BYTES) {
            throw new MalformedMessage("an exchange has at most " + MAX_BYTES + " bytes");
        }
        JsonNode tree = WireJson.parse(body);
        List<TimedAdvert> adverts = new ArrayList<>();
        for (JsonNode advert : WireJson.array(tree, "adverts", 0, DiscoveryLimits.MOST_NODES)) {
            adverts.add(new TimedAdvert(
                    jws(advert, "jws"), WireJson.integer(advert, "life_ms", 0, TimedAdvert.FULL_LIFE_MS)));
        }
        JsonNode object = WireJson.object(tree, "known");
        if (object.size() > DiscoveryLimits.MOST_NODES) {
            throw new MalformedMessage("known shall have at most " + DiscoveryLimits.MOST_NODES + " entries");
        }
        Map<NodeId, Long> known = new HashMap<>();
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            NodeId node = WireJson.checked("known", () -> new NodeId(name));
            known.put(node, WireJson.integer(object, name, 1, Advert.MAX_SEQUENCE));
        }
        return new Exchange(adverts, known, tree.has("yours") ? jws(tree, "yours") : "");
    }

    private static String jws(JsonNode parent, String member) {
        String jws = WireJson.text(parent, member);
        if (jws.length() > JwsVerifier.MAX_CHARS) {
            throw new MalformedMessage(member + " shall have at most " + JwsVerifier.MAX_CHARS + " characters");
        }
        return jws;
    }
}
