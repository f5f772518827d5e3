package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.testing.TestCertificates;

/** The files in {@code config/} are what newcomers start from, so they are read here as they are. */
class ExampleConfigsTest {

    @TempDir
    private static Path directory;

    @BeforeAll
    static void makeCertificates() {
        TestCertificates certificates = new TestCertificates(directory.resolve("certs"));
        for (String id : new String[] {"tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3"}) {
            certificates.node(id);
        }
        for (String id : new String[] {"a1", "b1", "a2", "b2", "a3", "b3"}) {
            certificates.kme("ndk-kme-" + id);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3"})
    void exampleNode_isValid(String name) throws Exception {
        NodeConfig config = NodeConfigReader.read(copy(name), Map.of(), new ConfiguredCertificates());

        assertThat(config.id()).isEqualTo(new NodeId(name));
        assertThat(config.tls().certificate().getFileName()).hasToString(name + ".crt");
    }

    @Test
    void secondNode_isReadWhole() throws Exception {
        NodeConfig config = NodeConfigReader.read(copy("tn-2-a2b1"), Map.of(), new ConfiguredCertificates());

        assertThat(config.saes()).extracting(NodeConfig.Sae::id).containsExactly(new SaeId("sae-c"));
        assertThat(config.neighbours())
                .extracting(NodeConfig.Neighbour::id)
                .containsExactly(new NodeId("tn-1-a2b2"), new NodeId("tn-3-a1b3"));
        NodeConfig.Kme kme = config.neighbours().get(1).kmes().get(0);
        assertThat(kme.peer()).isEqualTo(new KmeId("ndk-kme-a1"));
        assertThat(kme.saeId()).isEqualTo(new SaeId("tn-2-a2b1"));
        assertThat(kme.peerSaeId()).isEqualTo(new SaeId("tn-3-a1b3"));
        assertThat(kme.url()).hasToString("https://localhost:8020");
        assertThat(config.peerListen()).isEmpty();
    }

    @Test
    void exampleSimulator_isValid() throws Exception {
        SimulatorConfig config = SimulatorConfigReader.read(copy("kme-sim"), Map.of(), new ConfiguredCertificates());

        assertThat(config.pairs()).hasSize(3).allMatch(pair -> pair.rateBitsPerSecond() == 20_000_000);
        assertThat(config.keys()).isEqualTo(new KeySettings(64, 1024, 256, 50, 100_000));
    }

    @Test
    void exampleOfAKmeToLookAt_isValid() throws Exception {
        KmeCheckConfig config =
                KmeCheckConfigReader.read(copy("kme-check.example"), Map.of(), new ConfiguredCertificates());

        assertThat(config.here().id()).isEqualTo(new KmeId("ndk-kme-a2"));
        assertThat(config.far()).isEqualTo(new SaeId("tn-1-a2b2"));
        assertThat(config.there()).map(KmeCheckConfig.Kme::id).contains(new KmeId("ndk-kme-b2"));
    }

    @ParameterizedTest
    @CsvSource({"tn-3-a1b3, NODE", "kme-sim, SIMULATOR", "kme-check.example, KME_CHECK"})
    void kindOfAFile_isSeenByItsKeys(String name, ConfigKind kind) throws Exception {
        assertThat(ConfigKind.of(copy(name))).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"diamond", "ring-of-five"})
    void exampleNetwork_isValid_andEveryLinkHasBothItsEnds(String network) throws Exception {
        TestCertificates certificates = new TestCertificates(directory.resolve("certs"));
        Set<String> links = new TreeSet<>();
        Set<String> simulated = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of("config", "examples", network))) {
            for (Path file : files.toList()) {
                String name = network + "/" + file.getFileName().toString().replace(".yaml", "");
                Files.createDirectories(directory.resolve(network));
                Path copy = copy("examples/" + name, name);
                if (ConfigKind.of(copy) == ConfigKind.SIMULATOR) {
                    Files.readAllLines(copy).stream()
                            .filter(line -> line.contains("{id: "))
                            .map(line -> line.replaceAll(".*[{]id: ([^,]*),.*", "$1"))
                            .forEach(certificates::kme);
                    SimulatorConfigReader.read(copy, Map.of(), new ConfiguredCertificates())
                            .pairs()
                            .forEach(pair -> simulated.addAll(Set.of(
                                    pair.one().id() + " " + pair.other().id(),
                                    pair.other().id() + " " + pair.one().id())));
                } else {
                    certificates.node(copy.getFileName().toString().replace(".yaml", ""));
                    NodeConfigReader.read(copy, Map.of(), new ConfiguredCertificates()).neighbours().stream()
                            .flatMap(neighbour -> neighbour.kmes().stream())
                            .forEach(kme -> links.add(kme.id() + " " + kme.peer()));
                }
            }
        }

        assertThat(links).isNotEmpty().isEqualTo(simulated);
    }

    /** The example as it is, but for the directory of the certificates, which are made on each machine. */
    private static Path copy(String name) throws IOException {
        return copy(name, name);
    }

    private static Path copy(String from, String name) throws IOException {
        String yaml = Files.readString(Path.of("config", from + ".yaml"));
        return Files.writeString(
                directory.resolve(name + ".yaml"), yaml.replace("certs/", directory.resolve("certs") + "/"));
    }
}
