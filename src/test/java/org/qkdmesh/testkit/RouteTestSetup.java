package org.qkdmesh.testkit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.KeyTimes;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.simulator.KmePairSimulator;
import org.qkdmesh.testing.TestCertificates;

/** What a {@link RouteTestNode} is to be like, and what is around it. Made by {@link RouteTestNode#with}. */
public final class RouteTestSetup {

    /** The id of the tested node. */
    public static final String TESTED = "tn-1";

    /** Stores are written through to the disk at every step of a node; hours of a test's time are thousands of steps. */
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    private static final long BITS_PER_SECOND = 1_000_000_000;

    private record Link(String one, String other) {}

    private final boolean onDelivered;
    private final Path routes;
    private final Map<String, Object> beans = new LinkedHashMap<>();
    private final Properties properties = new Properties();
    private final Set<Link> links = new LinkedHashSet<>();
    private final Map<String, String> homes = new LinkedHashMap<>();

    RouteTestSetup(boolean onDelivered, Path routes) {
        this.onDelivered = onDelivered;
        this.routes = routes;
        link(TESTED, "tn-2");
        sae("sae-a", TESTED);
        sae("sae-b", "tn-2");
    }

    /** A bean that the routes find under this name, beside those of the node or in place of one. */
    public RouteTestSetup bean(String name, Object bean) {
        beans.put(name, bean);
        return this;
    }

    /** What <code>{{name}}</code> in a route stands for, whatever {@code config/application.properties} says. */
    public RouteTestSetup property(String name, String value) {
        properties.setProperty(name, value);
        return this;
    }

    /** One more link, with a KME at each end; a node that was not there comes with it. */
    public RouteTestSetup link(String node, String other) {
        links.add(new Link(node, other));
        return this;
    }

    /** One more SAE, or another home for one. */
    public RouteTestSetup sae(String id, String node) {
        homes.put(id, node);
        return this;
    }

    /** Starts all nodes, and lets time pass until keys can be had. */
    public RouteTestNode start() throws Exception {
        RouteTestNode node = startAtOnce();
        try {
            return node.awaitReady();
        } catch (Exception | AssertionError e) {
            node.close();
            throw e;
        }
    }

    /** Starts all nodes; no time has passed, and none has heard of another. For what is to go wrong from the beginning. */
    public RouteTestNode startAtOnce() throws Exception {
        Path folder = Files.isWritable(IN_MEMORY)
                ? Files.createTempDirectory(IN_MEMORY, "qkd-mesh-route-test")
                : Files.createTempDirectory("qkd-mesh-route-test");
        RouteTestNode node = new RouteTestNode(folder, new LinkedHashMap<>(homes));
        try {
            startIn(folder, node);
            return node;
        } catch (Exception | AssertionError e) {
            node.close();
            throw e;
        }
    }

    private void startIn(Path folder, RouteTestNode node) throws Exception {
        Path delivered = folder.resolve("delivered");
        RouteFiles.copyDelivered(delivered);
        Path tested = folder.resolve("tested");
        if (onDelivered) {
            RouteFiles.copy(delivered, tested);
        }
        RouteFiles.copy(routes, tested);

        TestCertificates certificates = new TestCertificates(folder.resolve("certs"));
        for (Link link : links) {
            startKmes(link, node);
        }
        for (String id : nodes()) {
            certificates.node(id);
            boolean isTested = id.equals(TESTED);
            node.startNode(
                    config(id, folder, certificates), isTested ? tested : delivered, isTested ? this::prepare : null);
        }
    }

    private List<String> nodes() {
        Set<String> nodes = new LinkedHashSet<>(List.of(TESTED));
        links.forEach(link -> nodes.addAll(List.of(link.one(), link.other())));
        homes.forEach((sae, home) -> {
            if (!nodes.contains(home)) {
                throw new IllegalArgumentException(sae + " is attached to " + home + ", which has no link: link(\""
                        + TESTED + "\", \"" + home + "\") makes one");
            }
        });
        return new ArrayList<>(nodes);
    }

    private void prepare(CamelContext context) {
        beans.forEach((name, bean) -> context.getRegistry().bind(name, bean));
        context.getPropertiesComponent().setOverrideProperties(properties);
    }

    /** The name of the KME at one end of a link. */
    static String kmeId(String at, String towards) {
        return "kme-" + at + "-" + towards;
    }

    private static void startKmes(Link link, RouteTestNode node) {
        KmePairSimulator pair = new KmePairSimulator(
                end(link.one(), link.other()),
                end(link.other(), link.one()),
                new KeyLimits(64, 1024, 256, 50, 100_000),
                BITS_PER_SECOND,
                BITS_PER_SECOND,
                node.ownClock(),
                new SecureRandom());
        pair.kmes().forEach(kme -> {
            String id = kme.id().text();
            node.addKme(id, id, new Stub(id, new KmeEnd(kme)));
        });
    }

    private static KmePairSimulator.End end(String at, String towards) {
        return new KmePairSimulator.End(new KmeId(kmeId(at, towards)), new SaeId(at));
    }

    private NodeConfig config(String id, Path folder, TestCertificates certificates) throws IOException {
        List<NodeConfig.Sae> saes = homes.entrySet().stream()
                .filter(entry -> entry.getValue().equals(id))
                .map(entry -> new NodeConfig.Sae(new SaeId(entry.getKey()), Optional.empty()))
                .toList();
        List<NodeConfig.Neighbour> neighbours = new ArrayList<>();
        for (Link link : links) {
            if (link.one().equals(id)) {
                neighbours.add(neighbour(id, link.other()));
            } else if (link.other().equals(id)) {
                neighbours.add(neighbour(id, link.one()));
            }
        }
        BindAddress unused = new BindAddress("127.0.0.1", 1);
        return new NodeConfig(
                new NodeId(id),
                unused,
                Optional.empty(),
                unused,
                new NodeConfig.Tls(certificates.certificate(id), certificates.key(id), certificates.ca()),
                folder.resolve(id),
                new KeySettings(64, 1024, 256, 128, 10_000, 8),
                KeyTimes.ofLife(Duration.ofHours(1)),
                saes,
                PairPolicies.ANY,
                neighbours,
                Map.of(),
                new NodeConfig.Relay(Duration.ofSeconds(5), 64, 32473),
                new NodeConfig.LinkKeys(16_384, 8_388_608, Duration.ofMinutes(10)),
                NodeConfig.Limits.DEFAULT,
                NodeConfig.Audit.usual(folder.resolve(id)));
    }

    private static NodeConfig.Neighbour neighbour(String id, String other) {
        String own = kmeId(id, other);
        return new NodeConfig.Neighbour(
                new NodeId(other),
                URI.create("https://" + other),
                Optional.empty(),
                List.of(new NodeConfig.Kme(
                        new KmeId(own),
                        new KmeId(kmeId(other, id)),
                        URI.create("https://" + own),
                        new SaeId(id),
                        new SaeId(other),
                        Optional.empty(),
                        Optional.empty(),
                        NodeConfig.Masters.BOTH)),
                Combine.ANY);
    }
}
