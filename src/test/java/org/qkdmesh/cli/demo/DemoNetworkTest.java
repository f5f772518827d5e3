package org.qkdmesh.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoNetworkTest {

    private static final BiConsumer<String, ObjectNode> AS_IT_IS = (name, config) -> {};

    @TempDir
    Path example;

    @TempDir
    Path copies;

    @Test
    void wordsThatOldYamlTakesForTruthValues_stayWordsInTheCopy() throws IOException {
        Files.writeString(
                example.resolve("tn-1.yaml"),
                "id: tn-1\nlisten: 127.0.0.1:9000\npairs:\n  - {master: a, slave: b, seal: off}\n");

        DemoNetwork.prepare(example, List.of("tn-1"), copies, 500, AS_IT_IS);

        assertThat(Files.readString(copies.resolve("tn-1.yaml")))
                .contains("seal: \"off\"")
                .contains("listen: \"127.0.0.1:9500\"");
    }

    @Test
    void aFileThatIsNoYaml_isToldWithItsLine() throws IOException {
        Path broken = example.resolve("tn-1.yaml");
        Files.writeString(broken, "id: tn-1\npairs: [any\n");

        assertThatThrownBy(() -> DemoNetwork.prepare(example, List.of("tn-1"), copies, 0, AS_IT_IS))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(broken + ":")
                .hasMessageContaining("this is not YAML");
    }

    @Test
    void aFileWithoutKeys_isNoConfiguration() throws IOException {
        Path list = example.resolve("tn-1.yaml");
        Files.writeString(list, "- tn-1\n");

        assertThatThrownBy(() -> DemoNetwork.prepare(example, List.of("tn-1"), copies, 0, AS_IT_IS))
                .hasMessage(list + " is no configuration: expected keys with values");
    }
}
