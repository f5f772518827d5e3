package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.audit.AuditVerifier;
import org.qkdmesh.cli.torture.SyncFault;
import org.qkdmesh.model.OwnerOnly;
import org.qkdmesh.testing.NodeProcess;
import org.qkdmesh.testing.SmallDisk;
import org.qkdmesh.transport.TestClient;

/** A whole node, whose audit log is required and lies on a small disk of its own where that can be had, and whose disk fails for a while. */
@Tag("faults")
class FailingDiskIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path log;
    private Optional<SmallDisk> disk;
    private NodeProcess node;
    private Process process;
    private TestClient master;
    private TestClient slave;

    @BeforeEach
    void start() throws Exception {
        log = Files.createDirectory(folder.resolve("small-disk"), OwnerOnly.DIRECTORY);
        disk = SmallDisk.at(log, "256k");
        node = new NodeProcess(folder, "audit: {required: true, directory: " + log + "}");
        process = node.startAndAwaitReady();
        master = node.as("sae-1");
        slave = node.as("sae-2");
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
        disk.ifPresent(SmallDisk::close);
    }

    @Test
    void whileNoSyncSucceeds_saesGet503AndTheNodeIsNotReady_andAfterwardsAllIsWell_andNoKeyIsLost() throws Exception {
        assumeTrue(SyncFault.isPossible(), "there is no strace, to fail a sync, or it may not trace");
        JsonNode before = key(encKeys());

        SyncFault fault = SyncFault.failing(process.pid());
        try {
            refusesKeys(before);
            assertThat(health()).contains("the key store could not");
        } finally {
            fault.close();
        }

        servesAgain(before);
    }

    @Test
    void whileItsRequiredAuditLogHasNoRoom_saesGet503AndTheOperatorIsTold_andAfterwardsAllIsWell_andEveryKeyIsInTheLog()
            throws Exception {
        assumeTrue(disk.isPresent(), "a small disk can not be mounted");
        JsonNode before = key(encKeys());

        disk.get().fill();
        refusesKeys(before);
        assertThat(health()).contains("the audit log can not be written to " + log);
        assertThat(node.log()).contains("ALARM audit-not-written");
        assertThat(TestClient.plain().get(node.management("/observe/metrics")).body())
                .contains("qkd_alarms_total{kind=\"audit-not-written\"} 1.0")
                .contains("qkd_alarms_total{kind=\"store-failure\"} 0.0");
        disk.get().makeRoom();

        JsonNode after = servesAgain(before);
        process.destroy();
        assertThat(process.onExit().get().exitValue()).isZero();
        AuditVerifier.Report report =
                new AuditVerifier(node.certificates().authorities(), progress -> {}).verify(AuditVerifier.filesIn(log));
        assertThat(report.findings()).isEmpty();
        assertThat(report.unsigned()).isZero();
        assertThat(report.ended()).as("with a checkpoint at SIGTERM").isTrue();
        for (JsonNode key : new JsonNode[] {before, after}) {
            assertThat(linesOf(key)).containsExactly("made", "fetched");
        }
    }

    private void refusesKeys(JsonNode waiting) throws Exception {
        await().atMost(Duration.ofSeconds(20)).until(() -> encKeys().statusCode() == 503);
        unavailable(encKeys());
        unavailable(decKeys(waiting));
        assertThat(node.isReady()).isFalse();
    }

    /** Returns a new key. */
    private JsonNode servesAgain(JsonNode waiting) throws Exception {
        await().atMost(Duration.ofSeconds(20)).until(() -> encKeys().statusCode() == 200);
        await().atMost(Duration.ofSeconds(20)).until(node::isReady);
        assertThat(key(decKeys(waiting))).isEqualTo(waiting);
        JsonNode fresh = key(encKeys());
        assertThat(key(decKeys(fresh))).isEqualTo(fresh);
        return fresh;
    }

    /** What the log tells of a key, in order. */
    private Stream<String> linesOf(JsonNode key) throws IOException {
        return AuditVerifier.filesIn(log).stream()
                .flatMap(FailingDiskIT::lines)
                .filter(line -> line.contains(key.path("key_ID").asText()))
                .map(line -> line.replaceAll(".*\"event\":\"([a-z]+)\".*", "$1"));
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String health() {
        return TestClient.plain().get(node.management("/observe/health")).body();
    }

    private HttpResponse<String> encKeys() {
        return master.get(node.api() + "sae-2/enc_keys");
    }

    private HttpResponse<String> decKeys(JsonNode key) {
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
