package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorConfigMistakesTest {

    private static final String GOOD = """
            simulator: true
            management: 127.0.0.1:8001
            data: $/data
            ca: $/ca.crt
            pairs:
              - rate: 1000
                kmes:
                  - {id: kme-a, listen: "0.0.0.0:8010", certificate: $/kme-a.crt, key: $/kme-a.key, sae: tn-2}
                  - {id: kme-b, listen: "0.0.0.0:8020", certificate: $/kme-b.crt, key: $/kme-b.key, sae: tn-3}
            """;

    @TempDir
    private static Path directory;

    private static Configs configs;

    @BeforeAll
    static void makeCertificates() {
        configs = new Configs(directory);
    }

    @Test
    void goodOne_hasNoMistakesAndItsDefaults() throws Exception {
        SimulatorConfig config = configs.simulator(GOOD);

        assertThat(config.keys()).isEqualTo(new KeySettings(64, 1024, 256, 50, 100_000));
        assertThat(config.pairs()).singleElement().satisfies(pair -> {
            assertThat(pair.rateBitsPerSecond()).isEqualTo(1000);
            assertThat(pair.capacityBits()).isEqualTo(20_000_000);
            assertThat(pair.other().listen()).isEqualTo(new BindAddress("0.0.0.0", 8020));
        });
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            simulator: true   | simulator: false      | 1: simulator: expected true
            simulator: true   | simulator: "true"     | 1: simulator: expected true
            '0.0.0.0:8020'    | '0.0.0.0:8010'        | 9: pairs[0].kmes[1].listen: expected a port of its own, 8010 is there already
            '0.0.0.0:8020'    | '0.0.0.0:8001'        | 9: pairs[0].kmes[1].listen: expected a port of its own, 8001 is there already
            '127.0.0.1:8001'  | '0.0.0.0:8001'        | 2: management: expected a loopback address such as 127.0.0.1, found 0.0.0.0:8001
            'id: kme-b'       | 'id: kme-c'           | 9: pairs[0].kmes[1].certificate: kme-b.crt: expected a certificate of urn:qkd-mesh:kme:kme-c, found the KME kme-b
            'key: $/kme-b.key' | 'key: $/kme-a.key'   | 9: pairs[0].kmes[1].key: kme-a.key: the key does not belong to the certificate in kme-b.crt
            rate: 1000        | rate: -1              | 6: pairs[0].rate: expected 0 or more, found -1
            rate: 1000        | rate: 1.5             | 6: pairs[0].rate: expected a whole number, found 1.5
            """)
    void oneMistake_isToldWithItsLineAndKey(String text, String replacement, String mistake) {
        String yaml = GOOD.replace(text, replacement);
        assertThat(yaml).isNotEqualTo(GOOD);

        assertThat(configs.mistakesOfSimulator(yaml)).containsExactly("test.yaml:" + mistake);
    }

    @Test
    void pairOfOneKme_isRefused() {
        int second = GOOD.indexOf("      - {id: kme-b");

        assertThat(configs.mistakesOfSimulator(GOOD.substring(0, second)))
                .containsExactly("test.yaml:7: pairs[0].kmes: expected 2 entries or more, found 1");
    }
}
