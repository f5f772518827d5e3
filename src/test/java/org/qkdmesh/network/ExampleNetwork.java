package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.qkdmesh.audit.AuditVerifier;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.KeyTimes;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.node.ConfigSource;
import org.qkdmesh.node.Node;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.SaePattern;
import org.qkdmesh.simulator.SimulatorProcess;
import org.qkdmesh.testing.FreePorts;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.TestClient;

/**
 * A line of four nodes, or whatever the links make of them, each with one SAE (sae-1 to sae-4, and
 * beside sae-1 a sae-1b, which is pinned to its certificate), on ports of the system's choice.
 */
final class ExampleNetwork implements AutoCloseable {

    /** In the line. */
    static final int NODES = 4;

    /**
     * A link between two nodes.
     *
     * @param bitsPerSecond come into being on each of its pairs, for both directions together
     * @param pairs of KMEs
     */
    record Link(int one, int other, long bitsPerSecond, int pairs, Combine combine) {

        private static final long PLENTY = 20_000_000;

        Link(int one, int other) {
            this(one, other, PLENTY);
        }

        Link(int one, int other, long bitsPerSecond) {
            this(one, other, bitsPerSecond, 1, Combine.ANY);
        }

        static Link ofTwoPairs(int one, int other) {
            return new Link(one, other, PLENTY, 2, Combine.ANY);
        }

        static Link ofTwoCombinedPairs(int one, int other) {
            return new Link(one, other, PLENTY, 2, Combine.XOR);
        }
    }

    private final List<Link> links;
    private final int last;
    private final TestCertificates certificates;
    private final Path folder;
    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, Integer> doors = new HashMap<>();
    private final Map<String, TestClient> clients = new ConcurrentHashMap<>();
    private final Map<Integer, ConfigSource> edited = new HashMap<>();
    private final Map<String, NodeConfig.Masters> masters = new HashMap<>();
    private final Map<Integer, KeyTimes> times = new HashMap<>();
    private final Map<Integer, NodeClock> clocks = new HashMap<>();
    private final Map<SaePair, PairPolicy> policies = new HashMap<>();
    private final Map<Integer, Node> nodes = new LinkedHashMap<>();
    private NodeConfig.Limits limits = NodeConfig.Limits.DEFAULT;
    private Path routes = Path.of("routes");
    private Path kmeRoutes = Path.of("routes", "simulator");
    private SimulatorProcess kmes;

    ExampleNetwork(Path folder) throws IOException {
        this(folder, new Link(1, 2), new Link(2, 3), new Link(3, 4));
    }

    ExampleNetwork(Path folder, Link... links) throws IOException {
        this.folder = folder;
        this.links = List.of(links);
        this.last = this.links.stream().mapToInt(Link::other).max().orElseThrow();
        this.certificates = new TestCertificates(folder.resolve("certs"));
        for (int i = 1; i <= last; i++) {
            certificates.node(node(i));
            certificates.sae(sae(i));
        }
        certificates.sae("sae-1b");
        for (Link link : links) {
            for (int pair = 1; pair <= link.pairs(); pair++) {
                certificates.kme(kme(link.one(), link.other(), pair));
                certificates.kme(kme(link.other(), link.one(), pair));
            }
        }
    }

    static String node(int number) {
        return "tn-" + number;
    }

    static String sae(int number) {
        return "sae-" + number;
    }

    private static String kme(int at, int towards) {
        return kme(at, towards, 1);
    }

    /** @param pair counted from 1 */
    static String kme(int at, int towards, int pair) {
        return "kme-" + at + "-" + towards + (pair == 1 ? "" : "-" + pair);
    }

    TestCertificates certificates() {
        return certificates;
    }

    /** Has the nodes read their routes in this directory. */
    ExampleNetwork withRoutes(Path directory) {
        routes = directory;
        return this;
    }

    /** Has the KMEs read their routes in this directory. */
    ExampleNetwork withKmeRoutes(Path directory) {
        kmeRoutes = directory;
        return this;
    }

    /** Says at one end of a link who fetches fresh keys of its pairs, from the next start or reload on. */
    ExampleNetwork withMasters(int at, int towards, NodeConfig.Masters who) {
        masters.put(kme(at, towards), who);
        return this;
    }

    /** How long keys are there at a node that is started from now on. */
    ExampleNetwork withTimes(int number, KeyTimes keyTimes) {
        times.put(number, keyTimes);
        return this;
    }

    /** What a pair may have at nodes that are started from now on. */
    ExampleNetwork withPolicy(String master, String slave, PairPolicy policy) {
        policies.put(new SaePair(new SaeId(master), new SaeId(slave)), policy);
        return this;
    }

    /** Has nodes that are started from now on bound connections of an SAE by so many. */
    ExampleNetwork withConnectionsPerSae(int most) {
        limits = new NodeConfig.Limits(
                limits.noticesPerNode(),
                limits.tombstonesPerNode(),
                limits.relayResults(),
                limits.nodes(),
                limits.directory(),
                limits.connections(),
                most,
                limits.requestsPerSae());
        return this;
    }

    /** The clock of a node that is started from now on. */
    ExampleNetwork withClock(int number, NodeClock clock) {
        clocks.put(number, clock);
        return this;
    }

    ExampleNetwork start() throws Exception {
        startKmes();
        for (int i = 1; i <= last; i++) {
            startNode(i);
        }
        return this;
    }

    void startKmes() throws Exception {
        List<SimulatorConfig.Pair> pairs = new ArrayList<>();
        for (Link link : links) {
            for (int pair = 1; pair <= link.pairs(); pair++) {
                pairs.add(new SimulatorConfig.Pair(
                        link.bitsPerSecond(),
                        link.bitsPerSecond(),
                        end(link.one(), kme(link.one(), link.other(), pair)),
                        end(link.other(), kme(link.other(), link.one(), pair))));
            }
        }
        SimulatorConfig config = new SimulatorConfig(
                new BindAddress("127.0.0.1", port("kme-management")),
                folder.resolve("kme-sim"),
                certificates.ca(),
                new KeySettings(64, 1024, 256, 50, 100_000),
                pairs);
        kmes = SimulatorProcess.run(config, kmeRoutes, EventLog.silent());
    }

    private SimulatorConfig.Kme end(int at, String id) {
        return new SimulatorConfig.Kme(
                new KmeId(id),
                new BindAddress("127.0.0.1", port(id)),
                certificates.certificate(id),
                certificates.key(id),
                new SaeId(node(at)));
    }

    void startNode(int number) throws Exception {
        startNode(number, routes);
    }

    void startNode(int number, Path itsRoutes) throws Exception {
        nodes.put(
                number,
                Node.start(
                        config(number),
                        running -> edited.get(number).readAgain(running),
                        itsRoutes,
                        clocks.getOrDefault(number, NodeClock.system())));
    }

    /** What a node finds when it reads its configuration again. */
    void edit(int number, ConfigSource source) {
        edited.put(number, source);
    }

    Node running(int number) {
        return nodes.get(number);
    }

    void stopNode(int number) {
        Node node = nodes.remove(number);
        if (node != null) {
            node.close();
        }
        // Their connections have ended; what they would say next is of no interest.
        clients.clear();
    }

    NodeConfig config(int number) {
        String id = node(number);
        List<NodeConfig.Sae> saes = new ArrayList<>();
        saes.add(new NodeConfig.Sae(new SaeId(sae(number)), Optional.empty()));
        if (number == 1) {
            saes.add(new NodeConfig.Sae(new SaeId("sae-1b"), Optional.of(certificates.certificate("sae-1b"))));
        }
        List<NodeConfig.Neighbour> neighbours = new ArrayList<>();
        for (Link link : links) {
            if (link.one() == number || link.other() == number) {
                int other = link.one() + link.other() - number;
                neighbours.add(new NodeConfig.Neighbour(
                        new NodeId(node(other)),
                        url(doors.getOrDefault(node(other), port(node(other)))),
                        Optional.empty(),
                        IntStream.rangeClosed(1, link.pairs())
                                .mapToObj(pair -> kme(number, other, pair, masters.get(kme(number, other))))
                                .toList(),
                        link.combine()));
            }
        }
        return new NodeConfig(
                new NodeId(id),
                new BindAddress("127.0.0.1", port(id)),
                Optional.empty(),
                new BindAddress("127.0.0.1", port(id + "-management")),
                new NodeConfig.Tls(certificates.certificate(id), certificates.key(id), certificates.ca()),
                folder.resolve(id),
                new KeySettings(64, 1024, 256, 128, 10_000, 3),
                times.getOrDefault(number, KeyTimes.ofLife(Duration.ofHours(1))),
                saes,
                allButOne(),
                neighbours,
                Map.of(),
                new NodeConfig.Relay(Duration.ofSeconds(5), 64, 32473),
                new NodeConfig.LinkKeys(16_384, 8_388_608, Duration.ofMinutes(10)),
                limits,
                NodeConfig.Audit.usual(folder.resolve(id)));
    }

    private NodeConfig.Kme kme(int at, int towards, int pair, NodeConfig.Masters who) {
        String id = kme(at, towards, pair);
        return new NodeConfig.Kme(
                new KmeId(id),
                new KmeId(kme(towards, at, pair)),
                url(doors.getOrDefault(id, port(id))),
                new SaeId(node(at)),
                new SaeId(node(towards)),
                Optional.empty(),
                Optional.empty(),
                who == null ? NodeConfig.Masters.BOTH : who);
    }

    /** Every pair, but that sae-3 may not be the master of sae-2. */
    private PairPolicies allButOne() {
        List<SaeId> all = Stream.of(sae(1), "sae-1b", sae(2), sae(3), sae(4), "sae-nowhere")
                .map(SaeId::new)
                .toList();
        SaePair denied = new SaePair(new SaeId(sae(3)), new SaeId(sae(2)));
        return new PairPolicies(all.stream()
                .flatMap(master ->
                        all.stream().filter(slave -> !slave.equals(master)).map(slave -> new SaePair(master, slave)))
                .filter(pair -> !pair.equals(denied))
                .map(pair -> new PairPolicies.Entry(
                        new SaePattern(pair.master().text()),
                        new SaePattern(pair.slave().text()),
                        policies.getOrDefault(pair, PairPolicy.UNLIMITED)))
                .toList());
    }

    private static URI url(int port) {
        return URI.create("https://localhost:" + port);
    }

    /** Calls as an SAE does, by the certificate that the network's authority gave it. */
    TestClient as(String sae) {
        return clients.computeIfAbsent(sae, id -> TestClient.tls(credentials(id), certificates.authorities()));
    }

    /** The certificate of somebody in this network. */
    TlsCredentials credentials(String id) {
        try {
            return PemFiles.credentials(certificates.certificate(id), certificates.key(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a node says that it has keys for the SAE of another. */
    void awaitKeys(int from, int to) {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    HttpResponse<String> status = as(sae(from)).get(api(from) + sae(to) + "/status");
                    return status.statusCode() == 200
                            && new ObjectMapper()
                                            .readTree(status.body())
                                            .path("stored_key_count")
                                            .asLong()
                                    > 10;
                });
    }

    /** Where a node listens for SAEs and for its neighbours. */
    String url(String node) {
        return url(port(node)).toString();
    }

    /** The base URL of the key delivery API of a node. */
    String api(int number) {
        return url(port(node(number))) + "/api/v1/keys/";
    }

    URI management(int number, String path) {
        return URI.create("http://127.0.0.1:" + port(node(number) + "-management") + path);
    }

    /** Has the neighbours of a node reach it through a proxy from their next start on. */
    FreezingProxy proxy(int number) throws IOException {
        FreezingProxy proxy = new FreezingProxy(port(node(number)));
        doors.put(node(number), proxy.port());
        return proxy;
    }

    /** Has a node reach its KME towards another at this port from its next start on. */
    void kmeDoor(int at, int towards, int port) {
        doors.put(kme(at, towards), port);
    }

    /** Has it reach that KME directly again. */
    void kmeDoor(int at, int towards) {
        doors.remove(kme(at, towards));
    }

    String kmeUrl(int at, int towards) {
        return url(port(kme(at, towards))).toString();
    }

    String kmeManagement(String path) {
        return "http://127.0.0.1:" + port("kme-management") + path;
    }

    /** Has a KME misbehave from now on, until it is told {@code none}. */
    void fault(String kme, String fault) throws IOException {
        String token = Files.readString(folder.resolve("kme-sim/admin.token")).strip();
        HttpResponse<String> answer = TestClient.plain()
                .send(TestClient.request(kmeManagement("/simulator/faults"))
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.ofString("{\"kme\":\"" + kme + "\",\"fault\":\"" + fault + "\"}")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    Path authority() {
        return certificates.ca();
    }

    Path data(int number) {
        return folder.resolve(node(number));
    }

    /** The lines of a node's audit log, which it writes every few moments, that have this text in them. */
    List<String> audited(int number, String text) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : AuditVerifier.filesIn(data(number).resolve("audit"))) {
            Files.readAllLines(file).stream()
                    .filter(line -> line.contains(text))
                    .forEach(lines::add);
        }
        return lines;
    }

    /** Chosen once and then kept, so that a node comes back where it was. */
    private int port(String name) {
        return ports.computeIfAbsent(name, unknown -> FreePorts.one());
    }

    @Override
    public void close() {
        nodes.values().forEach(Node::close);
        if (kmes != null) {
            kmes.close();
        }
    }
}
