package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.identity.ConfiguredCertificates;

/** Every kind of mistake in the configuration of a node, with the file, line and key that it is told with. */
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
              life: 1h
            saes:
              - id: sae-c
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
        assertThat(mistakes(GOOD)).isEmpty();
    }

    /** One line of the good one is replaced, which makes one mistake. */
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            neighbours:               | nieghbours:                | 16: nieghbours: unknown key, did you mean "neighbours"?
            '    url: https://localhost:9020' | '    ulr: 7\n    url: https://localhost:9020' | 18: neighbours[0].ulr: unknown key, did you mean "url"?
            '  - id: sae-c'           | '  - {id: sae-c, colour: 7}' | 14: saes[0].colour: unknown key, expected one of id, certificate
            id: tn-2                  | id: [tn-2]                 | 1: id: expected text, found a list
            listen: 0.0.0.0:9010      | listen: 9010               | 2: listen: expected text, found 9010
            listen: 0.0.0.0:9010      | listen: localhost          | 2: listen: expected an address and a port, such as 0.0.0.0:9010 or [::]:9010, found "localhost"
            listen: 0.0.0.0:9010      | listen: 0.0.0.0:90100      | 2: listen: expected host:port with a port of 0 to 65535
            management: 127.0.0.1:9011 | management: 0.0.0.0:9011  | 3: management: expected a loopback address such as 127.0.0.1, found 0.0.0.0:9011
            management: 127.0.0.1:9011 | management: 127.0.0.1:9010 | 3: management: expected another port than that of listen, found 9010
            management: 127.0.0.1:9011 | 'management: 127.0.0.1:9011\npeer_port: 9011' | 4: peer_port: expected another port than those of listen and management, found 9011
            data: $/data              | data:                      | 8: data: expected text, found nothing
            data: $/data              | ''                         | 1: data: missing: The node's own directory: its sealed key store, the store's key, the management token. Made if it is missing.
            '  min_size: 64'          | '  min_size: 60'           | 10: keys.min_size: expected a multiple of 8, found 60
            '  min_size: 64'          | '  min_size: 0'            | 10: keys.min_size: expected 8 or more, found 0
            '  min_size: 64'          | '  min_size: many'         | 10: keys.min_size: expected a whole number, found "many"
            '  min_size: 64'          | '  min_size: 2048'         | 10: keys.min_size: expected max_size (1024) or less, found 2048
            '  min_size: 64'          | '  default_size: 2048'     | 10: keys.default_size: expected min_size (64) to max_size (1024), found 2048
            '  min_size: 64'          | '  max_per_request: 2000'  | 10: keys.max_per_request: expected 1024 or less, found 2000
            '  max_size: 1024'        | '  max_size: 1048576'      | 9: keys.max_per_request: 128 keys of max_size (1048576) do not fit into a message of 1 MiB, expected fewer
            '  life: 1h'              | '  life: 3600'             | 12: keys.life: expected text, found 3600
            '  life: 1h'              | '  life: 1 hour'           | 12: keys.life: expected a time such as 500ms, 30s, 10m, 1h or 7d, found "1 hour"
            '  life: 1h'              | '  life: 8d'               | 12: keys.life: expected 1s to 7d, found 8d
            '  life: 1h'              | '  fetch_window: 1h'       | 12: keys.fetch_window: expected less than the life of a key (1h), found 1h
            '  life: 1h'              | '  redelivery_window: 2h'  | 12: keys.redelivery_window: expected 0s to 1h, found 2h
            '  life: 1h'              | 'relay: {deadline: 100ms}' | 12: relay.deadline: expected 500ms to 60s, found 100ms
            '  life: 1h'              | 'link_keys: {floor_bits: 1600000, capacity_bits: 160000}' | 12: link_keys.floor_bits: expected capacity_bits (160000) or less, found 1600000
            '  life: 1h'              | 'link_keys: {life: 1s}'    | 12: link_keys.life: expected 10s to 1d, found 1s
            '  life: 1h'              | 'directory: [{sae: s, node: n}, {sae: s, node: m}]' | 12: directory[1].sae: a pin of an SAE of the id s is there already, see directory[0].sae
            '  - id: sae-c'           | '  - id: sae c'            | 14: saes[0].id: expected an id: 1 to 64 characters that RFC 3986 allows in a URI, found "sae c"
            '  - id: sae-c'           | '  - id: sae-c\n  - id: sae-c' | 15: saes[1].id: an SAE of the id sae-c is there already, see saes[0].id
            '  - id: sae-c'           | '  - {id: sae-c, certificate: $/nobody.crt}' | 14: saes[0].certificate: no such file: nobody.crt
            '  - id: sae-c'           | '  - {id: sae-c, certificate: $/tn_3.crt}' | 14: saes[0].certificate: no such file: tn_3.crt, did you mean tn-3.crt?
            pairs: any                | pairs: all                 | 15: pairs: expected any, or a list of pairs such as {master: sae-a, slave: sae-b}, found "all"
            pairs: any                | 'pairs: [{master: sae-c, slave: sae-c}]' | 15: pairs[0].slave: expected another SAE than the master
            pairs: any                | 'pairs: [{master: sae-c}]' | 15: pairs[0].slave: missing: The SAE that fetches them by their ids. A `*` stands for any characters.
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, maxsize: 64}]' | 15: pairs[0].maxsize: unknown key, did you mean "max_size"?
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, max_size: 2048}]' | 15: pairs[0].max_size: expected keys.min_size (64) to keys.max_size (1024), found 2048
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, min_size: 32}]' | 15: pairs[0].min_size: expected keys.min_size (64) to keys.max_size (1024), found 32
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, min_size: 512, max_size: 256}]' | 15: pairs[0].min_size: expected max_size (256) or less, found 512
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, max_per_request: 129}]' | 15: pairs[0].max_per_request: expected keys.max_per_request (128) or less, found 129
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, max_count: 20000}]' | 15: pairs[0].max_count: expected keys.max_count (10000) or less, found 20000
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, keys_per_day: 0}]' | 15: pairs[0].keys_per_day: expected 1 or more, found 0
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, burst: 9}]' | 15: pairs[0]: burst is there, expected keys_per_second too
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, paths: two}]' | 15: pairs[0].paths: expected single or disjoint or prefer_disjoint, found "two"
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, paths: disjoint, shares: 9}]' | 15: pairs[0].shares: expected 8 or less, found 9
            pairs: any                | 'pairs: [{master: sae-c, slave: a*, seal: on}]' | 15: pairs[0].seal: expected hybrid or off, found "on"
            pairs: any                | 'pairs: [{master: c*, slave: "*"}, {master: cd*, slave: b, max_count: 1}]' | 15: pairs[1].master: this entry is never used, pairs[0].master comes first and covers it: put it before that one, or leave it out
            pairs: any                | 'pairs: [{master: c, slave: b}, {master: c, slave: b, max_count: 1}]' | 15: pairs[1].master: this entry is never used, pairs[0].master comes first and covers it: put it before that one, or leave it out
            '  - id: tn-3'            | '  - id: tn-2'             | 17: neighbours[0].id: expected another node, tn-2 is this one
            '    url: https://localhost:9020' | '    url: http://localhost:9020' | 18: neighbours[0].url: expected an https address such as https://localhost:9010, found "http://localhost:9020"
            '    url: https://localhost:9020' | '    url: https://localhost:0' | 18: neighbours[0].url: expected https://, a host and a port of 1 to 65535
            '    url: https://localhost:9020' | '    url: https://localhost:9020\n    combine: xor' | 19: neighbours[0].combine: expected any where the link has one KME, or two entries under kmes or more
            '    url: https://localhost:9020' | '    url: https://localhost:9020\n    combine: or' | 19: neighbours[0].combine: expected any or xor, found "or"
            '        peer: kme-a'     | '        peer: kme-b'      | 21: neighbours[0].kmes[0].peer: expected the KME at the other end, kme-b is this one
            '        peer: kme-a'     | '        client_key: $/tn-2.key\n        peer: kme-a' | 20: neighbours[0].kmes[0]: client_key is there, expected client_certificate too
            '  certificate: $/tn-2.crt' | '  certificate: $/tn-4.crt' | 5: tls.certificate: no such file: tn-4.crt, did you mean tn-2.crt?
            '  certificate: $/tn-2.crt' | '  certificate: $'       | 5: tls.certificate: expected a file that can be read: {dir}
            '  ca: $/ca.crt'          | '  ca: $/tn-2.key'         | 7: tls.ca: tn-2.key: expected a PEM certificate (-----BEGIN CERTIFICATE-----)
            '  key: $/tn-2.key'       | '  key: $/tn-2.crt'        | 6: tls.key: tn-2.crt: expected one unencrypted private key in PKCS#8 form (-----BEGIN PRIVATE KEY-----), found 0
            '  key: $/tn-2.key'       | '  key: $/tn-3.key'        | 6: tls.key: tn-3.key: the key does not belong to the certificate in tn-2.crt
            id: tn-2                  | id: tn-9                   | 5: tls.certificate: tn-2.crt: expected a certificate of urn:qkd-mesh:node:tn-9, found the node tn-2
            pairs: any                | 'pairs: any\npairs: any'   | 16: pairs: this key is there already, in line 15
            pairs: any                | 'pairs: *any'              | 15: pairs: aliases are not supported, write the value out
            pairs: any                | 'pairs: [any'              | 16: this is not YAML: while parsing a flow sequence, expected ',' or ']', but got :
            pairs: any                | '\tpairs: any'             | 15: this is not YAML: while scanning for the next token, found character '{tab}(TAB)' that cannot start any token. (Do not use {tab}(TAB) for indentation)
            """)
    void oneMistake_isToldWithItsLineAndKey(String line, String replacement, String mistake) {
        String yaml = GOOD.replace(line + "\n", replacement.replace("\\n", "\n").replace("\\t", "\t") + "\n");
        assertThat(yaml).isNotEqualTo(GOOD);

        assertThat(mistakes(yaml))
                .containsExactly("test.yaml:"
                        + mistake.replace("{dir}", directory.toString()).replace("{tab}", "\\t"));
    }

    @Test
    void twoNeighboursOfOneId_areRefused() {
        assertThat(
                        mistakes(
                                GOOD
                                        + "  - {id: tn-3, url: 'https://localhost:9030', kmes: [{id: kme-d, peer: kme-c, url: 'https://localhost:8030'}]}\n"))
                .containsExactly(
                        "test.yaml:23: neighbours[1].id: a neighbour of the id tn-3 is there already, see neighbours[0].id");
    }

    @Test
    void oneKmeForTwoLinks_isRefused() {
        assertThat(mistakes(GOOD + "      - {id: kme-b, peer: kme-a, url: 'https://localhost:8030'}\n"))
                .containsExactly(
                        "test.yaml:23: neighbours[0].kmes[1].id: a KME of the id kme-b is there already, see neighbours[0].kmes[0].id",
                        "test.yaml:23: neighbours[0].kmes[1].peer: a KME at the far end of the id kme-a is there already, see neighbours[0].kmes[0].peer");
    }

    @Test
    void certificateOfAnSae_isRefusedForANode() {
        assertThat(mistakes(GOOD.replace("$/tn-2.", "$/kme-a.")))
                .containsExactly(
                        "test.yaml:5: tls.certificate: kme-a.crt: expected a certificate of urn:qkd-mesh:node:tn-2, found the KME kme-a");
    }

    @Test
    void allMistakes_areToldAtOnceInTheOrderOfTheLines() {
        assertThat(mistakes(GOOD.replace("id: tn-2\n", "id: tn-9\nnaighbours: 7\n")
                        .replace("max_size: 1024", "max_size: 12")
                        .replace("pairs: any", "pairs: all")
                        .replace("https://localhost:8020", "here")))
                .extracting(mistake -> mistake.split(" ")[0] + " " + mistake.split(" ")[1])
                .containsExactly(
                        "test.yaml:2: naighbours:",
                        "test.yaml:6: tls.certificate:",
                        "test.yaml:11: keys.min_size:",
                        "test.yaml:12: keys.max_size:",
                        "test.yaml:16: pairs:",
                        "test.yaml:23: neighbours[0].kmes[0].url:");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                   | test.yaml:1: the file is empty
            # only a remark      | test.yaml:1: the file is empty
            tn-2                 | test.yaml:1: expected keys and values, found "tn-2"
            '- id: tn-2'         | test.yaml:1: expected keys and values, found a list
            """)
    void fileThatIsNoConfiguration_isOneMistake(String yaml, String mistake) {
        assertThat(mistakes(yaml)).containsExactly(mistake);
    }

    @Test
    void secondDocument_isRefused() {
        assertThat(mistakes(GOOD + "---\nid: tn-4\n"))
                .containsExactly("test.yaml:24: a second YAML document, expected one");
    }

    @Test
    void deepNesting_isRefusedAndNotFollowed() {
        assertThat(mistakes(GOOD + "x: " + "[".repeat(100_000)))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("test.yaml:23: nested deeper than 20 levels");
    }

    @Test
    void missingFileAndDirectory_areTold() {
        assertMistake(directory.resolve("none.yaml"), "none.yaml:1: no such file");
        assertMistake(directory, ":1: cannot be read: Is a directory");
    }

    @Test
    void hugeFile_isRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("huge.yaml"), "#".repeat(2 << 20));

        assertMistake(file, "huge.yaml:1: larger than 1 MiB");
    }

    @Test
    void portThatIsTaken_isToldLikeAnyOtherMistake() throws Exception {
        Path file = configs.write(GOOD);

        assertThat(NodeConfigReader.mistake(file, Map.of(), "management", "cannot listen"))
                .hasToString(file + ":3: management: cannot listen");
    }

    private static void assertMistake(Path file, String message) {
        assertThatThrownBy(() -> NodeConfigReader.read(file, Map.of(), new ConfiguredCertificates()))
                .isInstanceOf(ConfigMistakes.class)
                .hasMessageEndingWith(message);
    }

    private static List<String> mistakes(String yaml) {
        return configs.mistakesOfNode(yaml, Map.of());
    }
}
