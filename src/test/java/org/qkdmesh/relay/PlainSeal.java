package org.qkdmesh.relay;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What sealing computes, written straight from the protocol's page, with none of our own code. */
final class PlainSeal {

    private static final byte[] NOTHING = {};

    private final JsonNode seal;
    private final byte[] root;

    /** @param seal its id, the two messages of the agreement and the secret that came of them */
    PlainSeal(JsonNode seal) {
        this.seal = seal;
        byte[] said = bytes(text("offer"), text("answer"));
        root = hmac(sha384(said), HexFormat.of().parseHex(seal.get("secret").textValue()));
    }

    private byte[] text(String member) {
        byte[] text = seal.get(member).textValue().getBytes(StandardCharsets.US_ASCII);
        return bytes(integer(text.length), text);
    }

    String id() {
        return seal.get("id").textValue();
    }

    byte[] stream(String keyId, int length) {
        return derived("qkd-mesh stream", uuid(keyId), length);
    }

    byte[] authenticator(JsonNode relay, byte[] parts) {
        return code("qkd-mesh authenticator", context(relay), parts);
    }

    byte[] confirmation(JsonNode relay) {
        return code("qkd-mesh confirmation", context(relay), NOTHING);
    }

    private byte[] code(String label, byte[] context, byte[] parts) {
        byte[] key = derived(label, NOTHING, 48);
        byte[] length = ByteBuffer.allocate(8).putLong(context.length).array();
        return Arrays.copyOf(hmac(key, bytes(length, context, parts)), 16);
    }

    private byte[] context(JsonNode relay) {
        ByteArrayOutputStream context = new ByteArrayOutputStream();
        context.writeBytes(uuid(id()));
        context.writeBytes(uuid(relay.get("relay_id").textValue()));
        context.writeBytes(integer(relay.get("path").size()));
        relay.get("path").forEach(node -> context.writeBytes(shortText(node)));
        context.writeBytes(shortText(relay.get("initiator_sae_id")));
        context.writeBytes(integer(relay.get("target_sae_ids").size()));
        relay.get("target_sae_ids").forEach(sae -> context.writeBytes(shortText(sae)));
        context.writeBytes(integer(relay.get("target_index").intValue()));
        context.writeBytes(
                ByteBuffer.allocate(8).putLong(relay.get("life").longValue()).array());
        context.writeBytes(integer(relay.get("key_bytes").intValue()));
        context.writeBytes(integer(relay.get("key_ids").size()));
        relay.get("key_ids").forEach(id -> context.writeBytes(uuid(id.textValue())));
        context.writeBytes(integer(-1));
        if (relay.has("share")) {
            JsonNode share = relay.get("share");
            context.writeBytes(uuid(share.get("set").textValue()));
            context.writeBytes(integer(share.get("index").intValue()));
            context.writeBytes(integer(share.get("of").intValue()));
            share.get("key_ids").forEach(id -> context.writeBytes(uuid(id.textValue())));
        }
        return context.toByteArray();
    }

    private byte[] derived(String label, byte[] context, int length) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int counter = 1; stream.size() < length; counter++) {
            byte[] name = label.getBytes(StandardCharsets.US_ASCII);
            byte[] input = bytes(integer(counter), name, new byte[] {0}, context, integer(length * 8));
            stream.writeBytes(hmac(root, input));
        }
        return Arrays.copyOf(stream.toByteArray(), length);
    }

    private static byte[] shortText(JsonNode text) {
        byte[] bytes = text.textValue().getBytes(StandardCharsets.UTF_8);
        return bytes(ByteBuffer.allocate(2).putShort((short) bytes.length).array(), bytes);
    }

    private static byte[] uuid(String text) {
        UUID id = UUID.fromString(text);
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private static byte[] integer(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] sha384(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-384").digest(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA384");
            mac.init(new SecretKeySpec(key, "HmacSHA384"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
