package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.torture.SyncFault;
import org.qkdmesh.testing.NodeProcess;
import org.qkdmesh.transport.TestClient;

/** A whole node whose disk fails for a while. */
@Tag("faults")
@Tag("side-by-side")
class FailingDiskIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void whileNoSyncSucceeds_saesGet503AndTheNodeIsNotReady_andAfterwardsAllIsWell_andNoKeyIsLost() throws Exception {
        assumeTrue(SyncFault.isPossible(), "there is no strace, to fail a sync, or it may not trace");
        try (NodeProcess node = new NodeProcess(folder)) {
            Process process = node.startAndAwaitReady();
            TestClient master = node.as("sae-1");
            TestClient slave = node.as("sae-2");
            JsonNode before = key(encKeys(node, master));

            SyncFault fault = SyncFault.failing(process.pid());
            try {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> encKeys(node, master).statusCode() == 503);
                unavailable(encKeys(node, master));
                unavailable(decKeys(node, slave, before));
                assertThat(node.isReady()).isFalse();
                assertThat(TestClient.plain()
                                .get(node.management("/observe/health"))
                                .body())
                        .contains("the key store could not");
            } finally {
                fault.close();
            }

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> encKeys(node, master).statusCode() == 200);
            await().atMost(Duration.ofSeconds(20)).until(node::isReady);
            assertThat(key(decKeys(node, slave, before))).isEqualTo(before);
            JsonNode after = key(encKeys(node, master));
            assertThat(key(decKeys(node, slave, after))).isEqualTo(after);
        }
    }

    private static HttpResponse<String> encKeys(NodeProcess node, TestClient master) {
        return master.get(node.api() + "sae-2/enc_keys");
    }

    private static HttpResponse<String> decKeys(NodeProcess node, TestClient slave, JsonNode key) {
        return slave.get(
                node.api() + "sae-1/dec_keys?key_ID=" + key.path("key_ID").asText());
    }

    private static JsonNode key(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("keys").get(0);
    }

    private static void unavailable(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(JSON.readTree(answer.body()).path("message").asText()).contains("key store");
    }
}
