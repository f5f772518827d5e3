package org.qkdmesh.relay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.qkdmesh.crypto.PlainPoly1305;

/**
 * A relay written straight from the protocol's page, with none of our own code: text put together, bytes summed up. It
 * makes the test vectors, and the relay has to come to the same.
 */
final class PlainRelay {

    /** The message and the tag of one hop, as they go over the wire. */
    record Hop(String body, String tag) {}

    private final JsonNode vector;

    /** @param vector the input: ids, epochs, path, link keys and the ranges of them that each hop uses */
    PlainRelay(JsonNode vector) {
        this.vector = vector;
    }

    /** The keys that both SAEs end up with: the first link's pad, cut into pieces. */
    List<byte[]> keys() {
        byte[] relayed = relayed();
        int length = vector.get("key_bytes").intValue();
        List<byte[]> keys = new ArrayList<>();
        for (int from = 0; from < relayed.length; from += length) {
            keys.add(Arrays.copyOfRange(relayed, from, from + length));
        }
        return keys;
    }

    private byte[] relayed() {
        return Arrays.copyOf(
                linkBytes(0),
                vector.get("key_bytes").intValue() * vector.get("key_ids").size());
    }

    /** The hop from {@code path[number]} to the node after it. */
    Hop hop(int number) {
        byte[] relayed = relayed();
        byte[] linkBytes = linkBytes(number);
        byte[] values = new byte[relayed.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (relayed[i] ^ linkBytes[i]);
        }
        String body = body(number, values);
        byte[] macKey = Arrays.copyOfRange(linkBytes, relayed.length, relayed.length + 32);
        byte[] sent = body.getBytes(StandardCharsets.UTF_8);
        byte[] tagged = ByteBuffer.allocate(8 + sent.length + relayed.length)
                .putLong(sent.length)
                .put(sent)
                .put(relayed)
                .array();
        return new Hop(body, base64(PlainPoly1305.tag(macKey, tagged)));
    }

    /** The bytes of the ranges, one range after another. */
    private byte[] linkBytes(int number) {
        JsonNode hop = vector.get("hops").get(number);
        Map<String, byte[]> linkKeys = list(hop.get("link_keys")).stream()
                .collect(Collectors.toMap(key -> key.get("key_id").textValue(), key -> HexFormat.of()
                        .parseHex(key.get("bytes").textValue())));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (JsonNode range : hop.get("ranges")) {
            bytes.write(
                    linkKeys.get(range.get("key_id").textValue()),
                    range.get("offset").intValue(),
                    range.get("length").intValue());
        }
        return bytes.toByteArray();
    }

    private String body(int number, byte[] values) {
        int length = vector.get("key_bytes").intValue();
        List<String> keys = new ArrayList<>();
        for (JsonNode id : vector.get("key_ids")) {
            int from = keys.size() * length;
            String value = base64(Arrays.copyOfRange(values, from, from + length));
            keys.add("{\"key_id\":\"" + id.textValue() + "\",\"value\":\"" + value + "\"}");
        }
        String ranges = list(vector.get("hops").get(number).get("ranges")).stream()
                .map(range -> "{\"key_id\":\"" + range.get("key_id").textValue() + "\",\"offset\":"
                        + range.get("offset").intValue() + ",\"length\":"
                        + range.get("length").intValue() + "}")
                .collect(Collectors.joining(","));
        String path = list(vector.get("path")).stream()
                .map(node -> "\"" + node.textValue() + "\"")
                .collect(Collectors.joining(","));
        return "{\"keys\":[" + String.join(",", keys) + "],\"initiator_sae_id\":\""
                + vector.get("initiator_sae_id").textValue() + "\",\"target_sae_ids\":[\""
                + vector.get("target_sae_id").textValue()
                + "\"],\"extension_mandatory\":{\"E32473_qkd_mesh\":{\"protocol\":1,\"relay_id\":\""
                + vector.get("relay_id").textValue() + "\",\"sender_epoch\":\""
                + vector.get("epochs").get(number).textValue() + "\",\"receiver_epoch\":\""
                + vector.get("epochs").get(number + 1).textValue() + "\",\"path\":[" + path + "],\"position\":"
                + (number + 1) + ",\"link_keys\":[" + ranges + "],\"life\":"
                + vector.get("life").intValue() + "}}}";
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
