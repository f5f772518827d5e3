package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.identity.ConfiguredCertificates;

class KmeCheckConfigMistakesTest {

    private static final String GOOD = """
            here:
              id: kme-a
              url: https://localhost:8030
              ca: $/ca.crt
              sae_id: tn-2
              client_certificate: $/tn-2.crt
              client_key: $/tn-2.key
            there:
              sae_id: tn-3
            """;

    @TempDir
    private static Path directory;

    private static Configs configs;

    @BeforeAll
    static void makeCertificates() {
        configs = new Configs(directory);
    }

    @Test
    void kmeByItself_needsNothingOfTheOtherEndButItsId() {
        assertThat(mistakes(GOOD)).isEmpty();
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            '  ca: $/ca.crt'   | ''                  | 3: here.url: expected beside it ca, the authority that certifies this KME, or certificate, the KME's own
            '  sae_id: tn-2'   | '  sea_id: tn-2'    | 1: here.sae_id: missing: The SAE id that it knows the node at this end by.; 5: here.sea_id: unknown key, did you mean "sae_id"?
            '  client_key: $/tn-2.key' | '  client_key: $/tn-3.key' | 7: here.client_key: tn-3.key: the key does not belong to the certificate in tn-2.crt
            '  sae_id: tn-3'   | '  sae_id: tn-3\\n  id: kme-b\\n  url: https://localhost:8040' | 8: there: url is there, expected client_certificate too; 8: there: url is there, expected client_key too; 11: there.url: expected beside it ca, the authority that certifies this KME, or certificate, the KME's own
            """)
    void mistakes_areToldWithTheirLines(String line, String replacement, String mistakes) {
        String yaml = GOOD.replace(line + "\n", replacement.replace("\\n", "\n") + "\n");
        assertThat(yaml).isNotEqualTo(GOOD);

        assertThat(mistakes(yaml))
                .containsExactlyInAnyOrder(List.of(mistakes.split("; ")).stream()
                        .map(text -> "test.yaml:" + text)
                        .toArray(String[]::new));
    }

    private static List<String> mistakes(String yaml) {
        try {
            KmeCheckConfigReader.read(configs.write(yaml), Map.of(), new ConfiguredCertificates());
            return List.of();
        } catch (ConfigMistakes e) {
            return e.getMessage().replace(directory + "/", "").lines().toList();
        }
    }
}
