package org.qkdmesh.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;

/** Reads the configuration of the KME simulator: {@code config/kme-sim.schema.json} says what may stand there. */
public final class SimulatorConfigReader {

    static final String SCHEMA = "kme-sim.schema.json";

    private static final int MAX_PER_REQUEST = 50;
    private static final int MAX_COUNT = 100_000;
    private static final long RATE = 20_000_000;
    private static final long CAPACITY = 20_000_000;

    private SimulatorConfigReader() {}

    /**
     * A mistake that shows only in use, such as a port that is taken, told like those that were found when reading.
     *
     * @param key the full name of the setting, as in {@code listen}
     * @throws ConfigMistakes when the file cannot be read any more
     */
    public static Mistake mistake(Path file, Map<String, String> environment, String key, String text)
            throws ConfigMistakes {
        return ConfigFile.read(file, environment, new ConfigSchema(SCHEMA)).mistakeAt(key, text);
    }

    /**
     * @param environment variables that replace single values, as for {@link NodeConfigReader#read}
     * @throws ConfigMistakes all that is wrong, at once
     */
    public static SimulatorConfig read(Path file, Map<String, String> environment, CertificateRules certificates)
            throws ConfigMistakes {
        ConfigFile config = ConfigFile.read(file, environment, new ConfigSchema(SCHEMA));
        Section root = config.root();
        check(root, certificates);
        config.throwMistakes();
        return new SimulatorConfig(
                root.value("management", BindAddress::parse).orElseThrow(),
                root.path("data").orElseThrow(),
                root.path("ca").orElseThrow(),
                NodeConfigReader.keys(root.section("keys"), MAX_PER_REQUEST, MAX_COUNT, 0),
                root.entries("pairs").stream().map(SimulatorConfigReader::pair).toList());
    }

    private static SimulatorConfig.Pair pair(Section pair) {
        List<SimulatorConfig.Kme> kmes = pair.entries("kmes").stream()
                .map(kme -> new SimulatorConfig.Kme(
                        kme.value("id", KmeId::new).orElseThrow(),
                        kme.value("listen", BindAddress::parse).orElseThrow(),
                        kme.path("certificate").orElseThrow(),
                        kme.path("key").orElseThrow(),
                        kme.value("sae", SaeId::new).orElseThrow()))
                .toList();
        return new SimulatorConfig.Pair(
                pair.longNumber("rate").orElse(RATE),
                pair.longNumber("capacity").orElse(CAPACITY),
                kmes.get(0),
                kmes.get(1));
    }

    private static void check(Section root, CertificateRules certificates) {
        FileChecks files = new FileChecks(certificates);
        files.certificates(root, "ca");
        KeyChecks.check(root.section("keys"), MAX_PER_REQUEST);
        List<Integer> ports = new ArrayList<>();
        root.value("management", BindAddress::parse).ifPresent(address -> {
            ports.add(address.port());
            if (!address.isLoopback()) {
                root.mistake("management", "expected a loopback address such as 127.0.0.1, found " + address);
            }
        });
        Uniqueness ids = new Uniqueness("a KME");
        for (Section pair : root.entries("pairs")) {
            for (Section kme : pair.entries("kmes")) {
                ids.require(kme, "id");
                ownPort(kme, ports);
                certificate(kme, files, certificates);
            }
        }
    }

    private static void ownPort(Section kme, List<Integer> ports) {
        kme.value("listen", BindAddress::parse)
                .map(BindAddress::port)
                .filter(port -> port != 0)
                .ifPresent(port -> {
                    if (ports.contains(port)) {
                        kme.mistake("listen", "expected a port of its own, " + port + " is there already");
                    }
                    ports.add(port);
                });
    }

    private static void certificate(Section kme, FileChecks files, CertificateRules certificates) {
        boolean usable = files.credentials(kme, "certificate", "key");
        Optional<KmeId> id = kme.value("id", KmeId::new);
        if (usable && id.isPresent()) {
            Path certificate = kme.path("certificate").orElseThrow();
            files.holds(kme, "certificate", () -> certificates.requireKme(certificate, id.get()));
        }
    }
}
