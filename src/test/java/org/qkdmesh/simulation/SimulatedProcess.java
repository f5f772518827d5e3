package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.DiscoverySettings;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.kme.ClaimLinkKeys;
import org.qkdmesh.kme.FetchLinkKeys;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.LinkKeyLimits;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.relay.Courier;
import org.qkdmesh.relay.Egress;
import org.qkdmesh.relay.Ingress;
import org.qkdmesh.relay.Notices;
import org.qkdmesh.relay.Outbox;
import org.qkdmesh.relay.Receiver;
import org.qkdmesh.relay.RelayKeys;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.relay.RelaySignals;
import org.qkdmesh.relay.SealLetters;
import org.qkdmesh.relay.Sealing;
import org.qkdmesh.routing.EdgeStandings;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.RememberedPaths;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.sae.FetchKeys;
import org.qkdmesh.sae.LocalKeys;
import org.qkdmesh.seal.IncomingSeals;
import org.qkdmesh.seal.OutgoingSeals;
import org.qkdmesh.simulation.SimulatedNetwork.Outcome;
import org.qkdmesh.simulation.SimulatedNetwork.Request;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.testing.PlainAgreement;

/**
 * One run of a node, made of the classes that a real node is made of. What routes do between the steps (wait, send again)
 * is done by events, which come to nothing once the process has ended.
 */
final class SimulatedProcess {

    /** How soon a request, or a message, that found too few link keys is tried again. */
    static final long STEP = 50;

    static final Extension EXTENSION = Extension.DOCUMENTATION;

    private final SimulatedNode node;
    private final World world;
    private final MemoryStore disk;

    final PathPlanner planner = new RememberedPaths(new ShortestPath());
    final UUID epoch;
    final Neighbours neighbours;
    final List<FetchLinkKeys> fetchers = new ArrayList<>();
    final Map<NodeId, List<ClaimLinkKeys>> claimers = new HashMap<>();
    final Discovery discovery;
    final RelayKeys relayKeys;
    final Receiver receiver;
    final Notices notices;
    final Outbox outbox;
    final Sealing sealing;
    final SealLetters sealLetters;
    final FetchKeys fetchKeys;
    final LocalKeys localKeys;
    private final Ingress ingress;

    private final Background background;
    private final Doors doors;
    private final SimulatedSaes saes;

    SimulatedProcess(SimulatedNode node, World world) {
        this.node = node;
        this.world = world;
        this.disk = node.disk();
        background = new Background(this);
        Hops hops = new Hops(this, world.time);
        doors = new Doors(this, world, hops);
        saes = new SimulatedSaes(this, world, hops);

        NodeId id = node.id();
        RelayLimits limits = world.limits;
        epoch = new UUID(world.random.nextLong(), world.random.nextLong());
        RandomGenerator ids = new SplittableRandom(world.random.nextLong());
        EventLog events = EventLog.silent();
        RelaySignals signals = new Signals();
        Map<NodeId, LinkKeys> links = buildLinks(events);
        neighbours = new Neighbours(links);
        discovery = new Discovery(
                new DiscoverySettings(id, List.copyOf(node.neighbourIds()), node.saes(), Map.of()),
                world.time,
                disk,
                world.notary.signerOf(id),
                world.notary.verifier(),
                events,
                neighbour -> links.get(neighbour).outgoing().availableBytes(),
                () -> new UUID(ids.nextLong(), ids.nextLong()));
        ExtKeyCodec codec = new ExtKeyCodec(EXTENSION);
        NodeSigner signer = world.notary.signerOf(id);
        NodeVerifier verifier = world.notary.verifier();
        KeyAgreement agreement = new PlainAgreement(ids::nextLong);
        sealing = new Sealing(
                pair -> true,
                new OutgoingSeals(
                        id,
                        agreement,
                        signer,
                        verifier,
                        world.time,
                        ids,
                        egress -> after(1, () -> background.agreeSeal(egress))),
                new IncomingSeals(id, agreement, signer, world.time));
        EdgeStandings standings = new EdgeStandings(world.time, events);
        Courier courier = new Courier(id, discovery::topology, planner, standings);
        sealLetters = new SealLetters(id, sealing.outgoing(), sealing.incoming(), verifier, courier, events);
        ingress = new Ingress(id, disk, limits, world::policy, ids, () -> epoch, signals, events, codec);
        relayKeys = new RelayKeys(
                id,
                ingress,
                neighbours,
                discovery::topology,
                limits,
                world.time,
                signals,
                sealing,
                world::policy,
                standings);
        Egress egress = new Egress(
                disk, limits, node.saes()::contains, world::policy, discovery::topology, sealing, () -> epoch, events);
        receiver = new Receiver(id, neighbours, egress, limits, world.time, signals, events, codec);
        notices = new Notices(id, disk, courier, signer, verifier, limits, events);
        outbox = new Outbox(id, disk, courier, signer, verifier, world.time);
        fetchKeys = new FetchKeys(id, disk, discovery::mayServe, limits, ids, signals, events);
        localKeys = new LocalKeys(id, disk, limits, world::policy, ids, () -> epoch);
    }

    private Map<NodeId, LinkKeys> buildLinks(EventLog events) {
        Map<NodeId, LinkKeys> links = new HashMap<>();
        node.kmes().forEach((neighbour, clients) -> {
            List<KmePair> pairs = IntStream.range(0, clients.size())
                    .mapToObj(i -> new KmePair(kme(id(), neighbour, i), kme(neighbour, id(), i)))
                    .toList();
            LinkKeys link = new LinkKeys(
                    neighbour,
                    epoch,
                    pairs,
                    node.combine(neighbour),
                    LinkKeyLimits.defaults(),
                    world.time,
                    events,
                    () -> background.lowWater(neighbour));
            links.put(neighbour, link);
            List<ClaimLinkKeys> claiming = new ArrayList<>();
            for (int i = 0; i < clients.size(); i++) {
                KmeClient kme = clients.get(i);
                fetchers.add(new FetchLinkKeys(link, pairs.get(i), kme, world.time, events));
                claiming.add(new ClaimLinkKeys(link, pairs.get(i), kme, events));
            }
            claimers.put(neighbour, claiming);
        });
        return links;
    }

    static KmeId kme(NodeId at, NodeId towards, int number) {
        return new KmeId("kme-" + at + "-" + towards + "-" + number);
    }

    /** From now on it does what a node does by itself. */
    void begin() {
        atOnceAndEvery(250, background::exchangeAdverts);
        atOnceAndEvery(500, background::fetchLinkKeys);
        every(1_000, background::sendNotices);
        every(5_000, () -> {
            neighbours.all().forEach(LinkKeys::expire);
            disk.transact(tx -> tx.removeExpired(1_000));
            node.checkSharesLeft();
            ingress.voidOverdue();
            discovery.forgetOld();
            sealing.removeOld();
        });
    }

    NodeId id() {
        return node.id();
    }

    SimulatedNode node() {
        return node;
    }

    Background background() {
        return background;
    }

    Doors doors() {
        return doors;
    }

    SimulatedSaes saes() {
        return saes;
    }

    void call(NodeId neighbour, Request request, long timeoutMillis, Consumer<Outcome> done) {
        world.network.call(id(), neighbour, request, timeoutMillis, whileItRuns(done));
    }

    private <T> Consumer<T> whileItRuns(Consumer<T> action) {
        return value -> {
            if (node.isRunning(this)) {
                node.guarded(() -> action.accept(value));
            }
        };
    }

    private Runnable whileItRuns(Runnable action) {
        return () -> {
            if (node.isRunning(this)) {
                node.guarded(action);
            }
        };
    }

    void after(long millis, Runnable action) {
        world.time.in(millis, whileItRuns(action));
    }

    private void atOnceAndEvery(long millis, Runnable action) {
        after(0, action);
        every(millis, action);
    }

    private void every(long millis, Runnable action) {
        Runnable once = whileItRuns(() -> {
            every(millis, action);
            action.run();
        });
        world.time.inBackground(millis + world.random.nextInt(20), once);
    }

    private final class Signals implements RelaySignals {

        @Override
        public void askEpoch(NodeId neighbour) {
            after(1, () -> background.learnEpoch(neighbour));
        }

        @Override
        public void linkFailed(Edge edge) {
            after(0, () -> discovery.shortage(edge));
        }

        @Override
        public void noticesOwed() {
            background.gatherNotices();
        }
    }
}
