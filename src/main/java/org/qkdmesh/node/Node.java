package org.qkdmesh.node;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.qkdmesh.audit.AuditLog;
import org.qkdmesh.audit.AuditedEvents;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.NodeConfigChanges;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.node.processors.BeanNames;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.ops.Conduct;
import org.qkdmesh.ops.MeteredEvents;
import org.qkdmesh.ops.ProcessMeters;
import org.qkdmesh.ops.RefusalAlarms;
import org.qkdmesh.routefiles.RouteMistakes;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.store.StoreFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running trusted node: built from its configuration by {@link #start}, ended by {@link #close}. */
public final class Node implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** No request takes longer. */
    private static final long REQUEST_MILLIS = 10_000;

    /** So long callers are still told that the node ends, when nothing runs any more. */
    private static final long MANNERS_MILLIS = 1_000;

    /** How many audit events may wait for a disk that does not take them; some tens of megabytes. */
    private static final int MOST_AUDIT_EVENTS = 100_000;

    private final NodeClock clock;
    private final Transport transport;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ProcessMeters processMeters = new ProcessMeters(meters);
    private final MeteredEvents metered = new MeteredEvents(meters);
    private final AuditedEvents events = new AuditedEvents(metered);
    private final Conduct conduct;
    private final EventLog watched;
    private final SqliteStore disk;
    private final NodeStore store;
    private final Optional<AuditLog> audit;
    private final SecretBytes adminToken;
    private final Path routes;

    private final ConfigSource source;

    private volatile Settings now;
    private Core core;
    private Links links;
    private RouteBeans beans;
    private volatile RunningRoutes running;
    private Thread ending;

    private Node(
            NodeConfig config,
            ConfigSource source,
            Path routes,
            NodeClock clock,
            Transport transport,
            UnaryOperator<NodeStore> before)
            throws IOException {
        this.source = source;
        this.routes = routes;
        this.clock = clock;
        this.conduct = new Conduct(events, Vocabulary.PEER_METHODS, clock);
        this.watched = new RefusalAlarms(conduct, clock);
        this.transport = transport;
        Vocabulary.announce(metered);
        metered.expectCallers(callers(config));
        LimitMeters.gauge(meters, "connections", transport::connectionsUsed);
        this.now = Settings.of(config, Identities.read(config), clock);
        if (config.audit().enabled()) {
            AuditLog.requireOwnerOnly(config.audit().directory());
        }
        this.disk = SqliteStore.open(config.data(), config.id(), clock, events);
        this.store = before.apply(disk);
        this.audit = openAudit(config);
        this.adminToken = AdminToken.make(config.data(), new SecureRandom());
    }

    private Optional<AuditLog> openAudit(NodeConfig config) {
        NodeConfig.Audit settings = config.audit();
        if (!settings.enabled()) {
            return Optional.empty();
        }
        AuditLog log = new AuditLog(
                config.id(),
                new AuditLog.Keeping(settings.directory(), (long) settings.fileMebibytes() << 20, settings.files()),
                store,
                disk::lostAuditEvents,
                (type, payload) -> now.signer().sign(type, payload),
                () -> now.identities().authorities(),
                clock,
                events);
        disk.keepAudit(
                MOST_AUDIT_EVENTS, settings.required(), () -> log.trouble().isPresent());
        events.tell(AuditEvent.of(AuditEvent.What.STARTED).with("certificate", ownCertificate()));
        // It has to know how far its files are before anything happens.
        log.export();
        FunctionCounter.builder("qkd.audit.lost", log, AuditLog::lost)
                .description("Events that are missing in the audit log, since too many waited to be written")
                .baseUnit("events")
                .register(meters);
        return Optional.of(log);
    }

    /** Whose refusals are counted by name. */
    private static Set<String> callers(NodeConfig config) {
        return Stream.concat(
                        config.saes().stream().map(sae -> sae.id().text()),
                        config.neighbours().stream()
                                .map(neighbour -> neighbour.id().text()))
                .collect(Collectors.toSet());
    }

    /** The fingerprint of what this node shows and signs with. */
    private String ownCertificate() {
        return CertificateIdentity.fingerprint(now.identities().own().certificate());
    }

    /**
     * Starts a node; returns when its ports are open and its routes run.
     *
     * @param routes directory with the route files
     * @throws StoreFailure when the store can not be opened, or others could get at the audit log
     * @throws org.qkdmesh.transport.CannotListen when a port is taken
     */
    public static Node start(NodeConfig config, Path routes) throws Exception {
        return start(config, routes, NodeClock.system(), new Servers(config));
    }

    /**
     * Starts a node whose configuration can be read again while it runs.
     *
     * @param source where {@code config} was read
     */
    public static Node start(NodeConfig config, ConfigSource source, Path routes, NodeClock clock) throws Exception {
        return start(config, source, routes, clock, UnaryOperator.identity());
    }

    /**
     * Starts a node in a world of the caller's.
     *
     * @param transport its ways in and out, opened and closed by the node
     */
    public static Node start(NodeConfig config, Path routes, NodeClock clock, Transport transport) throws Exception {
        return start(config, ConfigSource.NONE, routes, clock, transport, UnaryOperator.identity());
    }

    /**
     * Starts a node on a store that somebody stands in front of.
     *
     * @param before is given the node's store, and gives what the node is to use in its place
     */
    public static Node start(
            NodeConfig config, ConfigSource source, Path routes, NodeClock clock, UnaryOperator<NodeStore> before)
            throws Exception {
        return start(config, source, routes, clock, new Servers(config), before);
    }

    private static Node start(
            NodeConfig config,
            ConfigSource source,
            Path routes,
            NodeClock clock,
            Transport transport,
            UnaryOperator<NodeStore> before)
            throws Exception {
        Node node = new Node(config, source, routes, clock, transport, before);
        try {
            long start = clock.monotonicMillis();
            node.startRoutes();
            node.sayStarted(clock.monotonicMillis() - start);
            return node;
        } catch (Exception e) {
            try {
                node.close();
            } catch (RuntimeException whileClosing) {
                e.addSuppressed(whileClosing);
            }
            throw e;
        }
    }

    private void sayStarted(long millis) {
        NodeConfig config = now.config();
        LOG.info(
                "node {}: SAEs and neighbours at {}, management at {}, keys in {}",
                config.id(),
                config.listen(),
                config.management(),
                config.data());
        LOG.info(
                "SAEs attached here: {}",
                config.saes().stream().map(NodeConfig.Sae::id).toList());
        for (NodeConfig.Neighbour neighbour : config.neighbours()) {
            LOG.info(
                    "neighbour {} at {}, KME pairs {}",
                    neighbour.id(),
                    neighbour.url(),
                    neighbour.kmes().stream().map(NodeConfig.Kme::pair).toList());
        }
        LOG.info(
                "started in {} s, with {} routes",
                millis / 1000.0,
                camelContext().getRoutesSize());
    }

    private void startRoutes() throws Exception {
        running = readRoutes();
        running.start();
    }

    private RunningRoutes readRoutes() {
        return new RunningRoutes(BeanNames.of(now.config().id().text()), routes, this::wire, this::addRoutesOfThisNode);
    }

    /**
     * Reads the route files again and has what they say now take over, without a gap: what runs goes on as it began and
     * ends by itself, what comes from now on goes the new way.
     *
     * @param changed which files are other ones than before, for the audit log
     * @throws Exception when the files can not be used; the routes that ran go on then
     */
    public synchronized void replaceRoutes(String changed) throws Exception {
        endLater(switchRoutes(() -> {}));
        tellReloaded("routes changed: " + changed);
    }

    /**
     * @param meanwhile done when the new routes are called already and neither the old nor the new ones act by themselves
     * @return the routes that ran, which have to be ended
     */
    private RunningRoutes switchRoutes(Runnable meanwhile) throws Exception {
        RunningRoutes before = running;
        RunningRoutes next = readRoutes();
        try {
            next.startToBeCalled();
            take(next);
            before.pause();
            meanwhile.run();
            next.startToAct();
            return before;
        } catch (Exception e) {
            take(before);
            before.resume();
            end(next);
            RouteMeters.keepThoseOf(running.context(), meters);
            throw e;
        }
    }

    /** Reads the configuration again and goes by it. */
    private synchronized List<String> reload() throws Exception {
        NodeConfig next = source.readAgain(now.config());
        RouteMistakes.throwIfAny(NodeRoutes.check(routes));
        return reload(next);
    }

    /**
     * Goes by another configuration from now on, without a gap: SAEs, pairs, pins, neighbours and KMEs as they are there,
     * certificates and keys read again from their files. Returns when the new one holds; what began before ends as it
     * began, after that. If it can not be done, nothing has changed.
     *
     * @return what has changed, a line each
     * @throws IllegalArgumentException when something differs that only a restart can change
     */
    public synchronized List<String> reload(NodeConfig config) throws Exception {
        List<String> fixed = NodeConfigChanges.needingRestart(now.config(), config);
        if (!fixed.isEmpty()) {
            throw new IllegalArgumentException(String.join(", ", fixed) + ": this needs a restart");
        }
        Settings settingsBefore = now;
        Links linksBefore = links;
        RouteBeans beansBefore = beans;
        Settings settings = Settings.of(config, Identities.read(config), clock);
        Links linksThen = core.links(config);
        try {
            core.add(linksThen);
            now = settings;
            links = linksThen;
            beans = core.beans(settings, linksThen, this::reload);
            // No new path leads over a link that is going; none leads yet over one that comes.
            core.configure(settings.discoveryWith(settingsBefore.neighbours()));
            transport.use(settings.identities());
            endLater(switchRoutes(() -> core.configure(settings.discovery())));
        } catch (Exception e) {
            now = settingsBefore;
            links = linksBefore;
            beans = beansBefore;
            core.configure(settingsBefore.discovery());
            core.keep(linksBefore);
            transport.use(settingsBefore.identities());
            throw e;
        }
        metered.expectCallers(callers(config));
        List<String> told = NodeConfigChanges.told(settingsBefore.config(), config);
        String changes = told.isEmpty() ? "nothing but certificates" : String.join(", ", told);
        events.noted("reloaded", changes);
        tellReloaded(changes);
        return told;
    }

    private void tellReloaded(String changes) {
        events.tell(
                AuditEvent.of(AuditEvent.What.RELOADED).with("changes", changes).with("certificate", ownCertificate()));
    }

    /** What runs in them, such as the request that asked for others, needs its time. */
    private void endLater(RunningRoutes old) {
        Thread before = ending;
        ending = new Thread(
                () -> {
                    try {
                        if (before != null) {
                            before.join();
                        }
                        end(old);
                        forgetWhatIsGone();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "end-of-routes");
        ending.start();
    }

    private synchronized void forgetWhatIsGone() {
        core.keep(links);
        RouteMeters.keepThoseOf(running.context(), meters);
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
            transport.open(context, now.identities(), adminToken, watched);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the ports could not be opened", e);
        }
        if (core == null) {
            core = new Core(
                    now.config(),
                    () -> now,
                    clock,
                    disk,
                    store,
                    audit,
                    watched,
                    conduct,
                    meters,
                    () -> running.producer());
            links = core.links(now.config());
            beans = core.beans(now, links, this::reload);
        }
        context.getRegistry().bind("circuitBreakers", CircuitBreakerRegistry.ofDefaults());
        context.getRegistry().bind(RelayThreads.NAME, RelayThreads.of(context));
        beans.bind(context.getRegistry());
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

    /**
     * Takes no new requests, and returns when those that run are answered, or after ten seconds. Meanwhile others plan
     * around this node, and it calls itself not ready. To be called before {@link #close} where callers are served.
     */
    public void leave() throws InterruptedException {
        long deadline = clock.monotonicMillis() + REQUEST_MILLIS;
        long mannersEnd = clock.monotonicMillis() + MANNERS_MILLIS;
        core.leave();
        transport.leave();
        while (clock.monotonicMillis() < deadline
                && (transport.isServing(camelContext())
                        || clock.monotonicMillis() < mannersEnd && transport.isBusy())) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Ends the routes, then lets everything else go; keys in memory are erased. */
    @Override
    public void close() {
        awaitEnding();
        if (running != null) {
            running.stop();
        }
        transport.close();
        if (core != null) {
            core.close();
        }
        audit.ifPresent(AuditLog::close);
        store.close();
        adminToken.close();
        processMeters.close();
        meters.close();
    }

    private void awaitEnding() {
        try {
            if (ending != null) {
                ending.join(2 * REQUEST_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
