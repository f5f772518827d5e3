package org.qkdmesh.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.node.Node;
import org.qkdmesh.transport.Caller;
import org.qkdmesh.transport.ErrorBodies;
import org.qkdmesh.transport.InMemoryServer;

/**
 * A node whose routes are tested. It is the real one, with its store on disk; what it does not have is ports, time of its
 * own, and neighbours and KMEs that it could not be deceived by. Its neighbours are real nodes too, with the routes as
 * they are delivered.
 *
 * <pre>{@code
 * try (RouteTestNode node = RouteTestNode.withEdits(Path.of("routes")).start()) {
 *     Reply given = node.encKeys("sae-a", "sae-b");
 *     Reply fetched = node.decKeys("sae-b", "sae-a", given);
 *     assertEquals(given.keys(), fetched.keys());
 *     assertEquals(List.of("write-hop-message", "send-to-neighbour", "read-hop-answer"), node.stepsOf("next-hop"));
 * }
 * }</pre>
 *
 * <p>Unless the setup says otherwise the node is tn-1 with the SAE sae-a, and has one neighbour, tn-2 with sae-b. For one
 * thread.
 */
public final class RouteTestNode implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofMinutes(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Path folder;
    private final Quiet quiet = new Quiet();
    private final TestClock clock = new TestClock(quiet::await);
    private final Network network = new Network();
    private final Steps steps = new Steps();
    private final Map<String, InMemoryServer> servers = new LinkedHashMap<>();
    private final Map<String, Stub> neighbours = new LinkedHashMap<>();
    private final Map<String, Stub> kmes = new LinkedHashMap<>();
    private final Map<String, String> homes;
    private final List<Node> nodes = new ArrayList<>();
    private Node tested;

    RouteTestNode(Path folder, Map<String, String> homes) {
        this.folder = folder;
        this.homes = homes;
    }

    /** A node with exactly the routes of this directory. */
    public static RouteTestSetup with(Path routes) {
        return new RouteTestSetup(false, routes);
    }

    /** A node with the routes as they are delivered, and over them the files of this directory. */
    public static RouteTestSetup withEdits(Path routes) {
        return new RouteTestSetup(true, routes);
    }

    TestClock ownClock() {
        return clock;
    }

    void addKme(String key, String host, Stub kme) {
        kmes.put(key, kme);
        network.add(host, kme);
    }

    /** @param prepare what is to be done to the tested node before its routes are loaded; null for a neighbour */
    void startNode(NodeConfig config, Path routes, Consumer<CamelContext> prepare) throws Exception {
        String id = config.id().text();
        InMemoryServer server = new InMemoryServer(ErrorBodies.MESSAGE);
        servers.put(id, server);
        Stub stub = new Stub(
                id,
                call -> server.request(
                        caller(CertificateIdentity.Role.NODE, call.from()),
                        call.method(),
                        call.target(),
                        call.headers(),
                        call.body()));
        network.add(id, stub);
        neighbours.put(id, stub);
        Consumer<CamelContext> more = prepare == null
                ? context -> {}
                : context -> {
                    context.getCamelContextExtension().addInterceptStrategy(steps);
                    prepare.accept(context);
                };
        Node node = Node.start(
                config,
                routes,
                clock,
                new TestTransport(server, () -> new NetworkComponent(network, id), clock, quiet, more));
        nodes.add(node);
        if (prepare != null) {
            tested = node;
        }
    }

    private static Caller caller(CertificateIdentity.Role role, String id) {
        return new Caller(new CertificateIdentity(role, id), "", "TLSv1.3", "127.0.0.1");
    }

    /**
     * Lets time pass until all nodes know each other and can give keys.
     *
     * @throws AssertionError when that does not happen; it says what is missing
     */
    public RouteTestNode awaitReady() {
        long end = clock.monotonicMillis() + READY_WITHIN.toMillis();
        List<String> missing;
        do {
            clock.advance(LOOK_EVERY);
            missing = missing();
        } while (!missing.isEmpty() && clock.monotonicMillis() < end);
        if (!missing.isEmpty()) {
            throw new AssertionError("not ready after " + READY_WITHIN.toSeconds() + " s of the test's time: "
                    + String.join("; ", missing)
                    + ". Where that is what the test is about, use startAtOnce() in place of start()");
        }
        steps.forget();
        neighbours.values().forEach(Stub::forgetCalls);
        kmes.values().forEach(Stub::forgetCalls);
        return this;
    }

    private List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (String master : homes.keySet()) {
            for (String slave : homes.keySet()) {
                if (!homes.get(master).equals(homes.get(slave))) {
                    Reply status = status(master, slave);
                    if (status.status() != 200
                            || status.json().path("stored_key_count").asLong() == 0) {
                        missing.add(
                                master + " -> " + slave + " (status " + status.status() + ", " + status.body() + ")");
                    }
                }
            }
        }
        return missing;
    }

    /** Asks for one key of 256 bits, as the master. */
    public Reply encKeys(String master, String slave) {
        return encKeys(master, slave, 1, 256);
    }

    public Reply encKeys(String master, String slave, int number, int sizeBits) {
        return get(master, "/api/v1/keys/" + slave + "/enc_keys?number=" + number + "&size=" + sizeBits);
    }

    /** Fetches, as the slave, the keys that the master was given. */
    public Reply decKeys(String slave, String master, Reply given) {
        return decKeys(slave, master, given.keys().stream().map(Reply.Key::id).toArray(String[]::new));
    }

    public Reply decKeys(String slave, String master, String... keyIds) {
        String ids = List.of(keyIds).stream()
                .map(id -> "{\"key_ID\":\"" + id + "\"}")
                .collect(Collectors.joining(",", "{\"key_IDs\":[", "]}"));
        return call(slave, "POST", "/api/v1/keys/" + master + "/dec_keys", ids);
    }

    public Reply status(String master, String slave) {
        return get(master, "/api/v1/keys/" + slave + "/status");
    }

    /** Any other request of an SAE to its node. */
    public Reply get(String sae, String pathAndQuery) {
        return call(sae, "GET", pathAndQuery, "");
    }

    /**
     * Any request of an SAE to its node, or of a neighbour to the tested node. What it sets off in the background is done
     * when this returns.
     *
     * @param caller id of an SAE, or of a neighbour
     */
    public Reply call(String caller, String method, String pathAndQuery, String body) {
        boolean isNode = neighbours.containsKey(caller);
        String home = isNode ? testedId() : homes.get(caller);
        if (home == null) {
            throw new IllegalArgumentException(
                    "nobody is called " + caller + "; there are " + homes.keySet() + " and " + neighbours.keySet());
        }
        Reply reply = Reply.of(servers.get(home)
                .request(
                        caller(isNode ? CertificateIdentity.Role.NODE : CertificateIdentity.Role.SAE, caller),
                        method,
                        pathAndQuery,
                        Map.of(),
                        body.getBytes(StandardCharsets.UTF_8)));
        quiet.await();
        return reply;
    }

    /** A request to the management port of the tested node, for which no token is needed here. */
    public Reply manage(String method, String pathAndQuery) {
        return Reply.of(servers.get(testedId())
                .request(
                        new Caller(CertificateIdentity.NOBODY, "", "", "127.0.0.1"),
                        method,
                        pathAndQuery,
                        Map.of(),
                        new byte[0]));
    }

    private String testedId() {
        return servers.keySet().iterator().next();
    }

    /**
     * The steps of a route of the tested node that ran in the last request that came through it, in their order, and those
     * that ran again as often as they did. A request through several routes and its copies in a {@code split} are one;
     * what a timer sets off is one as well.
     *
     * @return ids as they are in the route file; empty when no request came through it
     * @throws IllegalArgumentException when there is no such route
     */
    public List<String> stepsOf(String route) {
        return steps.ofLast(route, false);
    }

    /** All steps of the last request that came through a route, in whatever route, as {@code route/step}. */
    public List<String> pathThrough(String route) {
        return steps.ofLast(route, true);
    }

    /** Has something else done in place of a step, until {@link #restoreSteps}; what it throws is the failure of the step. */
    public void replaceStep(String route, String step, Processor processor) {
        steps.replace(route, step, processor);
    }

    public void restoreSteps() {
        steps.restore();
    }

    /** The time, for all nodes and the timers in their routes. */
    public TestClock clock() {
        return clock;
    }

    /** A neighbour, or any other node, as the tested node finds it when it calls. */
    public Stub neighbour(String id) {
        return known(neighbours, id, "node");
    }

    /** The tested node's own KME of the link with a neighbour. */
    public Stub kme(String neighbour) {
        return kme(testedId(), neighbour);
    }

    /** The KME at a node of the link with another. */
    public Stub kme(String at, String neighbour) {
        return known(kmes, RouteTestSetup.kmeId(at, neighbour), "KME");
    }

    private static Stub known(Map<String, Stub> stubs, String id, String what) {
        Stub stub = stubs.get(id);
        if (stub == null) {
            throw new IllegalArgumentException("there is no " + what + " " + id + "; there are " + stubs.keySet());
        }
        return stub;
    }

    /** Any other server that the routes call, by its host name. */
    public Stub site(String host) {
        return network.site(host);
    }

    /** Camel's own view of the tested node, for whatever is not offered here: beans, mocks, templates. */
    public CamelContext camelContext() {
        return tested.camelContext();
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
        try {
            RouteFiles.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
