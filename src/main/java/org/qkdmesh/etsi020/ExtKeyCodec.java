package org.qkdmesh.etsi020;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;

/** Writes and reads {@link ExtKeyContainer}s. The bytes that {@link #encode} gives are sent as they are, never rebuilt. */
public final class ExtKeyCodec {

    private static final String TARGET_INDEX = "target_index";
    private static final String SEAL = "seal";
    private static final String SHARE = "share";

    private static final int MAX_KEY_BYTES = 1 << 17;

    private final Extension extension;

    public ExtKeyCodec(Extension extension) {
        this.extension = extension;
    }

    public byte[] encode(ExtKeyContainer container) {
        return WireJson.object(512 + container.values().length * 2, json -> {
            writeKeys(json, container);
            json.writeStringField("initiator_sae_id", container.saes().master().text());
            json.writeArrayFieldStart("target_sae_ids");
            for (SaeId slave : container.saes().slaves()) {
                json.writeString(slave.text());
            }
            json.writeEndArray();
            json.writeObjectFieldStart("extension_mandatory");
            json.writeFieldName(extension.member());
            writeHop(json, container);
            json.writeEndObject();
            if (container.optionalExtension() != null) {
                json.writeFieldName("extension_optional");
                json.writeRawValue(new String(container.optionalExtension(), StandardCharsets.UTF_8));
            }
        });
    }

    private static void writeKeys(JsonGenerator json, ExtKeyContainer container) throws IOException {
        int length = container.keyBytes();
        json.writeArrayFieldStart("keys");
        for (int i = 0; i < container.keyIds().size(); i++) {
            json.writeStartObject();
            json.writeStringField("key_id", container.keyIds().get(i).toString());
            json.writeFieldName("value");
            json.writeBinary(container.values(), i * length, length);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeHop(JsonGenerator json, ExtKeyContainer container) throws IOException {
        HopData hop = container.hop();
        json.writeStartObject();
        json.writeNumberField("protocol", Extension.PROTOCOL);
        json.writeStringField("relay_id", hop.relayId().toString());
        json.writeStringField("sender_epoch", hop.senderEpoch().toString());
        json.writeStringField("receiver_epoch", hop.receiverEpoch().toString());
        json.writeArrayFieldStart("path");
        for (NodeId node : hop.path().nodes()) {
            json.writeString(node.text());
        }
        json.writeEndArray();
        json.writeNumberField("position", hop.position());
        json.writeArrayFieldStart("link_keys");
        for (KeyRange range : hop.ranges()) {
            json.writeStartObject();
            json.writeStringField("key_id", range.keyId().toString());
            json.writeNumberField("offset", range.offset());
            json.writeNumberField("length", range.length());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("life", hop.lifeSeconds());
        if (hop.targetIndex() > 0) {
            json.writeNumberField(TARGET_INDEX, hop.targetIndex());
        }
        if (hop.seal().isPresent()) {
            json.writeObjectFieldStart(SEAL);
            json.writeStringField("id", hop.seal().get().toString());
            json.writeFieldName("value");
            json.writeBinary(container.values(), container.keysBytes(), HopData.AUTHENTICATOR_BYTES);
            json.writeEndObject();
        }
        if (hop.share().isPresent()) {
            writeShare(json, hop.share().get());
        }
        json.writeEndObject();
    }

    private static void writeShare(JsonGenerator json, Share share) throws IOException {
        json.writeObjectFieldStart(SHARE);
        json.writeStringField("set", share.set().toString());
        json.writeNumberField("index", share.index());
        json.writeNumberField("of", share.of());
        json.writeArrayFieldStart("key_ids");
        for (KeyId id : share.keyIds()) {
            json.writeString(id.toString());
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /**
     * Reads and checks everything that can be checked without knowing this node's state. Unknown members are ignored, as
     * the standard wants.
     *
     * @throws MalformedMessage when the body is not a container that we can act on
     * @throws UnsupportedExtension when it makes something mandatory that this version does not do, or does not carry our
     *     member
     */
    public ExtKeyContainer decode(byte[] body) {
        JsonNode root = WireJson.parse(body);
        if (!root.isObject()) {
            throw new MalformedMessage("the body shall be an object");
        }
        HopData hop = readHop(root);
        JsonNode keys = WireJson.array(root, "keys", 1, ExtKeyContainer.MAX_KEYS);
        List<KeyId> ids = new ArrayList<>(keys.size());
        byte[] values = withAuthenticator(readKeys(keys, ids), hop, root);
        if (hop.share().isPresent() && hop.share().get().keyIds().size() != ids.size()) {
            throw new MalformedMessage("share: key_ids shall name as many keys as there are shares");
        }
        SaeGroup saes = readSaes(root);
        if (root.hasNonNull("ack_callback_url")) {
            throw new UnsupportedExtension("with " + extension.member() + " only the synchronous mode");
        }
        return new ExtKeyContainer(ids, values, saes, hop, rawOptionalExtension(root, body));
    }

    private static SaeGroup readSaes(JsonNode root) {
        SaeId master = WireJson.checked("initiator_sae_id", () -> new SaeId(WireJson.text(root, "initiator_sae_id")));
        List<SaeId> slaves = new ArrayList<>();
        for (JsonNode target : WireJson.array(root, "target_sae_ids", 1, SaeGroup.MAX_SLAVES)) {
            if (!target.isTextual()) {
                throw new MalformedMessage("target_sae_ids shall hold texts");
            }
            slaves.add(WireJson.checked("target_sae_ids", () -> new SaeId(target.textValue())));
        }
        return WireJson.checked("target_sae_ids", () -> new SaeGroup(master, slaves));
    }

    private static byte[] readKeys(JsonNode keys, List<KeyId> ids) {
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] values = null;
        int length = 0;
        for (int i = 0; i < keys.size(); i++) {
            JsonNode key = keys.get(i);
            ids.add(WireJson.keyId(key, "key_id"));
            String text = WireJson.text(key, "value");
            byte[] value = WireJson.checked("value", () -> base64.decode(text));
            if (values == null) {
                length = value.length;
                if (length == 0 || (long) length * keys.size() > MAX_KEY_BYTES * 8L) {
                    throw new MalformedMessage("value: a key of " + length + " bytes is not acceptable");
                }
                values = new byte[length * keys.size()];
            }
            if (value.length != length || !base64Of(value).equals(text)) {
                throw new MalformedMessage("value: all keys of a message have one length, in padded standard base64");
            }
            System.arraycopy(value, 0, values, i * length, length);
        }
        if (new HashSet<>(ids).size() != ids.size()) {
            throw new MalformedMessage("key_id: the same id twice");
        }
        return values;
    }

    private byte[] withAuthenticator(byte[] keys, HopData hop, JsonNode root) {
        if (hop.seal().isEmpty()) {
            return keys;
        }
        JsonNode seal = root.get("extension_mandatory").get(extension.member()).get(SEAL);
        String text = WireJson.text(seal, "value");
        byte[] value = WireJson.checked("value", () -> Base64.getDecoder().decode(text));
        if (value.length != HopData.AUTHENTICATOR_BYTES || !base64Of(value).equals(text)) {
            throw new MalformedMessage(
                    "value: a seal has " + HopData.AUTHENTICATOR_BYTES + " bytes, in padded standard base64");
        }
        byte[] values = Arrays.copyOf(keys, keys.length + value.length);
        System.arraycopy(value, 0, values, keys.length, value.length);
        return values;
    }

    private static String base64Of(byte[] value) {
        return Base64.getEncoder().encodeToString(value);
    }

    private HopData readHop(JsonNode root) {
        JsonNode mandatory = root.get("extension_mandatory");
        if (mandatory == null || !mandatory.isObject() || !mandatory.has(extension.member())) {
            throw new UnsupportedExtension("this door needs " + extension.member());
        }
        for (Iterator<String> names = mandatory.fieldNames(); names.hasNext(); ) {
            if (!names.next().equals(extension.member())) {
                throw new UnsupportedExtension("a mandatory extension is not known here");
            }
        }
        JsonNode hop = WireJson.object(mandatory, extension.member());
        if (WireJson.integer(hop, "protocol", 1, Integer.MAX_VALUE) != Extension.PROTOCOL) {
            throw new UnsupportedExtension("this node speaks protocol " + Extension.PROTOCOL);
        }
        NodePath path = readPath(hop);
        return new HopData(
                WireJson.uuid(hop, "relay_id"),
                WireJson.uuid(hop, "sender_epoch"),
                WireJson.uuid(hop, "receiver_epoch"),
                path,
                (int) WireJson.integer(hop, "position", 1, path.hops()),
                readRanges(hop),
                WireJson.integer(hop, "life", 1, HopData.MAX_LIFE_SECONDS),
                hop.has(TARGET_INDEX) ? (int) WireJson.integer(hop, TARGET_INDEX, 0, HopData.MAX_TARGET_INDEX) : 0,
                hop.has(SEAL) ? Optional.of(WireJson.uuid(WireJson.object(hop, SEAL), "id")) : Optional.empty(),
                hop.has(SHARE) ? Optional.of(readShare(WireJson.object(hop, SHARE))) : Optional.empty());
    }

    private static Share readShare(JsonNode share) {
        int of = (int) WireJson.integer(share, "of", Share.FEWEST, Share.MOST);
        int index = (int) WireJson.integer(share, "index", 0, of - 1);
        List<KeyId> ids = new ArrayList<>();
        for (JsonNode id : WireJson.array(share, "key_ids", 1, ExtKeyContainer.MAX_KEYS)) {
            ids.add(WireJson.checked("key_ids", () -> KeyId.parse(id.textValue())));
        }
        if (new HashSet<>(ids).size() != ids.size()) {
            throw new MalformedMessage("key_ids: the same id twice");
        }
        return new Share(WireJson.uuid(share, "set"), index, of, ids);
    }

    private static NodePath readPath(JsonNode hop) {
        JsonNode names = WireJson.array(hop, "path", 2, NodePath.MAX_HOPS + 1);
        List<NodeId> nodes = new ArrayList<>(names.size());
        for (JsonNode name : names) {
            nodes.add(WireJson.checked("path", () -> new NodeId(name.textValue())));
        }
        return WireJson.checked("path", () -> new NodePath(nodes));
    }

    private static List<KeyRange> readRanges(JsonNode hop) {
        JsonNode entries = WireJson.array(hop, "link_keys", 1, HopData.MAX_RANGES);
        List<KeyRange> ranges = new ArrayList<>(entries.size());
        for (JsonNode entry : entries) {
            ranges.add(new KeyRange(
                    WireJson.keyId(entry, "key_id"), (int) WireJson.integer(entry, "offset", 0, MAX_KEY_BYTES), (int)
                            WireJson.integer(entry, "length", 1, MAX_KEY_BYTES)));
        }
        return ranges;
    }

    /** The bytes of the member as they stand in the body, so that numbers and nulls keep their form. */
    private static byte[] rawOptionalExtension(JsonNode root, byte[] body) {
        if (!root.hasNonNull("extension_optional")) {
            return null;
        }
        WireJson.object(root, "extension_optional");
        // No member comes twice: the tree could not have been read.
        try (JsonParser parser = WireJson.FACTORY.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String member = parser.currentName();
                parser.nextToken();
                int start = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                if (member.equals("extension_optional")) {
                    return utf8(Arrays.copyOfRange(
                            body, start, (int) parser.currentLocation().getByteOffset()));
                }
            }
            throw new IllegalStateException("a member that was read can not be found again");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The parser takes surrogates for characters, which the next node would get as something else. */
    private static byte[] utf8(byte[] text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
            return text;
        } catch (CharacterCodingException e) {
            throw new MalformedMessage("extension_optional: not UTF-8");
        }
    }
}
