package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.testing.FreePorts;
import org.qkdmesh.transport.TestClient;

/** The dashboard's queries, asked of a real Prometheus that scrapes the demo by the settings that are delivered. */
@Tag("prometheus")
class DashboardIT {

    private static final int PORT_OFFSET = 22_000;
    private static final long PATIENCE_SECONDS = 240;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path folder;

    private static Process prometheus;
    private static String api;

    @BeforeAll
    static void start() throws Exception {
        demo("--detach");
        // As delivered, but for the ports of this demo, and more often so that rates come soon.
        String settings = Files.readString(Path.of("deploy", "prometheus", "prometheus.yml"))
                .replace("scrape_interval: 5s", "scrape_interval: 1s");
        Matcher target = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(settings);
        Path file = folder.resolve("prometheus.yml");
        Files.writeString(
                file, target.replaceAll(port -> "127.0.0.1:" + (Integer.parseInt(port.group(1)) + PORT_OFFSET)));
        Files.copy(Path.of("deploy", "prometheus", "alerts.yml"), folder.resolve("alerts.yml"));
        int port = FreePorts.one();
        api = "http://127.0.0.1:" + port + "/api/v1/query?query=";
        prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (prometheus != null) {
            prometheus.destroy();
            prometheus.waitFor(20, TimeUnit.SECONDS);
        }
        demo("--stop");
    }

    private static void demo(String what) throws Exception {
        File log = folder.resolve("demo" + what + ".log").toFile();
        Process demo = new ProcessBuilder("./qkd-mesh", "demo", what, "--port-offset", "" + PORT_OFFSET)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        assertThat(demo.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).as(Files.readString(log.toPath())).isZero();
    }

    @Test
    void everyQueryOfTheDashboard_givesData() throws Exception {
        Map<String, String> queries = new LinkedHashMap<>();
        JsonNode dashboard =
                JSON.readTree(Path.of("deploy", "grafana", "qkd-mesh.json").toFile());
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.put(
                        panel.path("title").asText() + " "
                                + target.path("refId").asText(),
                        target.path("expr").asText());
            }
        }
        assertThat(queries).hasSizeGreaterThan(30);
        Path certs = Path.of("certs");
        TestClient sae = TestClient.tls(
                PemFiles.credentials(certs.resolve("sae-a.crt"), certs.resolve("sae-a.key")),
                PemFiles.certificates(certs.resolve("ca.crt")));
        String keys = "https://localhost:" + (9000 + PORT_OFFSET) + "/api/v1/keys/sae-b/enc_keys";
        List<String> empty = new ArrayList<>(queries.keySet());
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    // Somebody has to ask for keys, or there is no time to show that it takes.
                    assertThat(sae.get(keys).statusCode()).isIn(200, 503);
                    for (String name : List.copyOf(empty)) {
                        if (hasData(queries.get(name))) {
                            empty.remove(name);
                        }
                    }
                    assertThat(empty).isEmpty();
                });
    }

    @Test
    void allNodes_areScraped() {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(ask("count(up{job=\"qkd-mesh\"} == 1)")
                        .path(0)
                        .path("value")
                        .path(1)
                        .asText())
                .isEqualTo("4"));
    }

    private static boolean hasData(String query) throws Exception {
        JsonNode result = ask(query.replace("$node", ".*").replace("$__rate_interval", "15s"));
        for (JsonNode series : result) {
            if (!series.path("value").path(1).asText().equals("NaN")) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode ask(String query) throws Exception {
        URI uri = URI.create(api + URLEncoder.encode(query, StandardCharsets.UTF_8));
        HttpResponse<String> answer =
                HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(query + " " + answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("data").path("result");
    }
}
