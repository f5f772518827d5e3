package org.qkdmesh.node;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.DiscoverySettings;
import org.qkdmesh.discovery.NeighbourState;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.Amounts;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.node.management.Asked;
import org.qkdmesh.node.management.Drain;
import org.qkdmesh.node.management.KeysView;
import org.qkdmesh.node.management.LinksView;
import org.qkdmesh.node.management.PathsView;
import org.qkdmesh.node.management.StatusView;
import org.qkdmesh.node.processors.BeanNames;
import org.qkdmesh.node.processors.DiscoveryProcessors;
import org.qkdmesh.node.processors.DrainProcessors;
import org.qkdmesh.node.processors.HopProcessors;
import org.qkdmesh.node.processors.HousekeepingProcessors;
import org.qkdmesh.node.processors.KmeProcessors;
import org.qkdmesh.node.processors.LinkKeyProcessors;
import org.qkdmesh.node.processors.ManagementProcessors;
import org.qkdmesh.node.processors.NeighbourEndpoints;
import org.qkdmesh.node.processors.NeighbourProcessors;
import org.qkdmesh.node.processors.NoticeProcessors;
import org.qkdmesh.node.processors.PeerProcessors;
import org.qkdmesh.node.processors.RelayProcessors;
import org.qkdmesh.node.processors.SaeProcessors;
import org.qkdmesh.node.processors.TraceProcessors;
import org.qkdmesh.node.processors.TransitProcessors;
import org.qkdmesh.node.processors.VersionProcessors;
import org.qkdmesh.node.processors.ViewProcessors;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.ops.Health;
import org.qkdmesh.ops.MeteredEvents;
import org.qkdmesh.ops.ProcessMeters;
import org.qkdmesh.relay.Egress;
import org.qkdmesh.relay.Ingress;
import org.qkdmesh.relay.Notices;
import org.qkdmesh.relay.Outbox;
import org.qkdmesh.relay.Receiver;
import org.qkdmesh.relay.RelayKeys;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.RememberedPaths;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.sae.FetchKeys;
import org.qkdmesh.sae.LocalKeys;
import org.qkdmesh.sae.PairStatus;
import org.qkdmesh.sae.SaeRules;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.store.StoreFailure;

/** A running trusted node: built from its configuration by {@link #start}, ended by {@link #close}. */
public final class Node implements AutoCloseable {

    private static final int MAX_NOTICES_PER_NODE = 10_000;
    private static final int MAX_TOMBSTONES_PER_NODE = 100_000;

    /** So long a node that hears of nobody keeps saying that it is not ready. */
    private static final long LONELY_MILLIS = 10_000;

    /** No request takes longer. */
    private static final long REQUEST_MILLIS = 10_000;

    private final NodeConfig config;
    private final NodeClock clock;
    private final Transport transport;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MeteredEvents events = new MeteredEvents(meters);
    private final ProcessMeters processMeters = new ProcessMeters(meters);
    private final Identities identities;
    private final NodeStore store;
    private final SecretBytes adminToken;
    private final Path routes;

    private Links links;
    private RouteBeans beans;
    private volatile RunningRoutes running;

    private Node(NodeConfig config, Path routes, NodeClock clock, Transport transport) throws IOException {
        this.config = config;
        this.routes = routes;
        this.clock = clock;
        this.transport = transport;
        Vocabulary.announce(events);
        this.identities = Identities.read(config);
        this.store = SqliteStore.open(config.data(), clock, events);
        this.adminToken = AdminToken.make(config.data(), new SecureRandom());
    }

    /**
     * Starts a node; returns when its ports are open and its routes run.
     *
     * @param routes directory with the route files
     * @throws StoreFailure when the store can not be opened
     * @throws org.qkdmesh.transport.CannotListen when a port is taken
     */
    public static Node start(NodeConfig config, Path routes) throws Exception {
        return start(config, routes, NodeClock.system(), new Servers(config));
    }

    /**
     * Starts a node in a world of the caller's.
     *
     * @param transport its ways in and out, opened and closed by the node
     */
    public static Node start(NodeConfig config, Path routes, NodeClock clock, Transport transport) throws Exception {
        Node node = new Node(config, routes, clock, transport);
        try {
            node.startRoutes();
            return node;
        } catch (Exception e) {
            node.close();
            throw e;
        }
    }

    private void startRoutes() throws Exception {
        running = readRoutes();
        running.start();
    }

    private RunningRoutes readRoutes() {
        return new RunningRoutes(BeanNames.of(config.id().text()), routes, this::wire, this::addRoutesOfThisNode);
    }

    /**
     * Reads the route files again and has what they say now take over, without a gap: what runs goes on as it began, what
     * comes from now on goes the new way. Takes as long as what runs needs to end.
     *
     * @throws Exception when the files can not be used; the routes that ran go on then
     */
    public synchronized void replaceRoutes() throws Exception {
        RunningRoutes before = running;
        RunningRoutes next = readRoutes();
        try {
            next.startToBeCalled();
            take(next);
            before.pause();
            next.startToAct();
        } catch (Exception e) {
            take(before);
            before.resume();
            end(next);
            throw e;
        }
        end(before);
    }

    private void take(RunningRoutes next) {
        transport.serve(next.context());
        running = next;
    }

    private void end(RunningRoutes old) throws InterruptedException {
        long deadline = clock.monotonicMillis() + REQUEST_MILLIS;
        while (transport.isServing(old.context()) && clock.monotonicMillis() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        old.stop();
    }

    private void wire(CamelContext context) {
        RouteMeters.install(context, meters);
        try {
            transport.open(context, identities, adminToken, events);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the ports could not be opened", e);
        }
        if (beans == null) {
            beans = build();
        }
        context.getRegistry().bind("circuitBreakers", CircuitBreakerRegistry.ofDefaults());
        beans.bind(context.getRegistry());
    }

    /** Everything that the routes call, with what it needs. */
    private RouteBeans build() {
        NodeId self = config.id();
        UUID epoch = UUID.randomUUID();
        SecureRandom random = new SecureRandom();
        Set<SaeId> saes = config.saes().stream().map(NodeConfig.Sae::id).collect(Collectors.toSet());
        Extension extension = new Extension(config.relay().enterpriseNumber());
        KeyLimits keyLimits = keyLimits(config.keys());
        RelayLimits limits = new RelayLimits(
                config.relay().deadline().toMillis(),
                config.relay().slots(),
                config.keys().maxCount(),
                config.keyLife().toSeconds(),
                MAX_NOTICES_PER_NODE,
                MAX_TOMBSTONES_PER_NODE);
        PathPlanner shortestPath = new RememberedPaths(new ShortestPath());

        Supplier<ProducerTemplate> producer = () -> running.producer();
        Signals signals = new Signals(producer);
        links = Links.of(config, epoch, producer, signals, clock, events);
        JwsSigner signer = new JwsSigner(identities.own());
        JwsVerifier verifier = new JwsVerifier(identities.authorities(), clock);
        Discovery discovery = new Discovery(
                new DiscoverySettings(
                        self,
                        config.neighbours().stream()
                                .map(NodeConfig.Neighbour::id)
                                .toList(),
                        List.copyOf(saes),
                        config.directory()),
                clock,
                store,
                signer,
                verifier,
                events,
                this::stock,
                UUID::randomUUID);
        signals.tell(discovery);

        ExtKeyCodec codec = new ExtKeyCodec(extension);
        Ingress ingress = new Ingress(store, limits, random, signals, events, codec);
        RelayKeys relayKeys =
                new RelayKeys(self, ingress, links.neighbours(), discovery::topology, limits, clock, signals);
        Egress egress = new Egress(store, limits, saes, config.pairs(), discovery::topology);
        Receiver receiver = new Receiver(self, links.neighbours(), egress, limits, clock, signals, events, codec);
        Notices notices = new Notices(self, store, discovery::topology, shortestPath, signer, verifier, limits, events);
        Outbox outbox = new Outbox(self, store, discovery::topology, shortestPath, signer, verifier, clock);
        HousekeepingProcessors housekeeping =
                new HousekeepingProcessors(store, ingress, links.neighbours(), discovery, events);
        NodeMeters nodeMeters =
                new NodeMeters(meters, () -> links.neighbours().all(), discovery, housekeeping, identities, clock, () ->
                        (double) config.data().toFile().getUsableSpace());
        NeighbourEndpoints endpoints = new NeighbourEndpoints(links.neighbourUrls());
        PairStatus pairStatus = new PairStatus(self, keyLimits, discovery::topology, this::stock, store);
        Drain drain = new Drain(discovery::offerTransit);
        Health health = health(discovery, drain);
        LinksView linksView = new LinksView(self, links.neighbours(), discovery);
        Asked.Reader asked = new Asked.Reader(self, saes, config.pairs(), discovery::topology);
        return new RouteBeans(
                new SaeProcessors(
                        self,
                        new SaeRules(self, saes, config.pairs(), discovery::topology),
                        pairStatus,
                        new LocalKeys(self, store, limits, random),
                        new FetchKeys(self, store, discovery::mayServe, limits, random, signals),
                        keyLimits,
                        identities.saePins(),
                        events),
                new RelayProcessors(relayKeys, links.neighbours(), clock, events),
                new TransitProcessors(receiver, clock),
                new HopProcessors(clock),
                new PeerProcessors(identities.neighbourPins(), events),
                new NeighbourProcessors(endpoints),
                new NoticeProcessors(notices, outbox),
                new VersionProcessors(
                        new VersionCodec.Peer(self, epoch), new VersionCodec(extension), links.neighbours(), events),
                new LinkKeyProcessors(self, links.neighbours(), links.fetchers(), links.claimers(), signals),
                new KmeProcessors(links.kmeUrls()),
                new DiscoveryProcessors(discovery),
                housekeeping,
                new ManagementProcessors(health, nodeMeters::scrape, discovery, events),
                new ViewProcessors(
                        new StatusView(
                                self,
                                saes,
                                config.pairs(),
                                discovery::topology,
                                pairStatus,
                                linksView,
                                health,
                                drain,
                                clock),
                        linksView,
                        new PathsView(self, discovery::topology, this::stock),
                        new KeysView(self, store),
                        asked),
                new TraceProcessors(self, asked, ingress, store, clock, keyLimits.defaultSizeBits()),
                new DrainProcessors(drain, store));
    }

    private static KeyLimits keyLimits(KeySettings keys) {
        return new KeyLimits(
                keys.minSizeBits(), keys.maxSizeBits(), keys.defaultSizeBits(), keys.maxPerRequest(), keys.maxCount());
    }

    private long stock(NodeId neighbour) {
        return links.neighbours().link(neighbour).orElseThrow().availableBytes();
    }

    private Health health(Discovery discovery, Drain drain) {
        long start = clock.monotonicMillis();
        List<Health.Check> checks = new ArrayList<>();
        checks.add(new Health.Check("store", true, this::storeTrouble));
        checks.add(new Health.Check(
                "network",
                true,
                () -> discovery.topology().compared() || clock.monotonicMillis() - start > LONELY_MILLIS
                        ? Optional.empty()
                        : Optional.of("no neighbour has told yet what it knows of the network")));
        checks.add(new Health.Check(
                "service",
                true,
                () -> drain.isDraining()
                        ? Optional.of("the node is being drained: it gives no new keys until undrain or a restart")
                        : Optional.empty()));
        for (NeighbourState neighbour : discovery.neighbours()) {
            checks.add(new Health.Check(
                    "link to " + neighbour.id(), false, () -> linkTrouble(discovery, neighbour.id(), start)));
        }
        for (LinkKeys link : links.neighbours().all()) {
            checks.add(new Health.Check(
                    "stock for " + link.neighbour(),
                    false,
                    () -> link.availableBytes() > 0 ? Optional.empty() : Optional.of("there are no link keys")));
        }
        links.fetchers()
                .forEach((kme, fetcher) -> checks.add(new Health.Check(
                        "KME " + kme,
                        false,
                        () -> fetcher.isWell()
                                ? Optional.empty()
                                : Optional.of("it gave no keys when it was last asked"))));
        return new Health(config.id().text(), checks);
    }

    private Optional<String> linkTrouble(Discovery discovery, NodeId id, long start) {
        return discovery.neighbours().stream()
                .filter(neighbour -> neighbour.id().equals(id) && !neighbour.up())
                .findFirst()
                .map(neighbour -> neighbour.silentMillis().isPresent()
                        ? "no answer for "
                                + Amounts.seconds(neighbour.silentMillis().getAsLong() / 1000)
                        : "no answer since the start of this node, "
                                + Amounts.seconds((clock.monotonicMillis() - start) / 1000) + " ago");
    }

    private Optional<String> storeTrouble() {
        try {
            store.transact(tx -> tx.countRecords());
            return Optional.empty();
        } catch (StoreFailure e) {
            return Optional.of(e.getMessage());
        }
    }

    private void addRoutesOfThisNode(CamelContext context) {
        addHopRoutes(context);
        addLinkRoutes(context);
    }

    /** A route for each neighbour, with a circuit breaker of its own, from the template in the route files. */
    private void addHopRoutes(CamelContext context) {
        links.neighbourUrls().forEach((neighbour, url) -> fromTemplate(
                        context, NodeRoutes.NEIGHBOUR_TEMPLATE, BeanNames.of(neighbour.text()))
                .parameter("node", BeanNames.of(neighbour.text()))
                .parameter("url", url.toString())
                .parameter("tls", BeanNames.tls(neighbour.text()))
                .add());
    }

    /** Two routes for each own KME, from the templates in the route files. */
    private void addLinkRoutes(CamelContext context) {
        for (String kme : links.fetchers().keySet()) {
            for (String template : NodeRoutes.KME_TEMPLATES) {
                fromTemplate(context, template, kme).parameter("kme", kme).add();
            }
        }
    }

    private static TemplatedRouteBuilder fromTemplate(CamelContext context, String template, String owner) {
        String id = template + "-" + owner;
        return TemplatedRouteBuilder.builder(context, template).routeId(id).prefixId(id + "-");
    }

    public CamelContext camelContext() {
        return running.context();
    }

    /** Ends the routes, then lets everything else go; keys in memory are erased. */
    @Override
    public void close() {
        if (running != null) {
            running.stop();
        }
        transport.close();
        if (links != null) {
            links.neighbours().all().forEach(LinkKeys::close);
        }
        store.close();
        adminToken.close();
        processMeters.close();
        meters.close();
    }
}
