package org.qkdmesh.node;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.ProducerTemplate;
import org.qkdmesh.audit.AuditLog;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.crypto.HybridAgreement;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.DiscoverySettings;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.node.management.Asked;
import org.qkdmesh.node.management.Drain;
import org.qkdmesh.node.management.KeysView;
import org.qkdmesh.node.management.LinksView;
import org.qkdmesh.node.management.PathsView;
import org.qkdmesh.node.management.StatusView;
import org.qkdmesh.node.management.UsageView;
import org.qkdmesh.node.processors.AuditProcessors;
import org.qkdmesh.node.processors.DiscoveryProcessors;
import org.qkdmesh.node.processors.DrainProcessors;
import org.qkdmesh.node.processors.GrantProcessors;
import org.qkdmesh.node.processors.HopProcessors;
import org.qkdmesh.node.processors.HousekeepingProcessors;
import org.qkdmesh.node.processors.KeyOrders;
import org.qkdmesh.node.processors.KmeProcessors;
import org.qkdmesh.node.processors.LinkKeyProcessors;
import org.qkdmesh.node.processors.LogProcessors;
import org.qkdmesh.node.processors.ManagementProcessors;
import org.qkdmesh.node.processors.NeighbourEndpoints;
import org.qkdmesh.node.processors.NeighbourProcessors;
import org.qkdmesh.node.processors.NoticeProcessors;
import org.qkdmesh.node.processors.OwnFlowProcessors;
import org.qkdmesh.node.processors.PeerProcessors;
import org.qkdmesh.node.processors.RelayProcessors;
import org.qkdmesh.node.processors.ReloadProcessors;
import org.qkdmesh.node.processors.SaeProcessors;
import org.qkdmesh.node.processors.SealProcessors;
import org.qkdmesh.node.processors.StoreProcessors;
import org.qkdmesh.node.processors.TraceProcessors;
import org.qkdmesh.node.processors.TransitProcessors;
import org.qkdmesh.node.processors.VersionProcessors;
import org.qkdmesh.node.processors.ViewProcessors;
import org.qkdmesh.node.processors.ZeroiseProcessors;
import org.qkdmesh.ops.Conduct;
import org.qkdmesh.ops.Health;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.relay.Courier;
import org.qkdmesh.relay.Egress;
import org.qkdmesh.relay.Ingress;
import org.qkdmesh.relay.Notices;
import org.qkdmesh.relay.Outbox;
import org.qkdmesh.relay.Receiver;
import org.qkdmesh.relay.RelayKeys;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.relay.SealLetters;
import org.qkdmesh.relay.Sealing;
import org.qkdmesh.relay.Zeroise;
import org.qkdmesh.routing.EdgeStandings;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.RememberedPaths;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.sae.FetchKeys;
import org.qkdmesh.sae.KeyRates;
import org.qkdmesh.sae.LocalKeys;
import org.qkdmesh.sae.PairLimits;
import org.qkdmesh.sae.PairRefusals;
import org.qkdmesh.sae.PairStatus;
import org.qkdmesh.sae.SaeRules;
import org.qkdmesh.seal.IncomingSeals;
import org.qkdmesh.seal.OutgoingSeals;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.store.StoreFailure;

/** What lives as long as a node, whatever its configuration becomes, and the steps of routes that are made of it. */
final class Core {

    private final NodeId self;
    private final NodeClock clock;
    private final SqliteStore disk;
    private final NodeStore store;
    private final Optional<AuditLog> audit;
    private final EventLog events;
    private final Conduct conduct;
    private final Supplier<ProducerTemplate> producer;
    private volatile UUID epoch = UUID.randomUUID();
    private final SecureRandom random = new SecureRandom();
    private final Extension extension;
    private final KeyLimits keyLimits;
    private final RelayLimits limits;
    private final Signals signals;
    private final Neighbours neighbours = new Neighbours(Map.of());
    private final Discovery discovery;
    private final EdgeStandings standings;
    private final Ingress ingress;
    private final RelayKeys relayKeys;
    private final Receiver receiver;
    private final Notices notices;
    private final Outbox outbox;
    private final Sealing sealing;
    private final SealLetters sealLetters;
    private final Zeroise zeroise;
    private final HousekeepingProcessors housekeeping;
    private final NodeMeters nodeMeters;
    private final Drain drain;
    private final KeyRates keyRates;
    private final PairRefusals pairRefusals;
    private final long startedAt;

    /**
     * @param config what of it can not change is read here
     * @param now what the node goes by at the moment
     * @param disk what an operator looks after
     * @param store the same, for everything else; somebody may stand in front of it
     * @param audit empty when none is kept
     * @param producer into the routes that run now
     */
    Core(
            NodeConfig config,
            Supplier<Settings> now,
            NodeClock clock,
            SqliteStore disk,
            NodeStore store,
            Optional<AuditLog> audit,
            EventLog events,
            Conduct conduct,
            PrometheusMeterRegistry meters,
            Supplier<ProducerTemplate> producer) {
        this.self = config.id();
        this.clock = clock;
        this.disk = disk;
        this.store = store;
        this.audit = audit;
        this.events = events;
        this.conduct = conduct;
        this.producer = producer;
        this.startedAt = clock.monotonicMillis();
        extension = new Extension(config.relay().enterpriseNumber());
        keyLimits = keyLimits(config.keys());
        limits = new RelayLimits(
                config.relay().deadline().toMillis(),
                config.relay().slots(),
                config.keys().maxCount(),
                config.keyTimes().life().toSeconds(),
                config.keyTimes().fetchWindow().toMillis(),
                config.keyTimes().redeliveryWindow().toMillis(),
                config.limits().noticesPerNode(),
                config.limits().tombstonesPerNode(),
                config.limits().relayResults());
        PathPlanner shortestPath = new RememberedPaths(new ShortestPath());
        signals = new Signals(producer);
        keep(links(config));
        NodeSigner signer = (type, payload) -> now.get().signer().sign(type, payload);
        NodeVerifier verifier = new NodeVerifier() {
            @Override
            public Signed verify(String type, String statement) {
                return now.get().verifier().verify(type, statement);
            }

            @Override
            public byte[] unverified(String statement) {
                return now.get().verifier().unverified(statement);
            }
        };
        discovery = new Discovery(
                now.get().discovery(), clock, store, signer, verifier, events, this::stock, UUID::randomUUID);
        signals.tell(discovery);
        ExtKeyCodec codec = new ExtKeyCodec(extension);
        Function<SaePair, Optional<PairPolicy>> policy =
                pair -> now.get().config().pairs().of(pair);
        KeyAgreement agreement = new HybridAgreement(random);
        sealing = new Sealing(
                pair -> now.get().config().pairs().seal(pair),
                new OutgoingSeals(self, agreement, signer, verifier, clock, random, signals::sealWanted),
                new IncomingSeals(self, agreement, signer, clock));
        standings = new EdgeStandings(clock, events);
        Courier courier = new Courier(self, discovery::topology, shortestPath, standings);
        sealLetters = new SealLetters(self, sealing.outgoing(), sealing.incoming(), verifier, courier, events);
        ingress = new Ingress(self, store, limits, policy, random, () -> epoch, signals, events, codec);
        relayKeys = new RelayKeys(
                self, ingress, neighbours, discovery::topology, limits, clock, signals, sealing, policy, standings);
        Egress egress = new Egress(
                store,
                limits,
                sae -> now.get().saes().contains(sae),
                policy,
                discovery::topology,
                sealing,
                () -> epoch,
                events);
        receiver = new Receiver(self, neighbours, egress, limits, clock, signals, events, codec);
        notices = new Notices(self, store, courier, signer, verifier, limits, events);
        outbox = new Outbox(self, store, courier, signer, verifier, clock);
        zeroise = new Zeroise(self, store, neighbours, ingress, limits, random, signals, sealing);
        keyRates = new KeyRates(clock, this::givenToday);
        pairRefusals = new PairRefusals(store);
        housekeeping = new HousekeepingProcessors(store, ingress, neighbours, discovery, sealing, pairRefusals, events);
        nodeMeters = new NodeMeters(
                meters,
                neighbours::all,
                discovery,
                housekeeping,
                standings,
                () -> now.get().identities(),
                clock,
                () -> (double) config.data().toFile().getUsableSpace(),
                this::breakers);
        new LimitMeters(config, housekeeping, receiver, neighbours, discovery).register(meters);
        drain = new Drain(discovery::offerTransit);
    }

    /** The links of a configuration; those that run already go on with what they have. */
    Links links(NodeConfig config) {
        return Links.of(config, neighbours::link, epoch, producer, signals, clock, events);
    }

    /** Takes in what is new among these links; what is not among them stays as well. */
    synchronized void add(Links links) {
        // All keys may have been destroyed since these were built.
        links.link().values().stream()
                .filter(link -> !link.ownEpoch().equals(epoch))
                .forEach(link -> link.renew(epoch));
        Map<NodeId, LinkKeys> all = new LinkedHashMap<>();
        neighbours.all().forEach(link -> all.put(link.neighbour(), link));
        all.putAll(links.link());
        neighbours.replace(all);
        signals.know(links);
    }

    /** Keeps these links only; the keys of others are erased. */
    synchronized void keep(Links links) {
        List<LinkKeys> before = List.copyOf(neighbours.all());
        neighbours.replace(links.link());
        signals.know(links);
        links.use();
        before.stream().filter(link -> !neighbours.all().contains(link)).forEach(LinkKeys::close);
    }

    void configure(DiscoverySettings settings) {
        discovery.configure(settings);
    }

    /** Others plan around this node from now on, and it gives no new keys. */
    void leave() {
        drain.leave();
    }

    void close() {
        saveRefusals();
        neighbours.all().forEach(LinkKeys::close);
        sealing.clear();
    }

    /**
     * Destroys all keys and takes the node out of service; it goes on as after a start, and is back in service when the
     * operator says so.
     */
    private synchronized Zeroise.Destroyed zeroise() {
        drain.begin();
        UUID next = UUID.randomUUID();
        Zeroise.Destroyed destroyed = zeroise.run(next, () -> epoch = next);
        events.alarm(
                "zeroised",
                "on the word of the operator all keys of this node were destroyed: " + destroyed.waitingKeys()
                        + " that waited for slaves or for the rest of their shares, " + destroyed.undecidedKeys()
                        + " on their way, "
                        + 8 * destroyed.linkKeyBytes() + " bits of link keys, and its key-encryption key");
        return destroyed;
    }

    /** Everything that the routes call, as these settings have it. */
    RouteBeans beans(Settings settings, Links links, ReloadProcessors.Reload reload) {
        NodeConfig config = settings.config();
        Set<SaeId> saes = settings.saes();
        NeighbourEndpoints endpoints = new NeighbourEndpoints(links.neighbourUrls());
        PairLimits pairLimits = new PairLimits(keyLimits, config.pairs());
        PairStatus pairStatus = new PairStatus(self, pairLimits, keyRates, discovery::topology, this::stock, store);
        Health health = new HealthChecks(
                        config.data(),
                        store,
                        audit,
                        config.audit().required(),
                        discovery,
                        drain,
                        links,
                        settings.identities(),
                        clock,
                        startedAt)
                .of(self);
        LinksView linksView = new LinksView(self, () -> epoch, neighbours, discovery);
        Asked.Reader asked = new Asked.Reader(self, saes, config.pairs(), discovery::topology);
        SaeRules rules = new SaeRules(self, saes, config.pairs(), discovery::topology);
        KeyOrders orders = new KeyOrders(self, rules, keyRates);
        return new RouteBeans(
                new SaeProcessors(
                        rules,
                        orders,
                        pairRefusals,
                        pairStatus,
                        new LocalKeys(self, store, limits, config.pairs()::of, random, () -> epoch),
                        new FetchKeys(self, store, discovery::mayServe, limits, random, signals, events),
                        pairLimits,
                        settings.identities().saePins(),
                        events),
                new OwnFlowProcessors(rules, pairLimits, orders),
                new RelayProcessors(relayKeys, sealing.outgoing(), clock, events),
                new TransitProcessors(receiver, clock),
                new HopProcessors(clock),
                new PeerProcessors(settings.identities().neighbourPins(), events, conduct),
                new NeighbourProcessors(endpoints),
                new NoticeProcessors(notices, outbox),
                new SealProcessors(sealLetters),
                new VersionProcessors(self, () -> epoch, new VersionCodec(extension), neighbours, clock, events),
                new LinkKeyProcessors(
                        self, neighbours, links.fetchers(), links.claimers(), signals, signals::grantWanted),
                new GrantProcessors(self, neighbours, signals),
                new KmeProcessors(links.kmeUrls()),
                new DiscoveryProcessors(discovery, neighbours),
                housekeeping,
                new AuditProcessors(audit),
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
                                clock,
                                startedAt),
                        linksView,
                        new PathsView(self, discovery::topology, standings, this::stock, config.pairs()),
                        new KeysView(self, store),
                        new UsageView(self, store, pairRefusals, clock),
                        asked),
                new TraceProcessors(self, asked, ingress, store, clock, keyLimits.defaultSizeBits()),
                new DrainProcessors(drain, store),
                new ReloadProcessors(reload),
                new ZeroiseProcessors(self, this::zeroise),
                new StoreProcessors(self, disk, events),
                new LogProcessors());
    }

    private long givenToday(SaePair pair) {
        try {
            return store.transact(tx -> tx.keysGivenToday(pair));
        } catch (StoreFailure e) {
            throw Refusal.unavailable("the key store of this node does not answer");
        }
    }

    private void saveRefusals() {
        try {
            pairRefusals.save();
        } catch (StoreFailure e) {
            // The last few refusals stay uncounted.
        }
    }

    private static KeyLimits keyLimits(KeySettings keys) {
        return new KeyLimits(
                keys.minSizeBits(),
                keys.maxSizeBits(),
                keys.defaultSizeBits(),
                keys.maxPerRequest(),
                keys.maxCount(),
                keys.maxSaeIds());
    }

    /** Those of the routes that run now. */
    private CircuitBreakerRegistry breakers() {
        return producer.get()
                .getCamelContext()
                .getRegistry()
                .lookupByNameAndType("circuitBreakers", CircuitBreakerRegistry.class);
    }

    private long stock(NodeId neighbour) {
        return neighbours.link(neighbour).orElseThrow().outgoing().availableBytes();
    }
}
