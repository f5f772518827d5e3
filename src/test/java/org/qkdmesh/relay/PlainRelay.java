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

    /** The keys that all SAEs end up with: cut from the first link's pad, or those of the first of several relays. */
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
        if (targetIndex() > 0) {
            ByteArrayOutputStream keys = new ByteArrayOutputStream();
            list(vector.get("keys"))
                    .forEach(key -> keys.writeBytes(HexFormat.of().parseHex(key.textValue())));
            return keys.toByteArray();
        }
        return Arrays.copyOf(
                linkBytes(0),
                vector.get("key_bytes").intValue() * vector.get("key_ids").size());
    }

    private int targetIndex() {
        return vector.get("target_index").intValue();
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
        return "{\"keys\":[" + String.join(",", keys) + "],\"initiator_sae_id\":\""
                + vector.get("initiator_sae_id").textValue() + "\",\"target_sae_ids\":[" + texts("target_sae_ids")
                + "],\"extension_mandatory\":{\"E32473_qkd_mesh\":{\"protocol\":1,\"relay_id\":\""
                + vector.get("relay_id").textValue() + "\",\"sender_epoch\":\""
                + vector.get("epochs").get(number).textValue() + "\",\"receiver_epoch\":\""
                + vector.get("epochs").get(number + 1).textValue() + "\",\"path\":[" + texts("path") + "],\"position\":"
                + (number + 1) + ",\"link_keys\":[" + ranges + "],\"life\":"
                + vector.get("life").intValue() + (targetIndex() > 0 ? ",\"target_index\":" + targetIndex() : "")
                + "}}}";
    }

    private String texts(String member) {
        return list(vector.get(member)).stream()
                .map(text -> "\"" + text.textValue() + "\"")
                .collect(Collectors.joining(","));
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
