package org.qkdmesh.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.certs.DemoCertificates;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.config.KeySettings;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.node.Node;
import org.qkdmesh.simulator.SimulatorProcess;
import org.qkdmesh.testing.FreePorts;
import org.qkdmesh.transport.TestClient;
import picocli.CommandLine;

/** The settings of the example network in the older form, imported as they are, and started. */
class ImportedNetworkTest {

    private static final List<String> NODES = List.of("tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final Map<String, Integer> ports = new HashMap<>();
    private final List<AutoCloseable> running = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : running) {
            one.close();
        }
    }

    @Test
    void importedNodes_start_andRelayKeysOverThreeLinks() throws Exception {
        new DemoCertificates(folder.resolve("certs")).make();
        choosePorts();
        Path[] settings = OldSettings.write(folder, ports);
        List<String> words =
                new ArrayList<>(List.of("--out", folder.resolve("config").toString()));
        for (Path file : settings) {
            words.add(file.toString());
        }
        assertThat(new CommandLine(new ImportCommand())
                        .setOut(new PrintWriter(Writer.nullWriter()))
                        .execute(words.toArray(String[]::new)))
                .isZero();
        startKmes();
        for (String node : NODES) {
            running.add(
                    0,
                    Node.start(
                            NodeConfigReader.read(
                                    folder.resolve("config").resolve(node + ".yaml"),
                                    Map.of("QKD_MESH_DATA", folder.resolve(node).toString()),
                                    new ConfiguredCertificates()),
                            Path.of("routes")));
        }
        TestClient master = client("sae-a");
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    HttpResponse<String> status = master.get(api("tn-1-a2b2") + "sae-b/status");
                    return status.statusCode() == 200
                            && JSON.readTree(status.body())
                                            .path("stored_key_count")
                                            .asLong()
                                    > 1;
                });
        JsonNode given = JSON.readTree(
                        master.get(api("tn-1-a2b2") + "sae-b/enc_keys").body())
                .path("keys")
                .path(0);
        JsonNode fetched = JSON.readTree(client("sae-b")
                        .get(api("tn-4-a3b3") + "sae-a/dec_keys?key_ID="
                                + given.path("key_ID").asText())
                        .body())
                .path("keys")
                .path(0);
        assertThat(given.path("key").asText()).isNotEmpty();
        assertThat(fetched).isEqualTo(given);
    }

    private String api(String node) {
        return "https://localhost:" + ports.get(node) + "/api/v1/keys/";
    }

    private TestClient client(String sae) throws IOException {
        Path certs = folder.resolve("certs");
        return TestClient.tls(
                PemFiles.credentials(certs.resolve(sae + ".crt"), certs.resolve(sae + ".key")),
                PemFiles.certificates(certs.resolve("ca.crt")));
    }

    private void startKmes() throws Exception {
        SimulatorConfig config = new SimulatorConfig(
                new BindAddress("127.0.0.1", 0),
                folder.resolve("kme-sim"),
                folder.resolve("certs").resolve("ca.crt"),
                new KeySettings(64, 1024, 256, 50, 100_000),
                List.of(
                        pair("ndk-kme-a2", "tn-2-a2b1", "ndk-kme-b2", "tn-1-a2b2"),
                        pair("ndk-kme-a1", "tn-3-a1b3", "ndk-kme-b1", "tn-2-a2b1"),
                        pair("ndk-kme-a3", "tn-4-a3b3", "ndk-kme-b3", "tn-3-a1b3")));
        running.add(SimulatorProcess.run(config, Path.of("routes", "simulator"), EventLog.silent()));
    }

    private SimulatorConfig.Pair pair(String one, String atOne, String other, String atOther) {
        return new SimulatorConfig.Pair(20_000_000, 20_000_000, end(one, atOne), end(other, atOther));
    }

    private SimulatorConfig.Kme end(String id, String node) {
        return new SimulatorConfig.Kme(
                new KmeId(id),
                new BindAddress("127.0.0.1", ports.get(id)),
                folder.resolve("certs").resolve(id + ".crt"),
                folder.resolve("certs").resolve(id + ".key"),
                new SaeId(node));
    }

    /** Two in a row for each node: the import puts management beside the port that neighbours call. */
    private void choosePorts() {
        for (String kme : List.of("ndk-kme-a1", "ndk-kme-b1", "ndk-kme-a2", "ndk-kme-b2", "ndk-kme-a3", "ndk-kme-b3")) {
            ports.put(kme, FreePorts.one());
        }
        for (String node : NODES) {
            ports.put(node, FreePorts.several(2));
        }
    }
}
