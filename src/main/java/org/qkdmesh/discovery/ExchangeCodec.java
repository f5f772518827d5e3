package org.qkdmesh.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
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
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        ArrayNode adverts = tree.putArray("adverts");
        for (TimedAdvert advert : exchange.adverts()) {
            adverts.addObject().put("jws", advert.jws()).put("life_ms", advert.lifeMs());
        }
        ObjectNode known = tree.putObject("known");
        exchange.known().forEach((node, sequence) -> known.put(node.text(), sequence));
        if (!exchange.yours().isEmpty()) {
            tree.put("yours", exchange.yours());
        }
        return tree.toString().getBytes(StandardCharsets.UTF_8);
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
