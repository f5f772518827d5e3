package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.store.StoredKey;

/**
 * The published test vectors are what the relay does, byte for byte. Made anew, when the protocol changes, by
 *
 * <pre>{@code
 * mvn test -Dtest=RelayVectorsTest -Drelay.vectors=write
 * }</pre>
 */
class RelayVectorsTest {

    private static final Path FILE = Path.of("docs/reference/relay-vectors.json");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final HexFormat HEX = HexFormat.of();

    @BeforeAll
    static void writeIfToldTo() throws IOException {
        if ("write".equals(System.getProperty("relay.vectors"))) {
            ObjectNode file = JSON.createObjectNode();
            file.put("protocol", "relay-protocol.md, version 1");
            file.put(
                    "input",
                    "path, epochs of its nodes, ids, and for each hop the sender's link keys (hex) and the ranges used");
            file.put("output", "for each hop body and tag as sent, and keys (hex), the same at both ends");
            ArrayNode vectors = file.putArray("vectors");
            vectors.add(made("one hop", 1, 1, 32, 100));
            vectors.add(made("two hops", 2, 2, 16, 48));
            vectors.add(made("three hops", 3, 3, 8, 20));
            Files.writeString(FILE, JSON.writeValueAsString(file) + "\n");
        }
    }

    /** Link keys are of one length; each hop begins some bytes into the first of them. */
    private static ObjectNode made(String name, int hops, int count, int keyBytes, int linkKeyBytes) {
        Random random = new Random(hops);
        ObjectNode vector = JSON.createObjectNode();
        vector.put("name", name);
        ArrayNode path = vector.putArray("path");
        ArrayNode epochs = vector.putArray("epochs");
        for (int i = 0; i <= hops; i++) {
            path.add(RelayMesh.id(i).text());
            epochs.add(KeyId.random(random).toString());
        }
        vector.put("initiator_sae_id", RelayMesh.MASTER.text());
        vector.put("target_sae_id", RelayMesh.SLAVE.text());
        vector.put("relay_id", KeyId.random(random).toString());
        vector.put("life", 3600);
        vector.put("key_bytes", keyBytes);
        ArrayNode ids = vector.putArray("key_ids");
        for (int i = 0; i < count; i++) {
            ids.add(KeyId.random(random).toString());
        }
        ArrayNode hopNodes = vector.putArray("hops");
        for (int i = 0; i < hops; i++) {
            addLinkKeys(hopNodes.addObject(), count * keyBytes + 32, linkKeyBytes, 5 * i, random);
        }
        PlainRelay relay = new PlainRelay(vector);
        for (int i = 0; i < hops; i++) {
            ObjectNode hop = (ObjectNode) hopNodes.get(i);
            hop.put("body", relay.hop(i).body());
            hop.put("tag", relay.hop(i).tag());
        }
        ArrayNode keys = vector.putArray("keys");
        relay.keys().forEach(key -> keys.add(HEX.formatHex(key)));
        return vector;
    }

    private static void addLinkKeys(ObjectNode hop, int needed, int linkKeyBytes, int usedBefore, Random random) {
        ArrayNode linkKeys = hop.putArray("link_keys");
        ArrayNode ranges = hop.putArray("ranges");
        int offset = usedBefore;
        for (int left = needed; left > 0; offset = 0) {
            byte[] bytes = new byte[linkKeyBytes];
            random.nextBytes(bytes);
            String id = KeyId.random(random).toString();
            linkKeys.addObject().put("key_id", id).put("bytes", HEX.formatHex(bytes));
            int length = Math.min(left, linkKeyBytes - offset);
            ranges.addObject().put("key_id", id).put("offset", offset).put("length", length);
            left -= length;
        }
    }

    static Stream<JsonNode> vectors() {
        try {
            JsonNode file = JSON.readTree(FILE.toFile());
            return StreamSupport.stream(file.get("vectors").spliterator(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::textValue)
                .toList();
    }

    @Test
    void file_hasOneTwoAndThreeHops() {
        assertThat(vectors().map(vector -> vector.get("hops").size())).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void plainRelay_comesToTheSameBytes(JsonNode vector) {
        PlainRelay relay = new PlainRelay(vector);
        for (int i = 0; i < vector.get("hops").size(); i++) {
            JsonNode hop = vector.get("hops").get(i);
            assertThat(relay.hop(i))
                    .isEqualTo(new PlainRelay.Hop(
                            hop.get("body").textValue(), hop.get("tag").textValue()));
        }
        assertThat(relay.keys().stream().map(HEX::formatHex)).containsExactlyElementsOf(texts(vector.get("keys")));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void relay_comesToTheSameBytes(JsonNode vector) {
        RelayMesh mesh = RelayMesh.line(
                texts(vector.get("epochs")).stream().map(UUID::fromString).toList(), theIdsOf(vector));
        for (int i = 0; i < vector.get("hops").size(); i++) {
            shareLinkKeys(mesh, i, vector.get("hops").get(i));
        }
        List<PlainRelay.Hop> sent = new ArrayList<>();
        mesh.onTheWay = message -> {
            sent.add(new PlainRelay.Hop(new String(message.body(), StandardCharsets.UTF_8), message.tagHeader()));
            return message;
        };
        int count = vector.get("key_ids").size();
        List<SessionKey> given =
                ((Decision.Given) mesh.relay(count, vector.get("key_bytes").intValue())).keys();
        assertThat(sent).hasSize(vector.get("hops").size());
        for (int i = 0; i < sent.size(); i++) {
            JsonNode hop = vector.get("hops").get(i);
            assertThat(sent.get(i).body()).isEqualTo(hop.get("body").textValue());
            assertThat(sent.get(i).tag()).isEqualTo(hop.get("tag").textValue());
        }
        for (int i = 0; i < count; i++) {
            SessionKey key = given.get(i);
            StoredKey stored = mesh.last().storedKey(key.id()).orElseThrow();
            String expected = vector.get("keys").get(i).textValue();
            assertThat(key.id()).hasToString(vector.get("key_ids").get(i).textValue());
            assertThat(HEX.formatHex(key.bytes().insecureAccess())).isEqualTo(expected);
            assertThat(HEX.formatHex(stored.bytes().insecureAccess())).isEqualTo(expected);
        }
    }

    /** Random numbers from which the ingress draws just these ids: those of the keys, then the relay's. */
    private static RandomGenerator theIdsOf(JsonNode vector) {
        List<String> ids = new ArrayList<>(texts(vector.get("key_ids")));
        ids.add(vector.get("relay_id").textValue());
        Iterator<Long> halves = ids.stream()
                .map(UUID::fromString)
                .flatMap(id -> Stream.of(id.getMostSignificantBits(), id.getLeastSignificantBits()))
                .iterator();
        return halves::next;
    }

    private static void shareLinkKeys(RelayMesh mesh, int number, JsonNode hop) {
        List<KeyId> ids = new ArrayList<>();
        List<byte[]> bytes = new ArrayList<>();
        for (JsonNode key : hop.get("link_keys")) {
            ids.add(KeyId.parse(key.get("key_id").textValue()));
            bytes.add(HEX.parseHex(key.get("bytes").textValue()));
        }
        mesh.share(RelayMesh.id(number), RelayMesh.id(number + 1), ids, bytes, bytes);
        int usedBefore = hop.get("ranges").get(0).get("offset").intValue();
        if (usedBefore > 0) {
            mesh.link(RelayMesh.id(number), RelayMesh.id(number + 1))
                    .take(usedBefore)
                    .orElseThrow()
                    .close();
        }
    }
}
