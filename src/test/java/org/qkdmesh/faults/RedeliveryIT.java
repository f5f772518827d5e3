package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.NodeProcess;
import org.qkdmesh.transport.TestClient;

/** A slave whose node dies after it gave the answer away, and before the window is over. */
@Tag("faults")
class RedeliveryIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void slaveOfANodeThatWasKilledWithinTheRedeliveryWindow_getsTheSameBytesAgain_andNobodyElseDoes() throws Exception {
        try (NodeProcess node = new NodeProcess(folder, "keys: {redelivery_window: 1h}")) {
            Process process = node.startAndAwaitReady();
            JsonNode given = keys(node.as("sae-1").get(node.api() + "sae-2/enc_keys"));
            String fetch = "/dec_keys?key_ID=" + given.at("/0/key_ID").asText();
            assertThat(keys(node.as("sae-2").get(node.api() + "sae-1" + fetch))).isEqualTo(given);

            process.destroyForcibly().onExit().join();
            node.startAndAwaitReady();

            TestClient slave = node.as("sae-2");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> slave.get(node.api() + "sae-1" + fetch).statusCode() != 503);
            assertThat(keys(slave.get(node.api() + "sae-1" + fetch))).isEqualTo(given);
            assertThat(node.as("sae-1").get(node.api() + "sae-2" + fetch).statusCode())
                    .as("its master")
                    .isEqualTo(401);
        }
    }

    private static JsonNode keys(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("keys");
    }
}
