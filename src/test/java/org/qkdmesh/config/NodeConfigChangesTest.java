package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.ConfiguredCertificates;

/** What a running node makes of its file when somebody has edited it. */
class NodeConfigChangesTest {

    private static final String BEFORE = """
            id: tn-2
            listen: 0.0.0.0:9010
            management: 127.0.0.1:9011
            tls:
              certificate: $/tn-2.crt
              key: $/tn-2.key
              ca: $/ca.crt
            data: $/data
            saes:
              - id: sae-c
              - id: sae-d
            pairs: any
            neighbours:
              - id: tn-3
                url: https://localhost:9020
                kmes:
                  - id: kme-b
                    peer: kme-a
                    url: https://localhost:8020
            """;

    @TempDir
    private static Path directory;

    private static Configs configs;
    private static NodeConfig running;

    @BeforeAll
    static void read() throws ConfigMistakes {
        configs = new Configs(directory);
        running = configs.node(BEFORE, Map.of());
    }

    private static NodeConfig readAgain(String edited) throws ConfigMistakes {
        return new NodeConfigFile(configs.write(edited), Map.of(), new ConfiguredCertificates()).readAgain(running);
    }

    @Test
    void sameFile_changesNothing() throws ConfigMistakes {
        assertThat(NodeConfigChanges.told(running, readAgain(BEFORE))).isEmpty();
    }

    @Test
    void whatCameAndWentAndIsOtherwise_isToldLineByLine() throws ConfigMistakes {
        NodeConfig next = readAgain(BEFORE.replace("  - id: sae-d\n", "  - id: sae-e\n")
                .replace("pairs: any", "pairs: [{master: sae-c, slave: sae-e}]")
                .replace(":9020", ":9021")
                .replace("      - id: kme-b\n        peer: kme-a\n", "      - id: kme-x\n        peer: kme-y\n"));

        assertThat(NodeConfigChanges.told(running, next))
                .containsExactly(
                        "SAE sae-d removed",
                        "SAE sae-e added",
                        "neighbour tn-3 changed",
                        "KME kme-b removed",
                        "KME kme-x added",
                        "pairs changed");
    }

    @Test
    void whatOnlyARestartCanChange_isToldByLineAndName() {
        String edited = BEFORE.replace("listen: 0.0.0.0:9010", "listen: 0.0.0.0:9110")
                .replace("$/data", "$/elsewhere")
                .replace("pairs: any", "pairs: any\nrelay: {slots: 7}");

        assertThatThrownBy(() -> readAgain(edited))
                .isInstanceOf(ConfigMistakes.class)
                .hasMessageContaining(
                        "test.yaml:2: listen: this has changed since the node was started: it needs a restart")
                .hasMessageContaining("test.yaml:8: data: ")
                .hasMessageContaining("test.yaml:13: relay: ");
    }

    @Test
    void whatKmePairsOfALinkAreToEachOther_onlyARestartCanChange_butALinkThatCombinesThemCanBeAdded()
            throws ConfigMistakes {
        String two = "      - id: kme-d\n        peer: kme-c\n        url: https://localhost:8030\n";
        String combined = (BEFORE + two).replace(":9020\n", ":9020\n    combine: xor\n");

        assertThatThrownBy(() -> readAgain(combined))
                .isInstanceOf(ConfigMistakes.class)
                .hasMessageContaining("neighbours[0].combine: this has changed since the node was started");
        assertThat(NodeConfigChanges.told(running, readAgain(combined.replace("  - id: tn-3", "  - id: tn-4"))))
                .contains("neighbour tn-4 added");
    }

    @Test
    void mistakes_areToldBeforeAnythingElse() {
        assertThatThrownBy(() -> readAgain(BEFORE.replace("pairs: any", "pears: any")))
                .isInstanceOf(ConfigMistakes.class)
                .hasMessageContaining("pears: unknown key");
    }
}
