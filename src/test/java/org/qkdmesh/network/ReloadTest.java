package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.Mistake;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.SaePattern;
import org.qkdmesh.testing.OpenApiContract;
import org.qkdmesh.transport.TestClient;

/** A running network whose configuration changes. */
class ReloadTest {

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder).start();
    }

    @BeforeEach
    void awaitKeys() {
        network.awaitKeys(1, 4);
        network.awaitKeys(4, 1);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void saesAddedAndRemovedUnderLoad_areServedAndNoLongerServed_andNoRequestFails() throws Exception {
        network.certificates().sae("sae-new");
        try (SteadyLoad load = new SteadyLoad(network)) {
            await().until(() -> load.delivered() > 5);
            await().until(() -> uptimeSeconds() > 0);
            int uptime = uptimeSeconds();
            for (int node : new int[] {1, 4}) {
                NodeConfig now = network.config(node);
                List<NodeConfig.Sae> saes = new ArrayList<>(now.saes());
                if (node == 1) {
                    saes.add(new NodeConfig.Sae(new SaeId("sae-new"), Optional.empty()));
                }
                NodeConfig next = with(now, saes, PairPolicies.ANY, now.neighbours());
                network.edit(node, running -> next);
                assertThat(reload(node).statusCode()).isEqualTo(200);
            }

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(keys("sae-new", 1, "sae-4").statusCode()).isEqualTo(200));
            HttpResponse<String> given = keys("sae-new", 1, "sae-4");
            HttpResponse<String> fetched = network.as("sae-4")
                    .get(network.api(4) + "sae-new/dec_keys?key_ID="
                            + new ObjectMapper()
                                    .readTree(given.body())
                                    .at("/keys/0/key_ID")
                                    .asText());
            assertThat(fetched.body()).isEqualTo(given.body());

            for (int node : new int[] {1, 4}) {
                network.edit(node, running -> network.config(node));
                HttpResponse<String> answer = reload(node);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).contains("pairs changed");
            }
            assertThat(keys("sae-new", 1, "sae-4").statusCode()).isEqualTo(401);
            assertThat(uptimeSeconds()).isGreaterThanOrEqualTo(uptime);
            int until = load.delivered();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.delivered() > until + 10);
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void aRateForAPair_holdsFromTheReloadOn_forThatPairOnly_untilItIsLifted() throws Exception {
        // Of this pair nothing was given before, which the day would count.
        NodeConfig now = network.config(1);
        PairPolicy rated = PairPolicy.UNLIMITED.with(new PairPolicy.Rates(OptionalInt.empty(), 1, OptionalInt.of(2)));
        network.edit(1, running -> with(now, now.saes(), onlyFor("sae-1b", "sae-4", rated), now.neighbours()));
        assertThat(reload(1).body()).contains("pairs changed");
        try {
            assertThat(keys("sae-1b", 1, "sae-4").statusCode()).isEqualTo(200);
            assertThat(keys("sae-1b", 1, "sae-4").statusCode()).isEqualTo(200);
            HttpResponse<String> refused = OpenApiContract.read().check(keys("sae-1b", 1, "sae-4"));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("may have 2 keys a day");
            assertThat(metrics()).contains("qkd_refusals_total{door=\"enc-keys\",reason=\"keys_per_day\"} 1.0");
            assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                    .isBetween(2L, 86_400L);
            assertThat(keys("sae-1b", 1, "sae-3").statusCode()).isEqualTo(200);
            assertThat(network.as("sae-1b").get(network.api(1) + "sae-4/status").body())
                    .contains("\"stored_key_count\":0");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(network.audited(1, "\"event\":\"reloaded\""))
                            .anyMatch(line -> line.contains("pairs changed")));
        } finally {
            network.edit(1, running -> now);
            assertThat(reload(1).statusCode()).isEqualTo(200);
        }
        assertThat(keys("sae-1b", 1, "sae-4").statusCode()).isEqualTo(200);
    }

    @Test
    void keysPerSecondOfAPair_beyondThem_are429WithTheTimeToWait_andCounted() throws Exception {
        NodeConfig now = network.config(1);
        PairPolicy rated = PairPolicy.UNLIMITED.with(new PairPolicy.Rates(OptionalInt.of(1), 1, OptionalInt.empty()));
        network.edit(1, running -> with(now, now.saes(), onlyFor("sae-1b", "sae-3", rated), now.neighbours()));
        assertThat(reload(1).body()).contains("pairs changed");
        try {
            // More than a burst, which is paid off in a minute and a half: longer than the next request takes.
            assertThat(network.as("sae-1b")
                            .get(network.api(1) + "sae-3/enc_keys?number=90")
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<String> refused = OpenApiContract.read().check(keys("sae-1b", 1, "sae-3"));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("may have 1 keys a second");
            assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                    .isBetween(1L, 90L);
            assertThat(metrics()).contains("qkd_refusals_total{door=\"enc-keys\",reason=\"keys_per_second\"} 1.0");
            assertThat(keys("sae-1b", 1, "sae-2").statusCode()).isEqualTo(200);
        } finally {
            network.edit(1, running -> now);
            assertThat(reload(1).statusCode()).isEqualTo(200);
        }
        assertThat(keys("sae-1b", 1, "sae-3").statusCode()).isEqualTo(200);
    }

    private static PairPolicies onlyFor(String master, String slave, PairPolicy policy) {
        return new PairPolicies(List.of(
                new PairPolicies.Entry(new SaePattern(master), new SaePattern(slave), policy),
                new PairPolicies.Entry(new SaePattern("*"), new SaePattern("*"), PairPolicy.UNLIMITED)));
    }

    private static String metrics() {
        return TestClient.plain()
                .get(network.management(1, "/observe/metrics").toString())
                .body();
    }

    @Test
    void reloads_standInTheAuditLog_withWhatHasChanged_andOneThatIsNotTakenDoesNot() throws Exception {
        int before = network.audited(2, "\"event\":\"reloaded\"").size();
        network.edit(2, running -> {
            throw new ConfigMistakes(List.of(new Mistake("tn-2.yaml:3", "pairs", "one")));
        });
        assertThat(reload(2).statusCode()).isEqualTo(400);
        NodeConfig now = network.config(2);
        network.edit(2, running -> with(now, now.saes(), PairPolicies.ANY, now.neighbours()));
        assertThat(reload(2).statusCode()).isEqualTo(200);
        network.edit(2, running -> now);
        assertThat(reload(2).statusCode()).isEqualTo(200);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(network.audited(2, "\"event\":\"reloaded\""))
                        .hasSize(before + 2)
                        .last()
                        .asString()
                        .containsPattern("\"changes\":\"pairs changed\",\"certificate\":\"[0-9a-f]{64}\""));
    }

    @Test
    void whenNoPairIsWritten_nobodyGetsAnything_byAnyMethod_andTheOperatorIsToldWhy() throws Exception {
        String waiting = new ObjectMapper()
                .readTree(keys("sae-1", 1, "sae-1b").body())
                .at("/keys/0/key_ID")
                .asText();
        byte[] wanted = ("{\"key_IDs\":[{\"key_ID\":\"" + waiting + "\"}]}").getBytes(StandardCharsets.US_ASCII);
        NodeConfig now = network.config(1);
        network.edit(1, running -> with(now, now.saes(), new PairPolicies(List.of()), now.neighbours()));
        assertThat(reload(1).body()).contains("pairs changed");
        try {
            for (String other : List.of("sae-1", "sae-4", "sae-nowhere")) {
                TestClient caller = network.as("sae-1b");
                String its = network.api(1) + other;
                for (HttpResponse<String> answer : List.of(
                        caller.get(its + "/status"),
                        caller.get(its + "/enc_keys"),
                        caller.post(its + "/enc_keys", "{}".getBytes(StandardCharsets.US_ASCII)),
                        caller.get(its + "/dec_keys?key_ID=" + waiting),
                        caller.post(its + "/dec_keys", wanted))) {
                    OpenApiContract.read().check(answer);
                    assertThat(answer.statusCode()).isEqualTo(401);
                    assertThat(answer.body())
                            .as("the same of an SAE here, elsewhere and nowhere")
                            .isEqualTo("{\"message\":\"this pair of SAEs is not allowed to share keys\"}");
                }
            }
            assertThat(keys("sae-4", 4, "sae-1").statusCode())
                    .as("what comes from other nodes")
                    .isEqualTo(503);
            assertThat(metrics())
                    .contains("qkd_refusals_total{door=\"status\",reason=\"pair_not_allowed\"} 3.0")
                    .contains("qkd_refusals_total{door=\"enc-keys\",reason=\"pair_not_allowed\"} 6.0")
                    .contains("qkd_refusals_total{door=\"dec-keys\",reason=\"pair_not_allowed\"} 6.0");
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(network.audited(1, ""))
                    .anySatisfy(line -> assertThat(line)
                            .contains("\"door\":\"dec-keys\",\"reason\":\"pair_not_allowed\",\"who\":\"sae-1b\","
                                    + "\"master\":\"sae-4\",\"slaves\":[\"sae-1b\"],\"count\":"))
                    .anySatisfy(
                            line -> assertThat(line).contains("\"door\":\"ext-keys\",\"reason\":\"unauthorized\"")));
            assertThat(network.audited(1, "sae-nowhere"))
                    .as("names that somebody made up")
                    .isEmpty();
        } finally {
            network.edit(1, running -> now);
            assertThat(reload(1).statusCode()).isEqualTo(200);
        }
        assertThat(network.as("sae-1b")
                        .get(network.api(1) + "sae-1/dec_keys?key_ID=" + waiting)
                        .statusCode())
                .as("the key that waited")
                .isEqualTo(200);
    }

    @Test
    void aNeighbourTakenAwayWithItsKmes_isLeftAlone_andKeysFlowOnceItIsBack() throws Exception {
        NodeConfig whole = network.config(1);
        network.edit(1, running -> with(whole, whole.saes(), whole.pairs(), List.of()));
        assertThat(reload(1).body()).contains("neighbour tn-2 removed", "KME kme-1-2 removed");
        assertThat(keys("sae-1", 1, "sae-4").statusCode()).isEqualTo(503);
        assertThat(keys("sae-1", 1, "sae-1b").statusCode()).isEqualTo(200);

        network.edit(1, running -> whole);
        assertThat(reload(1).body()).contains("neighbour tn-2 added", "KME kme-1-2 added");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> keys("sae-1", 1, "sae-4").statusCode() == 200);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> keys("sae-4", 4, "sae-1").statusCode() == 200);
    }

    @Test
    void certificatesRenewedUnderTheSameName_areShownToNewCallersAndToNeighbours() throws Exception {
        Certificate before = shown();
        network.certificates().node("tn-1");
        network.edit(1, running -> network.config(1));
        try (SteadyLoad load = new SteadyLoad(network)) {
            await().until(() -> load.delivered() > 5);
            assertThat(reload(1).statusCode()).isEqualTo(200);
            int until = load.delivered();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.delivered() > until + 10);
            assertThat(load.failures()).isEmpty();
        }
        assertThat(shown()).isNotEqualTo(before);
    }

    @Test
    void aConfigurationWithMistakes_changesNothingAndTellsThemAll() throws Exception {
        network.edit(1, running -> {
            throw new ConfigMistakes(List.of(
                    new Mistake("tn-1.yaml:3", "saes[0].id", "one"), new Mistake("tn-1.yaml:9", "pairs", "two")));
        });
        Object routes = network.running(1).camelContext();

        HttpResponse<String> answer = reload(1);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("tn-1.yaml:3: saes[0].id: one", "tn-1.yaml:9: pairs: two");
        assertThat(network.running(1).camelContext()).isSameAs(routes);
        assertThat(keys("sae-1", 1, "sae-4").statusCode()).isEqualTo(200);
    }

    @Test
    void aConfigurationWhoseFilesCanNotBeRead_changesNothing() throws Exception {
        NodeConfig now = network.config(1);
        Path noCertificate = Files.writeString(folder.resolve("no.crt"), "nothing");
        List<NodeConfig.Sae> saes = List.of(new NodeConfig.Sae(now.saes().get(0).id(), Optional.of(noCertificate)));
        assertThatThrownBy(() -> network.running(1).reload(with(now, saes, now.pairs(), List.of())))
                .isInstanceOf(IOException.class);
        assertThat(keys("sae-1", 1, "sae-4").statusCode()).isEqualTo(200);
    }

    @Test
    void whatNeedsARestart_isRefusedByName() {
        NodeConfig now = network.config(1);
        NodeConfig elsewhere = new NodeConfig(
                now.id(),
                new BindAddress("127.0.0.1", 1),
                now.peerListen(),
                now.management(),
                now.tls(),
                folder.resolve("elsewhere"),
                now.keys(),
                now.keyTimes(),
                now.saes(),
                now.pairs(),
                now.neighbours(),
                now.directory(),
                now.relay(),
                now.linkKeys(),
                now.limits(),
                now.audit());
        assertThatThrownBy(() -> network.running(1).reload(elsewhere)).hasMessage("listen, data: this needs a restart");
    }

    @Test
    void withoutTheTokenOrByAnotherMethod_nothingIsReadAgain() {
        String door = network.management(1, "/manage/reload").toString();
        assertThat(TestClient.plain().post(door, new byte[0]).statusCode()).isEqualTo(401);
        assertThat(TestClient.plain().get(door).statusCode()).isEqualTo(405);
    }

    private static Certificate shown() throws Exception {
        TestClient fresh = TestClient.tls(
                network.credentials("sae-1"), network.certificates().authorities());
        return fresh.get(network.api(1) + "sae-4/status")
                .sslSession()
                .orElseThrow()
                .getPeerCertificates()[0];
    }

    private static int uptimeSeconds() throws IOException {
        String status = TestClient.plain()
                .get(network.management(1, "/manage/status").toString())
                .body();
        return new ObjectMapper().readTree(status).path("uptime_seconds").asInt();
    }

    private static HttpResponse<String> keys(String master, int node, String slave) {
        return network.as(master).get(network.api(node) + slave + "/enc_keys");
    }

    private static HttpResponse<String> reload(int node) throws IOException {
        String token = Files.readString(network.data(node).resolve("admin.token"), StandardCharsets.US_ASCII)
                .strip();
        return TestClient.plain()
                .send(TestClient.request(
                                network.management(node, "/manage/reload").toString())
                        .header("Authorization", "Bearer " + token)
                        .timeout(Duration.ofSeconds(60))
                        .POST(HttpRequest.BodyPublishers.noBody()));
    }

    static NodeConfig with(
            NodeConfig config, List<NodeConfig.Sae> saes, PairPolicies pairs, List<NodeConfig.Neighbour> neighbours) {
        return new NodeConfig(
                config.id(),
                config.listen(),
                config.peerListen(),
                config.management(),
                config.tls(),
                config.data(),
                config.keys(),
                config.keyTimes(),
                saes,
                pairs,
                neighbours,
                config.directory(),
                config.relay(),
                config.linkKeys(),
                config.limits(),
                config.audit());
    }
}
