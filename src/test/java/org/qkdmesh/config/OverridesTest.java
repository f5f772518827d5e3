package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicy;

class OverridesTest {

    private static final String YAML = """
            id: tn-2
            listen: 0.0.0.0:9010
            management: 127.0.0.1:9011
            tls: {certificate: $/tn-2.crt, key: $/tn-2.key, ca: $/ca.crt}
            data: $/data
            neighbours:
              - id: tn-3
                url: https://localhost:9020
                kmes:
                  - {id: kme-b, peer: kme-a, url: "https://localhost:8020"}
            """;

    @TempDir
    private static Path directory;

    private static Configs configs;

    @BeforeAll
    static void makeCertificates() {
        configs = new Configs(directory);
    }

    @Test
    void sealOfAPair_isHybrid_unlessItIsOff() throws Exception {
        NodeConfig config = configs.node(
                YAML
                        + "pairs: [{master: a, slave: b, seal: off}, {master: c, slave: d}, {master: e, slave: f, seal: hybrid}]",
                Map.of());

        assertThat(config.pairs().seal(new SaePair(new SaeId("a"), new SaeId("b"))))
                .isFalse();
        assertThat(config.pairs().seal(new SaePair(new SaeId("c"), new SaeId("d"))))
                .isTrue();
        assertThat(config.pairs().seal(new SaePair(new SaeId("e"), new SaeId("f"))))
                .isTrue();
    }

    @Test
    void pathsOfAPair_areSingle_unlessItsEntrySaysOtherwise() throws Exception {
        NodeConfig config = configs.node(
                YAML
                        + "pairs: [{master: a, slave: b, paths: disjoint}, {master: c, slave: d},"
                        + " {master: e, slave: f, paths: prefer_disjoint, shares: 3}]",
                Map.of());

        assertThat(config.pairs().paths(new SaePair(new SaeId("a"), new SaeId("b"))))
                .isEqualTo(new PairPolicy.Paths(PairPolicy.Paths.Choice.DISJOINT, 2));
        assertThat(config.pairs().paths(new SaePair(new SaeId("c"), new SaeId("d"))))
                .isEqualTo(PairPolicy.Paths.SINGLE);
        assertThat(config.pairs().paths(new SaePair(new SaeId("e"), new SaeId("f"))))
                .isEqualTo(new PairPolicy.Paths(PairPolicy.Paths.Choice.PREFER_DISJOINT, 3));
    }

    @Test
    void limitsOfAPair_areReadFromItsEntry_andReplacedOneByOne() throws Exception {
        NodeConfig config = configs.node(
                YAML
                        + "\npairs: [{master: a, slave: 'b-*', max_size: 512, keys_per_second: 7, keys_per_day: 90, priority: 3}]",
                Map.of("QKD_MESH_PAIRS__0__MAX_SIZE", "256"));

        PairPolicy policy =
                config.pairs().of(new SaePair(new SaeId("a"), new SaeId("b-1"))).orElseThrow();
        assertThat(policy.bounds()).isEqualTo(new PairPolicy.Bounds(8, 256, 90, Integer.MAX_VALUE));
        assertThat(policy.rates()).isEqualTo(new PairPolicy.Rates(OptionalInt.of(7), 7, OptionalInt.of(90)));
        assertThat(policy.priority()).isEqualTo(3);
    }

    @Test
    void values_areReplacedOneByOne() throws Exception {
        NodeConfig config = configs.node(
                YAML,
                Map.of(
                        "QKD_MESH_LISTEN", "[::]:9999",
                        "QKD_MESH_PEER_PORT", "9998",
                        "QKD_MESH_PAIRS", "any",
                        "QKD_MESH_KEYS__MAX_SIZE", "4096",
                        "QKD_MESH_KEYS__LIFE", "2h",
                        "QKD_MESH_NEIGHBOURS__0__URL", "https://far.example",
                        "QKD_MESH_NEIGHBOURS__0__KMES__0__SAE_ID", "4711",
                        "QKD_MESH_LIMITS__TOMBSTONES_PER_NODE", "5",
                        "QKD_MESH_JAVA_OPTS", "-Xmx1g",
                        "PATH", "/bin"));

        assertThat(config.listen()).hasToString("[::]:9999");
        assertThat(config.peerListen()).contains(new BindAddress("::", 9998));
        assertThat(config.pairs().allow(new SaePair(new SaeId("x"), new SaeId("y"))))
                .isTrue();
        assertThat(config.keys()).isEqualTo(new KeySettings(64, 4096, 256, 128, 10_000, 8));
        assertThat(config.keyTimes().life()).isEqualTo(Duration.ofHours(2));
        assertThat(config.neighbours().get(0).url()).hasToString("https://far.example");
        assertThat(config.limits())
                .isEqualTo(new NodeConfig.Limits(10_000, 5, 262_144, 1024, 65_536, 1024, 128, 2_000));
        assertThat(config.neighbours().get(0).kmes().get(0).saeId()).isEqualTo(new SaeId("4711"));
    }

    @Test
    void variableForAFileOfAnotherKind_isLeftToThat() {
        assertThat(mistakes("QKD_MESH_SIMULATOR", "true")).isEmpty();
        assertThat(mistakes("QKD_MESH_HERE__SAE_ID", "x")).isEmpty();
    }

    @Test
    void mistakes_nameTheVariable() {
        assertThat(mistakes("QKD_MESH_LISTN", "x"))
                .containsExactly(
                        "environment variable QKD_MESH_LISTN: listn: unknown key, did you mean \"QKD_MESH_LISTEN\"?");
        assertThat(mistakes("QKD_MESH_NEIGHBOURS__0__KMES__0__PEAR", "x"))
                .containsExactly(
                        "environment variable QKD_MESH_NEIGHBOURS__0__KMES__0__PEAR: neighbours[0].kmes[0].pear:"
                                + " unknown key, did you mean \"QKD_MESH_NEIGHBOURS__0__KMES__0__PEER\"?");
        assertThat(mistakes("QKD_MESH_KEYS__MAX_SIZE", "many"))
                .containsExactly(
                        "environment variable QKD_MESH_KEYS__MAX_SIZE: keys.max_size: expected a whole number, found \"many\"");
        assertThat(mistakes("QKD_MESH_KEYS__MAX_SIZE", "999999999999999999999"))
                .containsExactly(
                        "environment variable QKD_MESH_KEYS__MAX_SIZE: keys.max_size: expected a whole number, found \"999999999999999999999\"");
        assertThat(mistakes("QKD_MESH_NEIGHBOURS__1__URL", "https://x"))
                .containsExactly(
                        "environment variable QKD_MESH_NEIGHBOURS__1__URL: neighbours[1].url: there is no such entry in the file to replace a value in");
        assertThat(mistakes("QKD_MESH_SAES", "sae-a"))
                .containsExactly("environment variable QKD_MESH_SAES: saes: expected a list, found \"sae-a\"");
    }

    @Test
    void oddNames_areMistakesToo() {
        for (String name : List.of(
                "QKD_MESH_", "QKD_MESH__", "QKD_MESH___", "QKD_MESH___0", "QKD_MESH___0__", "QKD_MESH_ID__0__X")) {
            assertThat(mistakes(name, "x")).as(name).isNotEmpty();
        }
    }

    private static List<String> mistakes(String name, String value) {
        return configs.mistakesOfNode(YAML, Map.of(name, value));
    }
}
