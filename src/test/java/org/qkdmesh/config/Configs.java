package org.qkdmesh.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.testing.TestCertificates;

/** Writes configurations with mistakes in them, beside certificates that exist, and reads them back. */
final class Configs {

    private final Path directory;

    Configs(Path directory) {
        this.directory = directory;
        TestCertificates certificates = new TestCertificates(directory);
        certificates.node("tn-2");
        certificates.node("tn-3");
        certificates.kme("kme-a");
        certificates.kme("kme-b");
    }

    Path directory() {
        return directory;
    }

    /** The text with the directory of the certificates for every {@code $}. */
    Path write(String yaml) {
        try {
            return Files.writeString(directory.resolve("test.yaml"), yaml.replace("$", directory.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    NodeConfig node(String yaml, Map<String, String> environment) throws ConfigMistakes {
        return NodeConfigReader.read(write(yaml), environment, new ConfiguredCertificates());
    }

    SimulatorConfig simulator(String yaml) throws ConfigMistakes {
        return SimulatorConfigReader.read(write(yaml), Map.of(), new ConfiguredCertificates());
    }

    /** The mistakes of a node's configuration as they are printed, the file's directory left out; none when it is good. */
    List<String> mistakesOfNode(String yaml, Map<String, String> environment) {
        try {
            node(yaml, environment);
            return List.of();
        } catch (ConfigMistakes e) {
            return printed(e);
        }
    }

    List<String> mistakesOfSimulator(String yaml) {
        try {
            simulator(yaml);
            return List.of();
        } catch (ConfigMistakes e) {
            return printed(e);
        }
    }

    private List<String> printed(ConfigMistakes e) {
        return e.getMessage().replace(directory + "/", "").lines().toList();
    }
}
