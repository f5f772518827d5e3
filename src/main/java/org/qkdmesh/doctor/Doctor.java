package org.qkdmesh.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.KmeCheckConfig;
import org.qkdmesh.config.Mistake;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.kme.Etsi014Kme;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.KmeId;

/** Puts together what is looked at for a node, or for a KME by itself. */
public final class Doctor {

    private final InstantSource clock;
    private final FreeSpace space;

    public Doctor() {
        this(InstantSource.system(), FreeSpace::ofFileSystem);
    }

    Doctor(InstantSource clock, FreeSpace space) {
        this.clock = clock;
        this.space = space;
    }

    /**
     * Everything about a node, whether it runs or not.
     *
     * @param file its configuration
     * @param environment variables that replace single values of it
     * @param management asks the node, by its configuration, if it runs
     * @param routes the directory of its routes
     * @throws ConfigMistakes when so little of the file can be read that nothing else can be looked at
     */
    public Examination ofNode(
            Path file, Map<String, String> environment, Function<NodeConfig, ManagementPort> management, Path routes)
            throws ConfigMistakes {
        List<Finding> ofConfig = new ArrayList<>();
        NodeConfig config = read(file, environment, ofConfig);
        Clocks clocks = new Clocks(clock);
        ClockCheck clockCheck = new ClockCheck(clocks);
        NodeState state = NodeState.ask(management.apply(config), config.id());
        List<Check> checks = new ArrayList<>();
        checks.add(of("configuration", ofConfig));
        checks.add(new NodeCheck(config, file, state));
        checks.add(new CertificateCheck(config, clocks.now()));
        checks.add(new FileModeCheck(secrets(config), directories(config)));
        checks.add(new PortCheck(config, file, state, Duration.ofSeconds(5)));
        checks.add(new DiskCheck(config.data(), space));
        checks.add(new StoreCheck(config.id(), config.data(), state));
        checks.add(new RoutesCheck(routes));
        for (NodeConfig.Neighbour neighbour : config.neighbours()) {
            checks.addAll(ofNeighbour(config, neighbour, state, clocks));
        }
        return new Examination(checks, List.of(clockCheck));
    }

    /** A KME, and the one at the other end of its quantum link if it is named, before there is any node. */
    public Examination ofKme(KmeCheckConfig config) {
        Clocks clocks = new Clocks(clock);
        ClockCheck clockCheck = new ClockCheck(clocks);
        List<Check> checks = new ArrayList<>();
        List<Path> keys = new ArrayList<>(List.of(config.here().client().key()));
        config.there().ifPresent(there -> keys.add(there.client().key()));
        checks.add(new FileModeCheck(keys, List.of()));
        String title = "KME " + config.here().id();
        try {
            Optional<KmeId> farKme = config.there().map(KmeCheckConfig.Kme::id);
            Optional<FarEnd> farEnd = Optional.empty();
            if (config.there().isPresent()) {
                Peer there = Peer.kme(config.there().get());
                ObservedCalls calls = new ObservedCalls(there, clocks);
                farEnd = Optional.of(new DirectFarEnd(
                        farKme.orElseThrow(), new Etsi014Kme(config.here().saeId(), calls, calls::brokeRule)));
                checks.add(new KmeCheck(
                        new KmeSubject(
                                "KME " + farKme.get() + ", at the other end",
                                there,
                                config.far(),
                                config.here().saeId(),
                                Optional.of(config.here().id())),
                        Optional.empty(),
                        false,
                        clocks));
            }
            checks.add(new KmeCheck(
                    new KmeSubject(title, Peer.kme(config.here()), config.here().saeId(), config.far(), farKme),
                    farEnd,
                    true,
                    clocks));
        } catch (IOException e) {
            checks.add(of(title, List.of(notCalled(e))));
        }
        return new Examination(checks, List.of(clockCheck));
    }

    /** The configuration; with mistakes about certificates as findings, since those can be looked at one by one. */
    private static NodeConfig read(Path file, Map<String, String> environment, List<Finding> findings)
            throws ConfigMistakes {
        try {
            NodeConfig config = NodeConfigReader.read(file, environment, new ConfiguredCertificates());
            findings.add(Finding.ok(file + ": no mistake"));
            return config;
        } catch (ConfigMistakes e) {
            NodeConfig config = NodeConfigReader.read(file, environment, new AnyCertificates());
            for (Mistake mistake : e.mistakes()) {
                findings.add(Finding.fail(mistake.toString(), "Correct it: a node does not start with a mistake.")
                        .next("./qkd-mesh config check " + file));
            }
            return config;
        }
    }

    private static List<Check> ofNeighbour(
            NodeConfig config, NodeConfig.Neighbour neighbour, NodeState state, Clocks clocks) {
        List<Check> checks = new ArrayList<>();
        Optional<Peer> node = Optional.empty();
        try {
            Peer peer = Peer.neighbour(neighbour, config.tls());
            node = Optional.of(peer);
            checks.add(new NeighbourCheck(config, neighbour, peer, state, clocks));
        } catch (IOException e) {
            checks.add(of("neighbour " + neighbour.id(), List.of(notCalled(e))));
        }
        for (NodeConfig.Kme kme : neighbour.kmes()) {
            boolean combined = neighbour.combine() == Combine.XOR;
            String title = "KME " + kme.id() + (combined ? ", one of those combined" : "") + ", of the link to "
                    + neighbour.id();
            try {
                checks.add(new KmeCheck(
                        new KmeSubject(
                                title,
                                Peer.kme(kme, config.tls()),
                                kme.saeId(),
                                kme.peerSaeId(),
                                Optional.of(kme.peer()),
                                combined),
                        node.map(peer -> new NeighbourFarEnd(peer, kme.pair())),
                        true,
                        clocks));
            } catch (IOException e) {
                checks.add(of(title, List.of(notCalled(e))));
            }
        }
        return checks;
    }

    private static Finding notCalled(IOException e) {
        return Finding.fail(
                "cannot be called: " + e.getMessage(),
                "See the section on certificates; what is wrong with the file stands there.");
    }

    private static List<Path> secrets(NodeConfig config) {
        List<Path> files = new ArrayList<>(List.of(
                config.tls().key(),
                config.data().resolve("admin.token"),
                config.data().resolve("kek"),
                config.data().resolve("store.db")));
        config.neighbours().stream()
                .flatMap(neighbour -> neighbour.kmes().stream())
                .flatMap(kme -> kme.client().stream())
                .forEach(client -> files.add(client.key()));
        return files;
    }

    private static List<Path> directories(NodeConfig config) {
        return config.audit().enabled() ? List.of(config.data(), config.audit().directory()) : List.of(config.data());
    }

    private static Check of(String title, List<Finding> findings) {
        return new Check() {
            @Override
            public String title() {
                return title;
            }

            @Override
            public List<Finding> run() {
                return findings;
            }
        };
    }
}
