package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigMistakesTest {

    private static final String GOOD = """
            id: tn-2
            listen: 0.0.0.0:9010
            management: 127.0.0.1:9011
            tls:
              certificate: $/tn-2.crt
              key: $/tn-2.key
              ca: $/ca.crt
            data: $/data
            keys:
              min_size: 64
              max_size: 1024
            saes:
              - {id: sae-c}
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

    @BeforeAll
    static void makeCertificates() {
        configs = new Configs(directory);
    }

    @Test
    void goodOne_hasNoMistakes() {
        assertThat(configs.mistakesOfNode(GOOD, Map.of())).isEmpty();
    }

    @Test
    void unknownKey_isToldWithTheLikelyName() {
        assertThat(mistakes(GOOD.replace("neighbours:", "nieghbours:")))
                .containsExactly("test.yaml:15: nieghbours: unknown key, did you mean \"neighbours\"?");
    }

    private static List<String> mistakes(String yaml) {
        return configs.mistakesOfNode(yaml, Map.of());
    }
}
