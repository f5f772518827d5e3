package org.qkdmesh.simulation;

import java.nio.charset.StandardCharsets;
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
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.DiscoverySettings;
import org.qkdmesh.discovery.ExchangeCodec;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.ProblemCodec;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.kme.Claim;
import org.qkdmesh.kme.ClaimLinkKeys;
import org.qkdmesh.kme.FetchLinkKeys;
import org.qkdmesh.kme.Grant;
import org.qkdmesh.kme.GrantCodec;
import org.qkdmesh.kme.GrantRequest;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.LinkKeyAnnouncement;
import org.qkdmesh.kme.LinkKeyCodec;
import org.qkdmesh.kme.LinkKeyLimits;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.relay.Branch;
import org.qkdmesh.relay.Destination;
import org.qkdmesh.relay.Egress;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.relay.HopSends;
import org.qkdmesh.relay.Ingress;
import org.qkdmesh.relay.Notices;
import org.qkdmesh.relay.Outbox;
import org.qkdmesh.relay.Receiver;
import org.qkdmesh.relay.Reception;
import org.qkdmesh.relay.RelayKeys;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.relay.RelayRequest;
import org.qkdmesh.relay.RelaySignals;
import org.qkdmesh.relay.Transit;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.sae.FetchKeys;
import org.qkdmesh.simulation.SimulatedNetwork.Outcome;
import org.qkdmesh.simulation.SimulatedNetwork.Request;
import org.qkdmesh.store.KeyRecord;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;

/**
 * A node: a disk that outlives its processes, and one process after another, each made of the classes that a real node
 * is made of. What routes do between the steps (wait, send again) is done here by events.
 */
final class SimulatedNode {

    private static final long HOP_BACK_OFF = 50;
    private static final long STEP = 20;
    private static final Extension EXTENSION = Extension.DOCUMENTATION;

    private final NodeId id;
    private final List<SaeId> saes;
    private final VirtualTime time;
    private final Random random;
    private final Faults faults;
    private final SimulatedNetwork network;
    private final Judge judge;
    private final Map<NodeId, List<KmeClient>> kmes = new HashMap<>();
    private final List<SimulatedKmes> quantumLinks = new ArrayList<>();

    private MemoryStore disk;
    private int run;
    private boolean up;
    private boolean isBuilt;

    private Neighbours neighbours;
    private final List<FetchLinkKeys> fetchers = new ArrayList<>();
    private final Map<NodeId, List<ClaimLinkKeys>> claimers = new HashMap<>();
    private final Set<NodeId> signalled = new HashSet<>();
    private UUID epoch;
    private Discovery discovery;
    private RelayKeys relayKeys;
    private Receiver receiver;
    private Notices notices;
    private Outbox outbox;
    private FetchKeys fetchKeys;

    SimulatedNode(NodeId id, VirtualTime time, Random random, Faults faults, SimulatedNetwork network, Judge judge) {
        this.id = id;
        this.saes = List.of(new SaeId("sae-" + id), new SaeId("sae-" + id + "-b"));
        this.time = time;
        this.random = random;
        this.faults = faults;
        this.network = network;
        this.judge = judge;
        this.disk = new MemoryStore(time);
    }

    NodeId id() {
        return id;
    }

    /** The SAE that asks for keys. */
    SaeId sae() {
        return saes.get(0);
    }

    /** The two SAEs of this node, both of whom may be slaves. */
    List<SaeId> saes() {
        return saes;
    }

    boolean isUp() {
        return up;
    }

    MemoryStore disk() {
        return disk;
    }

    /** Adds a KME pair towards a neighbour. */
    void attach(NodeId neighbour, SimulatedKmes pair, int end) {
        kmes.computeIfAbsent(neighbour, node -> new ArrayList<>()).add(pair.end(end));
        quantumLinks.add(pair);
    }

    Set<NodeId> neighbourIds() {
        return kmes.keySet();
    }

    // The process.

    void start() {
        run++;
        up = true;
        quantumLinks.forEach(SimulatedKmes::endRestarted);
        guarded(this::build);
    }

    void die() {
        up = false;
        run++;
        time.in(200 + random.nextInt(3000), this::restart);
    }

    private void restart() {
        if (!up) {
            disk = disk.reopen(time);
            start();
        }
    }

    /** Dies, and comes back with an old copy of its disk. */
    void dieAndRestore(MemoryStore.Snapshot old) {
        up = false;
        run++;
        judge.diskReplaced(id);
        disk.restore(old);
        time.in(200, this::restart);
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (SimulatedCrash e) {
            die();
        } catch (StoreFailure e) {
            // The request at hand fails, the node goes on.
        }
    }

    <T> Consumer<T> inThisProcess(Consumer<T> action) {
        int current = run;
        return value -> {
            if (run == current && up) {
                guarded(() -> action.accept(value));
            }
        };
    }

    private void after(long millis, Runnable action) {
        Consumer<Void> bound = inThisProcess(nothing -> action.run());
        time.in(millis, () -> bound.accept(null));
    }

    private void every(long millis, Runnable action) {
        Consumer<Void> bound = inThisProcess(nothing -> {
            every(millis, action);
            action.run();
        });
        time.inBackground(millis + random.nextInt(20), () -> bound.accept(null));
    }

    private void build() {
        isBuilt = false;
        disk.setCrashPoint(this::perhapsCrash);
        epoch = new UUID(random.nextLong(), random.nextLong());
        RandomGenerator ids = new Random(random.nextLong());
        EventLog events = EventLog.silent();
        RelaySignals signals = new SimulatedSignals();
        RelayLimits limits = RelayLimits.defaults();
        ShortestPath planner = new ShortestPath();
        buildLinks(events);
        discovery = new Discovery(
                new DiscoverySettings(id, List.copyOf(kmes.keySet()), saes, Map.of()),
                time,
                disk,
                SimulatedSignatures.of(id),
                SimulatedSignatures.verifier(),
                events,
                neighbour -> neighbours.link(neighbour).orElseThrow().outgoing().availableBytes(),
                () -> new UUID(ids.nextLong(), ids.nextLong()));
        ExtKeyCodec codec = new ExtKeyCodec(EXTENSION);
        Ingress ingress = new Ingress(id, disk, limits, ids, signals, events, codec);
        relayKeys = new RelayKeys(id, ingress, neighbours, discovery::topology, limits, time, signals);
        Egress egress = new Egress(disk, limits, saes::contains, pair -> true, discovery::topology);
        receiver = new Receiver(id, neighbours, egress, limits, time, signals, events, codec);
        notices = new Notices(
                id,
                disk,
                discovery::topology,
                planner,
                SimulatedSignatures.of(id),
                SimulatedSignatures.verifier(),
                limits,
                events);
        outbox = new Outbox(
                id,
                disk,
                discovery::topology,
                planner,
                SimulatedSignatures.of(id),
                SimulatedSignatures.verifier(),
                time);
        fetchKeys = new FetchKeys(id, disk, discovery::mayServe, limits, ids, signals, EventLog.silent());
        isBuilt = true;
        every(250, this::exchangeAdverts);
        every(500, this::fetchLinkKeys);
        every(1_000, this::sendNotices);
        every(5_000, () -> {
            neighbours.all().forEach(LinkKeys::expire);
            disk.transact(tx -> tx.removeExpired(1_000));
            ingress.voidOverdue();
            discovery.forgetOld();
        });
    }

    private void perhapsCrash(MemoryStore.Moment moment) {
        if (disk.isWriting() && faults.endsAt(moment) || faults.happens(faults.crashInCommit)) {
            throw new SimulatedCrash(moment == MemoryStore.Moment.AFTER_COMMIT);
        }
        if (moment == MemoryStore.Moment.BEFORE_COMMIT && isBuilt && faults.happens(faults.diskRefuses)) {
            throw new StoreFailure("the disk refuses", true, null);
        }
    }

    /** Looks at the disk from outside, whatever the process does. */
    <T> T look(Function<StoreTransaction, T> eyes) {
        disk.setCrashPoint(moment -> {});
        try {
            return disk.transact(eyes);
        } finally {
            disk.setCrashPoint(this::perhapsCrash);
        }
    }

    private void buildLinks(EventLog events) {
        Map<NodeId, LinkKeys> links = new HashMap<>();
        signalled.clear();
        fetchers.clear();
        claimers.clear();
        kmes.forEach((neighbour, clients) -> {
            List<KmePair> pairs = IntStream.range(0, clients.size())
                    .mapToObj(i -> new KmePair(kme(id, neighbour, i), kme(neighbour, id, i)))
                    .toList();
            LinkKeys link = new LinkKeys(
                    neighbour, epoch, pairs, LinkKeyLimits.defaults(), time, events, () -> lowWater(neighbour));
            links.put(neighbour, link);
            for (int i = 0; i < clients.size(); i++) {
                KmePair pair = pairs.get(i);
                fetchers.add(new FetchLinkKeys(link, pair, clients.get(i), time, events));
                claimers.computeIfAbsent(neighbour, node -> new ArrayList<>())
                        .add(new ClaimLinkKeys(link, pair, clients.get(i), events));
            }
        });
        neighbours = new Neighbours(links);
    }

    private static KmeId kme(NodeId at, NodeId towards, int number) {
        return new KmeId("kme-" + at + "-" + towards + "-" + number);
    }

    private final class SimulatedSignals implements RelaySignals {

        @Override
        public void askEpoch(NodeId neighbour) {
            after(1, () -> learnEpoch(neighbour));
        }

        @Override
        public void linkFailed(Edge edge) {
            after(0, () -> discovery.shortage(edge));
        }

        @Override
        public void noticesOwed() {
            after(5, SimulatedNode.this::sendNotices);
        }
    }

    // What background routes do.

    private void learnEpoch(NodeId neighbour) {
        network.call(this, neighbour, new Request("versions", null, null, 0), 2_000, outcome -> {
            if (outcome instanceof Outcome.Answered answer && answer.status() == 200) {
                VersionCodec.Peer peer = new VersionCodec(EXTENSION).decode(answer.body());
                neighbours.link(neighbour).orElseThrow().learnNeighbourEpoch(peer.epoch());
            }
        });
    }

    private void exchangeAdverts() {
        for (NodeId neighbour : discovery.tick()) {
            byte[] body = ExchangeCodec.encode(discovery.request(neighbour));
            network.call(this, neighbour, new Request("adverts", body, null, 0), 2_000, outcome -> {
                try {
                    if (outcome instanceof Outcome.Answered answer && answer.status() == 200) {
                        discovery.answered(neighbour, ExchangeCodec.decode(answer.body()));
                        return;
                    }
                } catch (Refusal e) {
                    // As good as no answer.
                }
                discovery.failed(neighbour);
            });
        }
    }

    /** A link is low: fetched at once, but not again while that is still to come. */
    private void lowWater(NodeId neighbour) {
        if (signalled.add(neighbour)) {
            after(1, () -> {
                signalled.remove(neighbour);
                fetchers.stream()
                        .filter(fetcher -> fetcher.link().neighbour().equals(neighbour))
                        .toList()
                        .forEach(this::fetchFrom);
            });
        }
    }

    private void fetchFrom(FetchLinkKeys fetcher) {
        fetcher.fetch().forEach(announcement -> announce(fetcher.link(), announcement));
    }

    private void fetchLinkKeys() {
        for (FetchLinkKeys fetcher : fetchers) {
            LinkKeys link = fetcher.link();
            if (link.neighbourEpoch().isEmpty()) {
                learnEpoch(link.neighbour());
            }
            fetchFrom(fetcher);
        }
        neighbours.all().forEach(link -> link.grants().nextRequest().ifPresent(request -> askForGrant(link, request)));
    }

    private void announce(LinkKeys link, LinkKeyAnnouncement announcement) {
        Request request = new Request("link-keys", LinkKeyCodec.encode(announcement), null, 0);
        network.call(this, link.neighbour(), request, 2_000, outcome -> {
            if (outcome instanceof Outcome.Answered answer) {
                if (answer.status() == 200) {
                    link.outgoing().answered(announcement, LinkKeyCodec.decodeAnswer(answer.body()));
                    return;
                }
                HopRefusal refusal = ProblemCodec.decode(answer.status(), answer.body());
                if (refusal.reason() == RefusalReason.LINK_EPOCH_CHANGED) {
                    refusal.epoch().ifPresent(link::learnNeighbourEpoch);
                }
            }
            link.outgoing().unanswered(announcement);
        });
    }

    private void askForGrant(LinkKeys link, GrantRequest grantRequest) {
        Request request = new Request("grant", GrantCodec.encode(grantRequest), null, 0);
        network.call(this, link.neighbour(), request, 2_000, outcome -> {
            if (outcome instanceof Outcome.Answered answer) {
                if (answer.status() == 200) {
                    link.grants().granted(grantRequest, GrantCodec.decodeAnswer(answer.body()));
                    return;
                }
                HopRefusal refusal = ProblemCodec.decode(answer.status(), answer.body());
                if (refusal.reason() == RefusalReason.LINK_EPOCH_CHANGED) {
                    refusal.epoch().ifPresent(link::learnNeighbourEpoch);
                }
            }
            link.grants().unanswered(grantRequest);
        });
    }

    private void sendNotices() {
        for (Outbox.Parcel parcel : outbox.due()) {
            byte[] body = parcel.signedNotice().getBytes(StandardCharsets.US_ASCII);
            Request request = new Request("notices", body, null, NodePath.MAX_HOPS);
            network.call(this, parcel.neighbour(), request, 2_000, outcome -> {
                boolean ok = outcome instanceof Outcome.Answered answer && answer.status() == 200;
                outbox.answered(
                        parcel,
                        ok
                                ? Optional.of(
                                        new String(((Outcome.Answered) outcome).body(), StandardCharsets.US_ASCII))
                                : Optional.empty());
            });
        }
    }

    // What doors do.

    void receive(NodeId from, Request request, Consumer<Outcome> reply) {
        guarded(() -> {
            try {
                switch (request.path()) {
                    case "versions" -> ok(reply, new VersionCodec(EXTENSION).encode(new VersionCodec.Peer(id, epoch)));
                    case "adverts" ->
                        ok(reply, ExchangeCodec.encode(discovery.received(from, ExchangeCodec.decode(request.body()))));
                    case "link-keys" -> claim(from, LinkKeyCodec.decode(request.body()), reply);
                    case "grant" -> grant(from, GrantCodec.decode(request.body()), reply);
                    case "notices" -> handleNotice(from, request, reply);
                    case "ext_keys" -> handleRelay(from, request, reply);
                    default -> throw new IllegalArgumentException(request.path());
                }
            } catch (MalformedMessage | Refusal e) {
                refuse(reply, HopRefusal.of(RefusalReason.INVALID, e.getMessage()));
            }
        });
    }

    private static void ok(Consumer<Outcome> reply, byte[] body) {
        reply.accept(new Outcome.Answered(200, body));
    }

    private static void refuse(Consumer<Outcome> reply, HopRefusal refusal) {
        HopReply problem = HopReply.refused(refusal);
        reply.accept(new Outcome.Answered(problem.status(), problem.body()));
    }

    private void claim(NodeId from, LinkKeyAnnouncement announcement, Consumer<Outcome> reply) {
        LinkKeys link = neighbours.link(from).orElseThrow();
        for (int i = 0; i < claimers.get(from).size(); i++) {
            if (announcement.pair().own().equals(kme(from, id, i))) {
                Claim claim = link.incoming().announced(announcement);
                if (claim instanceof Claim.Wanted wanted) {
                    ok(
                            reply,
                            LinkKeyCodec.encodeAnswer(claimers.get(from).get(i).claim(announcement, wanted)));
                } else if (claim instanceof Claim.EpochChanged changed) {
                    if (changed.askNeighbour()) {
                        after(1, () -> learnEpoch(from));
                    }
                    refuse(
                            reply,
                            HopRefusal.of(RefusalReason.LINK_EPOCH_CHANGED, "epoch")
                                    .withEpoch(changed.ownEpoch()));
                }
                return;
            }
        }
        throw new MalformedMessage("kme");
    }

    private void grant(NodeId from, GrantRequest request, Consumer<Outcome> reply) {
        LinkKeys link = neighbours.link(from).orElseThrow();
        Optional<Grant> grant = link.grants().grant(request);
        if (grant.isPresent()) {
            ok(reply, GrantCodec.encodeAnswer(grant.get()));
            return;
        }
        if (link.neighbourEpoch().filter(request.senderEpoch()::equals).isEmpty()) {
            after(1, () -> learnEpoch(from));
        }
        refuse(reply, HopRefusal.of(RefusalReason.LINK_EPOCH_CHANGED, "epoch").withEpoch(link.ownEpoch()));
    }

    private void handleNotice(NodeId from, Request request, Consumer<Outcome> reply) {
        String signed = new String(request.body(), StandardCharsets.US_ASCII);
        Notices.Handling handling = notices.receive(from, signed, (int) request.number());
        if (handling instanceof Notices.Handling.Acknowledged acknowledged) {
            ok(reply, acknowledged.acknowledgement().getBytes(StandardCharsets.US_ASCII));
        } else if (handling instanceof Notices.Handling.Refused refused) {
            refuse(reply, refused.refusal());
        } else if (handling instanceof Notices.Handling.PassOn passOn) {
            Request on = new Request("notices", request.body(), null, passOn.hopsLeft());
            network.call(this, passOn.neighbour(), on, 2_000, outcome -> {
                if (outcome instanceof Outcome.Answered) {
                    reply.accept(outcome);
                } else {
                    refuse(reply, HopRefusal.of(RefusalReason.TIMEOUT, "no answer"));
                }
            });
        }
    }

    private void handleRelay(NodeId from, Request request, Consumer<Outcome> reply) {
        Reception reception = receiver.receive(from, request.body(), request.tag(), OptionalLong.of(request.number()));
        if (reception instanceof Reception.Answered answered) {
            reply.accept(new Outcome.Answered(
                    answered.reply().status(), answered.reply().body()));
        } else if (reception instanceof Reception.Repeat repeat) {
            repeat.reply().thenAccept(known -> reply.accept(new Outcome.Answered(known.status(), known.body())));
        } else if (reception instanceof Reception.Forward forward) {
            sendOn(forward.transit(), reply);
        }
    }

    private void sendOn(Transit transit, Consumer<Outcome> reply) {
        Optional<HopMessage> message = transit.nextMessage();
        if (message.isPresent()) {
            judge.messageWritten(id, message.get());
            sendHop(
                    message.get(),
                    new HopSends(),
                    transit.deadline(),
                    true,
                    outcome -> conclude(transit, outcome, reply));
        } else if (time.monotonicMillis() + STEP < transit.deadline()) {
            after(STEP, () -> sendOn(transit, reply));
        } else {
            HopRefusal shortOfKeys = HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "short")
                    .at(transit.nextHop());
            conclude(transit, new HopAnswer.Refused(shortOfKeys), reply);
        }
    }

    private void conclude(Transit transit, HopAnswer outcome, Consumer<Outcome> reply) {
        receiver.conclude(transit, outcome)
                .ifPresent(answer -> reply.accept(new Outcome.Answered(answer.status(), answer.body())));
    }

    /** A hop: the same bytes once more, if the connection failed. */
    private void sendHop(
            HopMessage message, HopSends sends, long deadline, boolean mayRepeat, Consumer<HopAnswer> done) {
        long left = deadline - time.monotonicMillis() - RelayLimits.HOP_MARGIN_MILLIS;
        if (left <= 0) {
            sends.answered(new HopAnswer.NotSent("too late"));
            done.accept(sends.outcome());
            return;
        }
        Request request = new Request("ext_keys", message.body(), message.tagHeader(), left);
        network.call(this, message.to(), request, left, outcome -> {
            sends.answered(read(message, outcome));
            boolean connectionFailed = outcome instanceof Outcome.NotSent || outcome instanceof Outcome.Broken;
            if (connectionFailed && mayRepeat) {
                after(HOP_BACK_OFF, () -> sendHop(message, sends, deadline, false, done));
            } else {
                done.accept(sends.outcome());
            }
        });
    }

    private static HopAnswer read(HopMessage message, Outcome outcome) {
        if (outcome instanceof Outcome.Answered answer) {
            return HopAnswer.read(message, answer.status(), answer.body());
        }
        return outcome instanceof Outcome.NotSent
                ? new HopAnswer.NotSent("refused")
                : new HopAnswer.Unknown("no answer");
    }

    // What SAEs do.

    /** The SAE of this node asks for keys to share with those others; slaves of this node alone are not relayed to. */
    void ask(List<SaeId> slaves, int count, int keyBytes) {
        ask(slaves, count, keyBytes, () -> {});
    }

    /** As above; at the end, well or not, comes what is to be done then, unless the process has ended. */
    void ask(List<SaeId> slaves, int count, int keyBytes, Runnable atTheEnd) {
        if (up) {
            guarded(() -> {
                Map<NodeId, List<SaeId>> homes = new LinkedHashMap<>();
                slaves.forEach(slave -> discovery.topology().home(slave).ifPresent(home -> homes.computeIfAbsent(
                                home, node -> new ArrayList<>())
                        .add(slave)));
                boolean allKnown = homes.values().stream().mapToInt(List::size).sum() == slaves.size();
                if (allKnown && homes.keySet().stream().anyMatch(home -> !home.equals(id))) {
                    List<Destination> destinations = homes.entrySet().stream()
                            .map(home -> new Destination(home.getKey(), new SaeGroup(sae(), home.getValue())))
                            .toList();
                    nextAttempt(relayKeys.open(destinations, count, keyBytes), bySlave(destinations), atTheEnd);
                }
            });
        }
    }

    private static Map<SaeId, NodeId> bySlave(List<Destination> destinations) {
        Map<SaeId, NodeId> slaves = new LinkedHashMap<>();
        destinations.forEach(to -> to.saes().slaves().forEach(slave -> slaves.put(slave, to.node())));
        return slaves;
    }

    private void nextAttempt(RelayRequest request, Map<SaeId, NodeId> slaves, Runnable atTheEnd) {
        if (request.isOpen()) {
            relayKeys.plan(request, new ShortestPath());
        }
        if (!request.isOpen()) {
            request.keys().ifPresent(keys -> judge.masterGot(sae(), id, slaves, keys));
            request.close();
            atTheEnd.run();
            return;
        }
        begin(request, slaves, atTheEnd);
    }

    private void begin(RelayRequest request, Map<SaeId, NodeId> slaves, Runnable atTheEnd) {
        if (!relayKeys.begin(request)) {
            if (time.monotonicMillis() + STEP < request.attemptDeadline()) {
                after(STEP, () -> begin(request, slaves, atTheEnd));
                return;
            }
            relayKeys.giveUp(request);
        }
        if (!request.isUnderWay()) {
            after(0, () -> nextAttempt(request, slaves, atTheEnd));
            return;
        }
        List<Branch> branches = request.branches();
        branches.forEach(branch -> judge.messageWritten(id, branch.message()));
        List<KeyId> ids = branches.get(0).message().keyIds();
        judge.attemptBegun(id, slaves, ids);
        int[] open = {branches.size()};
        for (Branch branch : branches) {
            sendHop(branch.message(), branch.sends(), request.attemptDeadline(), true, outcome -> {
                if (--open[0] == 0) {
                    decide(request, ids);
                    nextAttempt(request, slaves, atTheEnd);
                }
            });
        }
    }

    private void decide(RelayRequest request, List<KeyId> ids) {
        try {
            relayKeys.decide(request);
        } catch (SimulatedCrash e) {
            if (e.isCommitted()) {
                judge.answerToMasterWasLost(ids);
            }
            throw e;
        }
    }

    /** The SAE of this node fetches keys as a slave; false when it was told to come again. */
    boolean fetch(SaePair pair, List<KeyId> ids) {
        if (!up) {
            return false;
        }
        boolean[] done = new boolean[1];
        guarded(() -> {
            try {
                List<SessionKey> keys = fetchKeys.fetch(pair, ids);
                judge.slaveGot(pair, keys);
                keys.forEach(SessionKey::close);
                done[0] = true;
            } catch (SimulatedCrash e) {
                if (e.isCommitted()) {
                    judge.answerToSlaveWasLost(pair, ids);
                }
                throw e;
            } catch (Refusal e) {
                judge.slaveWasRefused(pair, ids, e);
                done[0] = !e.isTemporary();
            }
        });
        return done[0];
    }

    /** Whether this node is up, has decided everything and owes nothing. */
    boolean isInOrder() {
        return up && look(tx -> tx.intents().isEmpty() && tx.nodesOwed().isEmpty());
    }

    /** At the end: nothing undecided, nothing owed, no key and no record that should not be there. */
    void checkNothingLeft() {
        look(tx -> {
            tx.intents().forEach(intent -> judge.intentLeft(id, intent.relayId()));
            if (!MemoryStore.allNotices(tx).isEmpty()) {
                throw new Violation("notices are left at " + id + ": " + MemoryStore.allNotices(tx));
            }
            return null;
        });
    }

    /** Those of these keys of which this node still holds something. */
    List<KeyId> leftOf(Set<KeyId> ids) {
        return look(tx -> ids.stream().filter(tx::hasKey).toList());
    }

    /** The records of these keys that this node still has. */
    List<KeyRecord> recordsOf(Set<KeyId> ids) {
        return look(tx -> ids.stream()
                .flatMap(key -> network.saes().stream().flatMap(slave -> tx.record(key, slave).stream()))
                .toList());
    }
}
