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
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicy.Paths;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.store.StoredKey;

/**
 * The published test vectors are what the relay does, byte for byte. Made anew, when the protocol changes, by
 *
 * <pre>{@code
 * mvn test -Dtest=RelayVectorsTest -Drelay.vectors=write
 * }</pre>
 *
 * Agreements that the file has stay, for they come out differently each time; to make them anew too, remove it first.
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
                            + " with a seal its id, both messages of the agreement and the secret S (hex);"
                            + " with a share what the messages say of it; key_ids are then the share's own");
            file.put(
                    "output",
                    "for each hop body and tag as sent, and keys (hex), the same at all ends;"
                            + " with a seal the confirmation;"
                            + " with a share keys are the shares, and the last vector of a set has also the session_keys"
                            + " (hex), in the order of the key_ids in share: each the XOR of the keys at its place in"
                            + " all vectors of the set");
            ArrayNode vectors = file.putArray("vectors");
            vectors.add(completed(made("one hop", 1, List.of(0, 1), 1, 32, 0, 100)));
            vectors.add(completed(made("two hops", 2, List.of(0, 1, 2), 2, 16, 0, 48)));
            vectors.add(completed(made("three hops", 3, List.of(0, 1, 2, 3), 3, 8, 0, 20)));
            twoNodes("two nodes", 4, Optional.empty()).forEach(vectors::add);
            twoShares("two shares", 11, Optional.empty()).forEach(vectors::add);
            vectors.add(sealed(made("two hops, sealed", 7, List.of(0, 1, 2), 2, 32, 16, 100), folder));
            twoNodes("two nodes, sealed", 8, Optional.of(folder)).forEach(vectors::add);
            twoShares("two shares, sealed", 14, Optional.of(folder)).forEach(vectors::add);
            Files.writeString(FILE, JSON.writeValueAsString(file) + "\n");
        }
    }

    /** Two relays of the same keys, to a node with two slaves and to the one behind it. */
    private static List<ObjectNode> twoNodes(String name, int seed, Optional<Path> folderOfSeals) {
        int sealBytes = folderOfSeals.isPresent() ? 16 : 0;
        ObjectNode first =
                made(name + ": the first, with two slaves", seed, List.of(0, 1), 1, 16, sealBytes, 48 + sealBytes);
        first.set("target_sae_ids", JSON.createArrayNode().add("sae-c").add("sae-d"));
        ObjectNode second = made(name + ": the second", seed + 1, List.of(0, 1, 2), 1, 16, sealBytes, 48 + sealBytes);
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

    /** Two relays of shares of the same keys, to one node over another one each. */
    private static List<ObjectNode> twoShares(String name, int seed, Optional<Path> folderOfSeals) {
        int sealBytes = folderOfSeals.isPresent() ? 16 : 0;
        ObjectNode first = made(name + ": the first", seed, List.of(0, 1, 3), 2, 16, sealBytes, 48);
        ObjectNode second = made(name + ": the second", seed + 1, List.of(0, 2, 3), 2, 16, sealBytes, 48);
        ArrayNode epochs = (ArrayNode) second.get("epochs");
        epochs.set(0, first.get("epochs").get(0));
        epochs.set(2, first.get("epochs").get(2));
        Random random = new Random(seed + 2);
        ObjectNode share =
                JSON.createObjectNode().put("set", KeyId.random(random).toString());
        share.put("index", 0).put("of", 2).set("key_ids", ids(2, random));
        first.set("share", share);
        second.set("share", share.deepCopy().put("index", 1));
        folderOfSeals.ifPresent(folder -> {
            seal(first, folder);
            second.set("seal", first.get("seal"));
        });
        List<ObjectNode> shares = List.of(completed(first), completed(second));
        second.set("session_keys", hex(PlainRelay.sessionKeys(shares)));
        return shares;
    }

    private static ObjectNode sealed(ObjectNode vector, Path folder) {
        seal(vector, folder);
        return completed(vector);
    }

    private static void seal(ObjectNode vector, Path folder) {
        vector.set("seal", agreedBefore(vector.get("name")).orElseGet(() -> {
            Random ids = new Random(vector.get("relay_id").textValue().hashCode());
            return RecordedAgreement.made(RelayMesh.id(0), path(vector).egress(), ids, folder);
        }));
    }

    private static Optional<JsonNode> agreedBefore(JsonNode name) {
        return Files.exists(FILE)
                ? vectors()
                        .filter(vector -> vector.get("name").equals(name) && vector.has("seal"))
                        .map(vector -> vector.get("seal"))
                        .findFirst()
                : Optional.empty();
    }

    /** Link keys are of one length; each hop begins some bytes into the first of them. */
    private static ObjectNode made(
            String name, int seed, List<Integer> nodes, int count, int keyBytes, int sealBytes, int linkKeyBytes) {
        Random random = new Random(seed);
        ObjectNode vector = JSON.createObjectNode();
        vector.put("name", name);
        ArrayNode path = vector.putArray("path");
        ArrayNode epochs = vector.putArray("epochs");
        for (int node : nodes) {
            path.add(RelayMesh.id(node).text());
            epochs.add(KeyId.random(random).toString());
        }
        vector.put("initiator_sae_id", RelayMesh.MASTER.text());
        vector.putArray("target_sae_ids").add(RelayMesh.SLAVE.text());
        vector.put("target_index", 0);
        vector.put("relay_id", KeyId.random(random).toString());
        vector.put("life", 3600);
        vector.put("key_bytes", keyBytes);
        vector.set("key_ids", ids(count, random));
        ArrayNode hops = vector.putArray("hops");
        for (int i = 0; i < nodes.size() - 1; i++) {
            addLinkKeys(hops.addObject(), count * keyBytes + sealBytes + 32, linkKeyBytes, 5 * i, random);
        }
        return vector;
    }

    private static ArrayNode ids(int count, Random random) {
        ArrayNode ids = JSON.createArrayNode();
        for (int i = 0; i < count; i++) {
            ids.add(KeyId.random(random).toString());
        }
        return ids;
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
        vector.set("keys", hex(relay.keys()));
        if (vector.has("seal")) {
            vector.put("confirmation", relay.confirmation());
        }
        return vector;
    }

    private static ArrayNode hex(List<byte[]> keys) {
        ArrayNode texts = JSON.createArrayNode();
        keys.forEach(key -> texts.add(HEX.formatHex(key)));
        return texts;
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

    private static NodePath path(JsonNode vector) {
        return new NodePath(texts(vector.get("path")).stream().map(NodeId::new).toList());
    }

    private static SaeGroup saes(JsonNode vector) {
        return new SaeGroup(
                RelayMesh.MASTER,
                texts(vector.get("target_sae_ids")).stream().map(SaeId::new).toList());
    }

    private static JsonNode sessionKeyIds(JsonNode vector) {
        return (vector.has("share") ? vector.get("share") : vector).get("key_ids");
    }

    @Test
    void file_hasOneTwoAndThreeHops_andTwoNodesWithTheSameKeys_andTwoShares_andTheSameSealed() {
        assertThat(vectors().map(vector -> vector.get("hops").size()))
                .containsExactly(1, 2, 3, 1, 2, 2, 2, 2, 1, 2, 2, 2);
        assertThat(requests().map(List::size)).containsExactly(1, 1, 1, 2, 2, 1, 2, 2);
        assertThat(vectors().filter(vector -> vector.has("share"))).hasSize(4);
        assertThat(vectors().filter(vector -> vector.has("seal"))).hasSize(5);
    }

    /** The vectors by the session keys that they bring, each to another node or over another path. */
    static Stream<List<JsonNode>> requests() {
        return vectors()
                .collect(
                        Collectors.groupingBy(RelayVectorsTest::sessionKeyIds, LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream();
    }

    @ParameterizedTest
    @MethodSource("requests")
    void plainRelay_comesToTheSameBytes(List<JsonNode> request) {
        for (JsonNode vector : request) {
            PlainRelay relay = new PlainRelay(vector);
            for (int i = 0; i < vector.get("hops").size(); i++) {
                JsonNode hop = vector.get("hops").get(i);
                assertThat(relay.hop(i))
                        .isEqualTo(new PlainRelay.Hop(
                                hop.get("body").textValue(), hop.get("tag").textValue()));
            }
            assertThat(relay.keys().stream().map(HEX::formatHex)).containsExactlyElementsOf(texts(vector.get("keys")));
        }
        JsonNode last = request.get(request.size() - 1);
        if (last.has("share")) {
            assertThat(PlainRelay.sessionKeys(request).stream().map(HEX::formatHex))
                    .containsExactlyElementsOf(texts(last.get("session_keys")));
        }
    }

    @ParameterizedTest
    @MethodSource("requests")
    void relay_comesToTheSameBytes(List<JsonNode> request) {
        RecordedAgreement recorded = new RecordedAgreement();
        RelayMesh mesh = mesh(request, recorded.agreements());
        agreedFor(request)
                .forEach(vector -> recorded.repeat(
                        vector.get("seal"), mesh.first(), mesh.node(path(vector).egress())));
        List<Destination> destinations = request.stream()
                .map(vector -> new Destination(path(vector).egress(), saes(vector)))
                .distinct()
                .toList();
        List<PlainRelay.Hop> sent = new ArrayList<>();
        mesh.onTheWay = message -> {
            sent.add(new PlainRelay.Hop(new String(message.body(), StandardCharsets.UTF_8), message.tagHeader()));
            return message;
        };
        JsonNode last = request.get(request.size() - 1);
        List<String> ids = texts(sessionKeyIds(last));
        List<String> keys = texts(last.get(last.has("share") ? "session_keys" : "keys"));
        List<HopAnswer> answers = new ArrayList<>();
        List<SessionKey> given =
                relayed(mesh, destinations, ids.size(), last.get("key_bytes").intValue(), answers);
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
        for (int i = 0; i < ids.size(); i++) {
            SessionKey key = given.get(i);
            assertThat(key.id()).hasToString(ids.get(i));
            assertThat(HEX.formatHex(key.bytes().insecureAccess())).isEqualTo(keys.get(i));
            for (Destination to : destinations) {
                for (SaeId slave : to.saes().slaves()) {
                    StoredKey stored =
                            mesh.node(to.node()).storedKey(key.id(), slave).orElseThrow();
                    assertThat(HEX.formatHex(stored.bytes().insecureAccess())).isEqualTo(keys.get(i));
                }
            }
        }
    }

    /** The nodes and the links of all paths, with the link keys and the SAEs. */
    private static RelayMesh mesh(List<JsonNode> request, Agreements agreements) {
        SortedMap<NodeId, UUID> epochs = new TreeMap<>();
        Set<Edge> edges = new HashSet<>();
        for (JsonNode vector : request) {
            NodePath path = path(vector);
            edges.addAll(path.edges());
            for (int i = 0; i <= path.hops(); i++) {
                epochs.put(
                        path.node(i),
                        UUID.fromString(vector.get("epochs").get(i).textValue()));
            }
        }
        RelayMesh mesh = RelayMesh.of(epochs, edges, theIdsOf(request), agreements);
        mesh.sealed = request.get(0).has("seal");
        for (JsonNode vector : request) {
            NodePath path = path(vector);
            for (int i = 0; i < path.hops(); i++) {
                shareLinkKeys(mesh, path.hopFrom(i), vector.get("hops").get(i));
            }
            saes(vector).slaves().forEach(slave -> mesh.attach(slave, path.egress()));
        }
        if (request.get(0).has("share")) {
            mesh.policies.replaceAll((pair, any) -> any.with(new Paths(Paths.Choice.DISJOINT, request.size())));
        }
        return mesh;
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

    /** The vectors before which the two ends agreed: all shares go under the seal of the first. */
    private static Stream<JsonNode> agreedFor(List<JsonNode> request) {
        return request.stream()
                .filter(vector ->
                        vector.has("seal") && vector.path("share").path("index").intValue() == 0);
    }

    /** Random numbers from which the ingress draws just these ids, in its order: of seals, keys, a set, shares and relays. */
    private static RandomGenerator theIdsOf(List<JsonNode> request) {
        List<String> ids = new ArrayList<>();
        agreedFor(request)
                .forEach(vector -> ids.add(vector.get("seal").get("id").textValue()));
        JsonNode first = request.get(0);
        ids.addAll(texts(sessionKeyIds(first)));
        if (first.has("share")) {
            ids.add(first.get("share").get("set").textValue());
        }
        for (JsonNode vector : request) {
            if (vector.has("share")) {
                ids.addAll(texts(vector.get("key_ids")));
            }
            ids.add(vector.get("relay_id").textValue());
        }
        Iterator<Long> halves = ids.stream()
                .map(UUID::fromString)
                .flatMap(id -> Stream.of(id.getMostSignificantBits(), id.getLeastSignificantBits()))
                .iterator();
        return halves::next;
    }

    private static void shareLinkKeys(RelayMesh mesh, Edge link, JsonNode hop) {
        List<KeyId> ids = new ArrayList<>();
        List<byte[]> bytes = new ArrayList<>();
        for (JsonNode key : hop.get("link_keys")) {
            ids.add(KeyId.parse(key.get("key_id").textValue()));
            bytes.add(HEX.parseHex(key.get("bytes").textValue()));
        }
        mesh.share(link.from(), link.to(), ids, bytes, bytes);
        int usedBefore = hop.get("ranges").get(0).get("offset").intValue();
        if (usedBefore > 0) {
            mesh.link(link.from(), link.to())
                    .outgoing()
                    .take(usedBefore)
                    .orElseThrow()
                    .close();
        }
    }
}
