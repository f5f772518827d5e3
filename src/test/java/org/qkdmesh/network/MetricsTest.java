package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.Promtool;
import org.qkdmesh.transport.TestClient;

/** What a running node exports, against what the documents say that it exports. */
class MetricsTest {

    private static final Path REFERENCE = Path.of("docs", "reference", "metrics.md");

    /** A row of a table there: name, type, labels. */
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z0-9_]+)` \\| (counter|gauge|histogram|summary) \\| ([^|]*)\\|.*");

    private static final Pattern LABEL = Pattern.compile("([A-Za-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    /** Keys and their ids that went through the network; no metric may show them. */
    private static final List<String> SECRETS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder).start();
        network.awaitKeys(1, 4);
        HttpResponse<String> given = network.as("sae-1").get(network.api(1) + "sae-4/enc_keys?number=2");
        assertThat(given.statusCode()).as(given.body()).isEqualTo(200);
        Matcher values = Pattern.compile("\"(?:key_ID|key)\":\"([^\"]+)\"").matcher(given.body());
        while (values.find()) {
            SECRETS.add(values.group(1));
        }
        String id = SECRETS.stream()
                .filter(value -> value.matches("[0-9a-f-]{36}"))
                .findFirst()
                .orElseThrow();
        assertThat(network.as("sae-4")
                        .get(network.api(4) + "sae-1/dec_keys?key_ID=" + id)
                        .statusCode())
                .isEqualTo(200);
        network.as("sae-1").get(network.api(1) + "sae-nowhere/enc_keys");
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void metrics_areThoseOfTheReference_withTheirTypesAndLabels() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(REFERENCE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Set<String> labels = new TreeSet<>();
                Matcher label = Pattern.compile("`([A-Za-z_]+)`").matcher(row.group(3));
                while (label.find()) {
                    labels.add(label.group(1));
                }
                documented.put(row.group(1), row.group(2) + " " + labels);
            }
        }
        Map<String, String> exported = new TreeMap<>();
        families(scrape(1)).forEach((name, family) -> exported.put(name, family.type + " " + family.labels));
        // Of a collector's work there is a series once it was done, and not every collector does all of it.
        documented.keySet().removeIf(name -> name.startsWith("jvm_gc_") && !exported.containsKey(name));
        assertThat(documented).isEqualTo(exported);
    }

    @Test
    void series_existBeforeAnythingHappened() {
        // Node 3 has no SAE that asked for anything, and nothing went wrong there.
        String metrics = scrape(3);
        assertThat(metrics)
                .contains("qkd_requests_seconds_count{method=\"enc-keys\",result=\"unavailable\"} 0")
                .contains("qkd_refusals_total{door=\"enc-keys\",reason=\"unavailable\"} 0.0")
                .contains("qkd_alarms_total{kind=\"tag-mismatch\"} 0.0")
                .contains("qkd_keys_voided_total 0.0");
    }

    @Test
    void counters_countWhatHappened() {
        assertThat(value(1, "qkd_keys_given_total")).isEqualTo(2);
        assertThat(value(4, "qkd_keys_fetched_total")).isEqualTo(1);
        assertThat(value(1, "qkd_relay_seconds_count{hops=\"3\"}")).isEqualTo(1);
        assertThat(value(1, "qkd_requests_seconds_count{method=\"enc-keys\",result=\"ok\"}"))
                .isEqualTo(1);
        assertThat(value(4, "qkd_requests_seconds_count{method=\"ext-keys\",result=\"ok\"}"))
                .isEqualTo(1);
        assertThat(value(1, "qkd_mesh_nodes")).isEqualTo(4);
        assertThat(value(1, "qkd_neighbour_up{neighbour=\"tn-2\"}")).isEqualTo(1);
        assertThat(value(1, "qkd_kme_up{kme=\"kme-1-2\",neighbour=\"tn-2\",peer_kme=\"kme-2-1\"}"))
                .isEqualTo(1);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(value(4, "qkd_store_rows{kind=\"waiting\"}")).isEqualTo(1));
        assertThat(value(4, "qkd_limit_used_ratio{limit=\"waiting-keys\"}")).isEqualTo(1 / 10_000.0);
        assertThat(value(4, "qkd_limit_used_ratio{limit=\"nodes\"}")).isEqualTo(4 / 1024.0);
        assertThat(value(4, "qkd_limit_used_ratio{limit=\"relay-results\"}")).isPositive();
        assertThat(value(4, "qkd_limit_used_ratio{limit=\"held-link-keys\"}")).isPositive();
    }

    @Test
    void steps_areTimedUnderTheIdsOfTheRouteFiles() {
        String metrics = scrape(1);
        assertThat(metrics)
                .contains("camel_exchanges_total{route=\"enc-keys\"}")
                .contains("camel_message_history_seconds_count{route=\"enc-keys\",step=\"identify-sae\"}")
                .contains("camel_message_history_seconds_count{route=\"next-hop\",step=\"write-hop-message\"}")
                .contains("camel_message_history_seconds_count{route=\"sae-refused\",step=\"write-sae-refusal\"}");
    }

    @Test
    void metrics_keepToTheRulesOfPrometheus() throws Exception {
        Promtool.Result result = Promtool.run(scrape(1), "check", "metrics");
        assertThat(result.said()).isEmpty();
        assertThat(result.code()).isZero();
    }

    @Test
    void metrics_showNoKeyAndNoKeyId() {
        for (int node = 1; node <= ExampleNetwork.NODES; node++) {
            assertThat(scrape(node)).doesNotContain(SECRETS);
        }
    }

    @Test
    void levels_ofTheLog_areChangedByTheHolderOfTheToken() throws Exception {
        String levels = network.management(1, "/manage/log-levels").toString();
        String token = Files.readString(network.data(1).resolve("admin.token"));
        String logger = levels + "/org.qkdmesh.events";
        assertThat(change(logger + "?level=debug", "PUT", "wrong").statusCode()).isEqualTo(401);
        assertThat(change(logger + "?level=debug", "PUT", token).body()).contains("\"org.qkdmesh.events\":\"debug\"");
        assertThat(TestClient.plain().get(levels).body()).contains("\"org.qkdmesh.events\":\"debug\"");
        assertThat(change(logger, "DELETE", token).body()).doesNotContain("org.qkdmesh.events");
        HttpResponse<String> wire = change(levels + "/org.apache.hc.client5.http.wire?level=debug", "PUT", token);
        assertThat(wire.statusCode()).isEqualTo(400);
        assertThat(wire.body()).contains("org.qkdmesh.relay");
        assertThat(wire.headers().firstValue("QKD-Request-Id")).isPresent();
    }

    @Test
    void health_namesStoreDiskCertificateLinksAndKmes_andIsReady() {
        HttpResponse<String> health =
                TestClient.plain().get(network.management(2, "/observe/health").toString());
        assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
        assertThat(health.body())
                .contains(
                        "\"store\"", "\"disk\"", "\"certificate\"", "\"links\"", "\"KME kme-2-1\"", "\"link to tn-3\"")
                .doesNotContain("DOWN");
    }

    private static HttpResponse<String> change(String uri, String method, String token) {
        return TestClient.plain()
                .send(TestClient.request(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .header("Authorization", "Bearer " + token));
    }

    private record Family(String type, Set<String> labels) {}

    /** By name, as in the TYPE lines; the labels of quantiles and buckets left out. */
    private static Map<String, Family> families(String metrics) {
        Map<String, Family> found = new LinkedHashMap<>();
        for (String line : metrics.split("\n")) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                found.put(words[2], new Family(words[3], new TreeSet<>()));
            } else if (!line.startsWith("#")) {
                String name = line.split("[{ ]")[0];
                Family family = found.get(name);
                for (String suffix : List.of("_bucket", "_count", "_sum")) {
                    if (family == null && name.endsWith(suffix)) {
                        family = found.get(name.substring(0, name.length() - suffix.length()));
                    }
                }
                assertThat(family).as(line).isNotNull();
                Matcher label = LABEL.matcher(line);
                while (label.find()) {
                    if (!label.group(1).equals("le") && !label.group(1).equals("quantile")) {
                        family.labels.add(label.group(1));
                    }
                }
            }
        }
        return found;
    }

    private static double value(int node, String series) {
        return Arrays.stream(scrape(node).split("\n"))
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no series " + series));
    }

    private static String scrape(int node) {
        HttpResponse<String> answer = TestClient.plain()
                .get(network.management(node, "/observe/metrics").toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
