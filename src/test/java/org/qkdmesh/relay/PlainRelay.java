package org.qkdmesh.relay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

    /** Null without one. */
    private final PlainSeal seal;

    /** @param vector the input: ids, epochs, path, link keys and the ranges of them that each hop uses */
    PlainRelay(JsonNode vector) {
        this.vector = vector;
        this.seal = vector.has("seal") ? new PlainSeal(vector.get("seal")) : null;
    }

    /** The keys, or shares, that all ends have: from the first link's pad, or those of the first of several relays. */
    List<byte[]> keys() {
        if (targetIndex() > 0) {
            return list(vector.get("keys")).stream()
                    .map(key -> HexFormat.of().parseHex(key.textValue()))
                    .toList();
        }
        byte[] first = linkBytes(0);
        List<byte[]> keys = new ArrayList<>();
        for (JsonNode id : vector.get("key_ids")) {
            int from = keys.size() * keyBytes();
            keys.add(masked(id, Arrays.copyOfRange(first, from, from + keyBytes())));
        }
        return keys;
    }

    /** What shares add up to, one of each key from each relay. */
    static List<byte[]> sessionKeys(List<? extends JsonNode> shares) {
        return shares.stream()
                .map(share -> new PlainRelay(share).keys())
                .reduce((some, more) -> IntStream.range(0, some.size())
                        .mapToObj(i -> xor(some.get(i), more.get(i)))
                        .toList())
                .orElseThrow();
    }

    /** From a key to what is relayed of it, and back. */
    private byte[] masked(JsonNode id, byte[] key) {
        return seal == null ? key : xor(key, seal.stream(id.textValue(), key.length));
    }

    /** What goes over the hops, under another pad on each: all keys, and where there is a seal its authenticator. */
    private byte[] relayed() {
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        Iterator<JsonNode> ids = vector.get("key_ids").iterator();
        keys().forEach(key -> parts.writeBytes(masked(ids.next(), key)));
        if (seal != null) {
            parts.writeBytes(seal.authenticator(vector, parts.toByteArray()));
        }
        return parts.toByteArray();
    }

    /** By which the egress confirms sealed keys. */
    String confirmation() {
        return base64(seal.confirmation(vector));
    }

    private int keyBytes() {
        return vector.get("key_bytes").intValue();
    }

    private int targetIndex() {
        return vector.get("target_index").intValue();
    }

    /** The hop from {@code path[number]} to the node after it. */
    Hop hop(int number) {
        byte[] relayed = relayed();
        byte[] linkBytes = linkBytes(number);
        String body = body(number, xor(relayed, linkBytes));
        byte[] macKey = Arrays.copyOfRange(linkBytes, relayed.length, relayed.length + 32);
        byte[] sent = body.getBytes(StandardCharsets.UTF_8);
        byte[] tagged = ByteBuffer.allocate(8 + sent.length + relayed.length)
                .putLong(sent.length)
                .put(sent)
                .put(relayed)
                .array();
        return new Hop(body, base64(PlainPoly1305.tag(macKey, tagged)));
    }

    /** As many bytes as the first has. */
    private static byte[] xor(byte[] first, byte[] second) {
        byte[] result = first.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= second[i];
        }
        return result;
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
        List<String> keys = new ArrayList<>();
        for (JsonNode id : vector.get("key_ids")) {
            int from = keys.size() * keyBytes();
            String value = base64(Arrays.copyOfRange(values, from, from + keyBytes()));
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
                + (seal == null
                        ? ""
                        : ",\"seal\":{\"id\":\"" + seal.id() + "\",\"value\":\""
                                + base64(Arrays.copyOfRange(values, keys.size() * keyBytes(), values.length)) + "\"}")
                + (vector.has("share") ? ",\"share\":" + vector.get("share") : "")
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
