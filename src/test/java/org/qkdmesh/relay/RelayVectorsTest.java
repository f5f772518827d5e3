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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.routing.ShortestPath;
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
    static void writeIfToldTo(@TempDir Path folder) throws IOException {
        if ("write".equals(System.getProperty("relay.vectors"))) {
            ObjectNode file = JSON.createObjectNode();
            file.put("protocol", "relay-protocol.md, version 1");
            file.put(
                    "input",
                    "path, epochs of its nodes, ids, and for each hop the sender's link keys (hex) and the ranges used;"
                            + " with a target_index above 0 also the keys, which are those of the vector before it;"
                            + " with a seal its id, both messages of the agreement and the secret S (hex)");
            file.put(
                    "output",
                    "for each hop body and tag as sent, and keys (hex), the same at all ends;"
                            + " with a seal the confirmation");
            ArrayNode vectors = file.putArray("vectors");
            vectors.add(completed(made("one hop", 1, 1, 1, 32, 0, 100)));
            vectors.add(completed(made("two hops", 2, 2, 2, 16, 0, 48)));
            vectors.add(completed(made("three hops", 3, 3, 3, 8, 0, 20)));
            twoNodes("two nodes", 4, Optional.empty()).forEach(vectors::add);
            vectors.add(sealed(made("two hops, sealed", 7, 2, 2, 32, 16, 100), folder));
            twoNodes("two nodes, sealed", 8, Optional.of(folder)).forEach(vectors::add);
            Files.writeString(FILE, JSON.writeValueAsString(file) + "\n");
        }
    }

    /** Two relays of the same keys, to a node with two slaves and to the one behind it. */
    private static List<ObjectNode> twoNodes(String name, int seed, Optional<Path> folderOfSeals) {
        int sealBytes = folderOfSeals.isPresent() ? 16 : 0;
        ObjectNode first = made(name + ": the first, with two slaves", seed, 1, 1, 16, sealBytes, 48 + sealBytes);
        first.set("target_sae_ids", JSON.createArrayNode().add("sae-c").add("sae-d"));
        ObjectNode second = made(name + ": the second", seed + 1, 2, 1, 16, sealBytes, 48 + sealBytes);
        second.put("target_index", 1);
        second.set("key_ids", first.get("key_ids"));
        second.set("epochs", first.get("epochs").deepCopy());
        ((ArrayNode) second.get("epochs"))
                .add(KeyId.random(new Random(seed + 2)).toString());
        folderOfSeals.ifPresent(folder -> List.of(first, second).forEach(vector -> seal(vector, folder)));
        completed(first);
        second.set("keys", first.get("keys"));
        return List.of(first, completed(second));
    }

    private static ObjectNode sealed(ObjectNode vector, Path folder) {
        seal(vector, folder);
        return completed(vector);
    }

    private static void seal(ObjectNode vector, Path folder) {
        NodeId egress = RelayMesh.id(vector.get("hops").size());
        Random ids = new Random(vector.get("relay_id").textValue().hashCode());
        vector.set("seal", RecordedAgreement.made(RelayMesh.id(0), egress, ids, folder));
    }

    /** Link keys are of one length; each hop begins some bytes into the first of them. */
    private static ObjectNode made(
            String name, int seed, int hops, int count, int keyBytes, int sealBytes, int linkKeyBytes) {
        Random random = new Random(seed);
        ObjectNode vector = JSON.createObjectNode();
        vector.put("name", name);
        ArrayNode path = vector.putArray("path");
        ArrayNode epochs = vector.putArray("epochs");
        for (int i = 0; i <= hops; i++) {
            path.add(RelayMesh.id(i).text());
            epochs.add(KeyId.random(random).toString());
        }
        vector.put("initiator_sae_id", RelayMesh.MASTER.text());
        vector.putArray("target_sae_ids").add(RelayMesh.SLAVE.text());
        vector.put("target_index", 0);
        vector.put("relay_id", KeyId.random(random).toString());
        vector.put("life", 3600);
        vector.put("key_bytes", keyBytes);
        ArrayNode ids = vector.putArray("key_ids");
        for (int i = 0; i < count; i++) {
            ids.add(KeyId.random(random).toString());
        }
        ArrayNode hopNodes = vector.putArray("hops");
        for (int i = 0; i < hops; i++) {
            addLinkKeys(hopNodes.addObject(), count * keyBytes + sealBytes + 32, linkKeyBytes, 5 * i, random);
        }
        return vector;
    }

    /** With what comes out. */
    private static ObjectNode completed(ObjectNode vector) {
        PlainRelay relay = new PlainRelay(vector);
        int number = 0;
        for (JsonNode hop : vector.get("hops")) {
            ((ObjectNode) hop).put("body", relay.hop(number).body());
            ((ObjectNode) hop).put("tag", relay.hop(number).tag());
            number++;
        }
        List<byte[]> keys = relay.keys();
        ArrayNode texts = vector.putArray("keys");
        keys.forEach(key -> texts.add(HEX.formatHex(key)));
        if (vector.has("seal")) {
            vector.put("confirmation", relay.confirmation());
        }
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
    void file_hasOneTwoAndThreeHops_andTwoNodesWithTheSameKeys_andTheSameSealed() {
        assertThat(vectors().map(vector -> vector.get("hops").size())).containsExactly(1, 2, 3, 1, 2, 2, 1, 2);
        assertThat(requests().map(List::size)).containsExactly(1, 1, 1, 2, 1, 2);
        assertThat(vectors().filter(vector -> vector.has("seal"))).hasSize(3);
    }

    /** The vectors by the keys that they bring, each to another node. */
    static Stream<List<JsonNode>> requests() {
        return vectors()
                .collect(
                        Collectors.groupingBy(vector -> vector.get("key_ids"), LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream();
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
    @MethodSource("requests")
    void relay_comesToTheSameBytes(List<JsonNode> request) {
        JsonNode farthest = request.get(request.size() - 1);
        RecordedAgreement recorded = new RecordedAgreement();
        RelayMesh mesh = RelayMesh.line(
                texts(farthest.get("epochs")).stream().map(UUID::fromString).toList(),
                theIdsOf(request),
                recorded.agreements());
        mesh.sealed = farthest.has("seal");
        List<Destination> destinations = new ArrayList<>();
        for (JsonNode vector : request) {
            int hops = vector.get("hops").size();
            for (int i = 0; i < hops; i++) {
                shareLinkKeys(mesh, i, vector.get("hops").get(i));
            }
            List<SaeId> slaves = texts(vector.get("target_sae_ids")).stream()
                    .map(slave -> mesh.attach(slave, hops))
                    .toList();
            destinations.add(new Destination(RelayMesh.id(hops), new SaeGroup(RelayMesh.MASTER, slaves)));
            if (mesh.sealed) {
                recorded.repeat(vector.get("seal"), mesh.first(), mesh.node(hops));
            }
        }
        List<PlainRelay.Hop> sent = new ArrayList<>();
        mesh.onTheWay = message -> {
            sent.add(new PlainRelay.Hop(new String(message.body(), StandardCharsets.UTF_8), message.tagHeader()));
            return message;
        };
        int count = farthest.get("key_ids").size();
        List<HopAnswer> answers = new ArrayList<>();
        List<SessionKey> given =
                relayed(mesh, destinations, count, farthest.get("key_bytes").intValue(), answers);
        assertThat(answers)
                .isEqualTo(request.stream()
                        .map(vector -> new HopAnswer.Relayed(
                                Optional.ofNullable(vector.get("confirmation")).map(JsonNode::textValue)))
                        .toList());
        assertThat(sent)
                .isEqualTo(request.stream()
                        .flatMap(vector ->
                                StreamSupport.stream(vector.get("hops").spliterator(), false))
                        .map(hop -> new PlainRelay.Hop(
                                hop.get("body").textValue(), hop.get("tag").textValue()))
                        .toList());
        for (int i = 0; i < count; i++) {
            SessionKey key = given.get(i);
            String expected = farthest.get("keys").get(i).textValue();
            assertThat(key.id()).hasToString(farthest.get("key_ids").get(i).textValue());
            assertThat(HEX.formatHex(key.bytes().insecureAccess())).isEqualTo(expected);
            for (Destination to : destinations) {
                for (SaeId slave : to.saes().slaves()) {
                    StoredKey stored =
                            mesh.node(to.node()).storedKey(key.id(), slave).orElseThrow();
                    assertThat(HEX.formatHex(stored.bytes().insecureAccess())).isEqualTo(expected);
                }
            }
        }
    }

    private static List<SessionKey> relayed(
            RelayMesh mesh, List<Destination> destinations, int count, int keyBytes, List<HopAnswer> answers) {
        RelayKeys relayKeys = mesh.first().relayKeys;
        RelayRequest request = relayKeys.open(destinations, count, keyBytes);
        relayKeys.plan(request, new ShortestPath());
        relayKeys.begin(request);
        request.branches().forEach(branch -> {
            HopAnswer answer = mesh.send(RelayMesh.id(0), branch.message());
            answers.add(answer);
            branch.sends().answered(answer);
        });
        relayKeys.decide(request);
        return request.keys().orElseThrow();
    }

    /** Random numbers from which the ingress draws just these ids: those of the seals, of the keys, of the relays. */
    private static RandomGenerator theIdsOf(List<JsonNode> request) {
        List<String> ids = new ArrayList<>();
        request.stream()
                .filter(vector -> vector.has("seal"))
                .forEach(vector -> ids.add(vector.get("seal").get("id").textValue()));
        ids.addAll(texts(request.get(0).get("key_ids")));
        request.forEach(vector -> ids.add(vector.get("relay_id").textValue()));
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
                    .outgoing()
                    .take(usedBefore)
                    .orElseThrow()
                    .close();
        }
    }
}
