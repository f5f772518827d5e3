package org.qkdmesh.relay;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.qkdmesh.crypto.OneTimeMac;
import org.qkdmesh.crypto.OneTimePad;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.kme.Claim;
import org.qkdmesh.kme.IncomingKeys;
import org.qkdmesh.kme.LinkKeyAnnouncement;
import org.qkdmesh.kme.LinkKeyLimits;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.OutgoingKeys;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.seal.Seal;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.testing.ManualClock;

/**
 * A few nodes, wired without network and without threads. {@code sae-a} is attached to the first, {@code sae-b} to the
 * last. Link keys are what the test says.
 */
final class RelayMesh {

    static final SaeId MASTER = new SaeId("sae-a");
    static final SaeId SLAVE = new SaeId("sae-b");
    static final SaePair PAIR = new SaePair(MASTER, SLAVE);
    static final LinkKeyLimits LINK_LIMITS = new LinkKeyLimits(64, 16_384, Duration.ofMinutes(10));

    final ManualClock clock = new ManualClock();
    final RandomGenerator random;
    final Map<SaePair, PairPolicy> policies = new HashMap<>(Map.of(PAIR, PairPolicy.UNLIMITED));
    final Set<Edge> edges = new HashSet<>();
    final Map<SaeId, NodeId> homes = new LinkedHashMap<>();

    /** Whether keys have to be sealed. */
    boolean sealed;

    /** Slaves whose keys need not be, all the same. */
    final Set<SaeId> unsealed = new HashSet<>();

    /** What happens to a message between two nodes. */
    UnaryOperator<HopMessage> onTheWay = UnaryOperator.identity();

    private final Map<KeyId, byte[]> linkKeys = new LinkedHashMap<>();
    private final Map<NodeId, RelayNode> nodes = new LinkedHashMap<>();

    private RelayMesh(
            RandomGenerator random,
            RelayLimits limits,
            List<NodeId> ids,
            List<UUID> epochs,
            Set<Edge> edges,
            Agreements agreements) {
        this.random = random;
        homes.put(MASTER, ids.get(0));
        homes.put(SLAVE, ids.get(ids.size() - 1));
        edges.forEach(edge -> {
            this.edges.add(edge);
            this.edges.add(new Edge(edge.to(), edge.from()));
        });
        for (int i = 0; i < ids.size(); i++) {
            NodeId id = ids.get(i);
            Set<NodeId> neighbours = new HashSet<>();
            this.edges.stream().filter(edge -> edge.from().equals(id)).forEach(edge -> neighbours.add(edge.to()));
            nodes.put(id, new RelayNode(id, epochs.get(i), neighbours, limits, LINK_LIMITS, random, agreements, this));
        }
        this.edges.forEach(edge -> link(edge.from(), edge.to()).learnNeighbourEpoch(node(edge.to()).epoch));
    }

    /** Nodes n0 to n<i>hops</i>, one after another. */
    static RelayMesh line(int hops) {
        return line(hops, 1, RelayLimits.defaults());
    }

    static RelayMesh line(int hops, long seed, RelayLimits limits) {
        Random random = new Random(seed);
        List<NodeId> ids = ids(hops + 1);
        return new RelayMesh(random, limits, ids, uuids(ids.size(), random), lineEdges(hops), Agreements.plain(random));
    }

    /** Nodes with these epochs, which draw ids from the given source. */
    static RelayMesh of(
            SortedMap<NodeId, UUID> epochs, Set<Edge> edges, RandomGenerator random, Agreements agreements) {
        return new RelayMesh(
                random,
                RelayLimits.defaults(),
                List.copyOf(epochs.keySet()),
                List.copyOf(epochs.values()),
                edges,
                agreements);
    }

    /** A ring: from n0 to the last there is the direct link and the long way round. */
    static RelayMesh ring(int size) {
        return ring(size, RelayLimits.defaults());
    }

    static RelayMesh ring(int size, RelayLimits limits) {
        Set<Edge> edges = lineEdges(size - 1);
        edges.add(new Edge(id(size - 1), id(0)));
        Random random = new Random(1);
        return new RelayMesh(random, limits, ids(size), uuids(size, random), edges, Agreements.plain(random));
    }

    /** From n0 to the last node so many ways, each over one node between. */
    static RelayMesh diamond(int ways) {
        return diamond(ways, RelayLimits.defaults());
    }

    static RelayMesh diamond(int ways, RelayLimits limits) {
        Set<Edge> edges = new HashSet<>();
        for (int i = 1; i <= ways; i++) {
            edges.add(new Edge(id(0), id(i)));
            edges.add(new Edge(id(i), id(ways + 1)));
        }
        Random random = new Random(1);
        return new RelayMesh(random, limits, ids(ways + 2), uuids(ways + 2, random), edges, Agreements.plain(random));
    }

    static NodeId id(int number) {
        return new NodeId("n" + number);
    }

    private static List<NodeId> ids(int count) {
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(id(i));
        }
        return ids;
    }

    private static List<UUID> uuids(int count, RandomGenerator random) {
        List<UUID> uuids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            uuids.add(KeyId.random(random).uuid());
        }
        return uuids;
    }

    private static Set<Edge> lineEdges(int hops) {
        Set<Edge> edges = new HashSet<>();
        for (int i = 0; i < hops; i++) {
            edges.add(new Edge(id(i), id(i + 1)));
        }
        return edges;
    }

    /** Makes link keys of these lengths, the same at both ends, for every link in the direction of rising numbers. */
    RelayMesh filled(int... lengths) {
        for (Edge edge : edges) {
            fill(edge.from(), edge.to(), lengths);
        }
        return this;
    }

    /** Link keys that {@code owner} owns for sending to {@code holder}. */
    List<KeyId> fill(NodeId owner, NodeId holder, int... lengths) {
        List<byte[]> keys = new ArrayList<>();
        for (int length : lengths) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            keys.add(key);
        }
        return share(owner, holder, keys, keys);
    }

    /** Link keys whose bytes are given for each end. */
    List<KeyId> share(NodeId owner, NodeId holder, List<byte[]> atOwner, List<byte[]> atHolder) {
        List<KeyId> ids = atOwner.stream().map(key -> new KeyId(uuid())).toList();
        share(owner, holder, ids, atOwner, atHolder);
        return ids;
    }

    void share(NodeId owner, NodeId holder, List<KeyId> ids, List<byte[]> atOwner, List<byte[]> atHolder) {
        for (int i = 0; i < ids.size(); i++) {
            linkKeys.put(ids.get(i), atOwner.get(i).clone());
        }
        KmePair pair = new KmePair(new KmeId("kme-" + owner), new KmeId("kme-" + holder));
        OutgoingKeys owned = link(owner, holder).outgoing();
        IncomingKeys held = link(holder, owner).incoming();
        LinkKeyAnnouncement announcement = owned.fetched(
                        pair, link(owner, holder).ownEpoch(), sessionKeys(ids, atOwner))
                .orElseThrow();
        Claim.Wanted wanted = (Claim.Wanted) held.announced(announcement);
        owned.answered(announcement, held.claimed(announcement, wanted, sessionKeys(ids, atHolder), Set.of()));
    }

    /** The link key bytes that a message names, which both ends of the hop know. */
    byte[] linkBytes(HopMessage message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (KeyRange range : message.ranges()) {
            bytes.write(linkKeys.get(range.keyId()), range.offset(), range.length());
        }
        return bytes.toByteArray();
    }

    private static List<SessionKey> sessionKeys(List<KeyId> ids, List<byte[]> keys) {
        List<SessionKey> result = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            result.add(new SessionKey(ids.get(i), SecretBytes.owning(keys.get(i).clone())));
        }
        return result;
    }

    UUID uuid() {
        return KeyId.random(random).uuid();
    }

    RelayNode node(NodeId id) {
        return nodes.get(id);
    }

    RelayNode node(int number) {
        return nodes.get(id(number));
    }

    RelayNode first() {
        return node(0);
    }

    RelayNode last() {
        return node(nodes.size() - 1);
    }

    LinkKeys link(NodeId at, NodeId to) {
        return node(at).link(to);
    }

    /** One more SAE, which may get keys of {@code sae-a}. */
    SaeId attach(String sae, int node) {
        SaeId slave = new SaeId(sae);
        attach(slave, id(node));
        return slave;
    }

    void attach(SaeId slave, NodeId node) {
        homes.put(slave, node);
        policies.put(new SaePair(MASTER, slave), PairPolicy.UNLIMITED);
    }

    Optional<PairPolicy> policy(SaePair pair) {
        return Optional.ofNullable(policies.get(pair));
    }

    /** Everybody sees the same links and homes, all with as much stock. */
    Topology topology(NodeId self) {
        Map<Edge, Long> links = new LinkedHashMap<>();
        edges.forEach(edge -> links.put(edge, 1024L));
        return new Topology(self, links, homes, true);
    }

    NodePath wholePath() {
        return new NodePath(List.copyOf(nodes.keySet()));
    }

    /** Begins an attempt at the first node over the whole line. */
    Attempt begin(int count, int keyBytes) {
        return first().ingress
                .begin(List.of(wholeWay()), Optional.empty(), count, keyBytes)
                .orElseThrow();
    }

    /** For {@code sae-b} over the whole line. */
    Way wholeWay() {
        Optional<Seal> seal = sealed ? first().sealing.outgoing().take(last().id, 0) : Optional.empty();
        return new Way(SaeGroup.of(PAIR), wholePath(), first().link(id(1)), seal, false);
    }

    /** The keys, or shares of them, as a node that gets this message recovers them. */
    byte[] recovered(HopMessage message) {
        byte[] values = RelayNode.CODEC.decode(message.body()).values();
        return OneTimePad.apply(values, SecretBytes.copyOf(linkBytes(message), 0, values.length));
    }

    /** The message with something else in it, as its sender can make it: the sender has the link's bytes and so the right tag. */
    HopMessage rewritten(HopMessage message, ExtKeyContainer changed) {
        byte[] body = RelayNode.CODEC.encode(changed);
        byte[] linkBytes = linkBytes(message);
        byte[] values = changed.values();
        SecretBytes pad = SecretBytes.copyOf(linkBytes, 0, values.length);
        SecretBytes macKey = SecretBytes.copyOf(linkBytes, values.length, OneTimeMac.KEY_BYTES);
        byte[] tag = OneTimeMac.tag(macKey, body, SecretBytes.owning(OneTimePad.apply(values, pad)));
        return new HopMessage(
                message.relayId(), message.to(), message.saes(), message.keyIds(), body, tag, message.ranges());
    }

    /** Has the first node and another agree on a secret, as the routes do it, without those between. */
    Seal agree(RelayNode egress) {
        SealLetters.Outgoing offer = first().sealLetters.offer(egress.id).orElseThrow();
        first().sealLetters.answered(offer, Optional.of(takeOffer(offer)));
        return first().sealing.outgoing().take(egress.id, 0).orElseThrow();
    }

    /** The node that it is for takes it; returns its answer. */
    String takeOffer(SealLetters.Outgoing offer) {
        RelayNode egress = node(offer.letter().to());
        Handling answer =
                egress.sealLetters.receive(offer.neighbour(), offer.letter().text(), 5);
        return ((Handling.Answered) answer).text();
    }

    /** What the first node owes goes out until nothing is owed. */
    void deliverNotices() {
        for (Outbox.Parcel parcel : first().outbox.due()) {
            Handling handling = node(parcel.to()).notices.receive(id(0), parcel.signedNotice(), 5);
            first().outbox.answered(parcel, Optional.of(((Handling.Answered) handling).text()));
        }
        if (!first().look(MemoryStore::allNotices).isEmpty()) {
            throw new AssertionError("notices are still owed");
        }
    }

    /** The first message of the only branch. */
    static HopMessage message(Attempt attempt) {
        return attempt.branches().get(0).message();
    }

    /** Sends a message and whatever follows from it, and reads the answer as its sender does. */
    HopAnswer send(NodeId from, HopMessage message) {
        HopMessage arriving = onTheWay.apply(message);
        HopReply reply = deliver(from, arriving);
        return HopAnswer.read(
                message, reply.status(), reply.body(), reply.confirmation().orElse(null));
    }

    /** Sends what the first node sends over one of its paths. */
    HopAnswer send(Branch branch) {
        return send(id(0), branch.message());
    }

    /** As {@link #send(Branch)}, over all its paths. */
    HopAnswer[] sendAll(RelayRequest request) {
        return request.branches().stream().map(this::send).toArray(HopAnswer[]::new);
    }

    HopReply deliver(NodeId from, HopMessage message) {
        return answer(node(message.to()), receive(from, message));
    }

    Reception receive(NodeId from, HopMessage message) {
        return node(message.to()).receiver.receive(from, message.body(), message.tagHeader(), OptionalLong.empty());
    }

    HopReply answer(RelayNode at, Reception reception) {
        if (reception instanceof Reception.Answered answered) {
            return answered.reply();
        }
        if (reception instanceof Reception.Repeat repeat) {
            return repeat.reply().getNow(null);
        }
        Transit transit = ((Reception.Forward) reception).transit();
        HopAnswer outcome = transit.nextMessage()
                .map(next -> send(at.id, next))
                .orElseGet(() -> new HopAnswer.NotSent("short of link keys"));
        return at.receiver.conclude(transit, outcome).orElseThrow();
    }

    /** One attempt from its beginning to its decision. */
    Decision relay(int count, int keyBytes) {
        Attempt attempt = begin(count, keyBytes);
        HopAnswer answer = send(id(0), message(attempt));
        LinkFeedback.apply(first().link(id(1)), id(0), message(attempt), answer);
        return first().decide(attempt, answer);
    }

    static HopRefusal refusalOf(HopAnswer answer) {
        return ((HopAnswer.Refused) answer).refusal();
    }
}
