package org.qkdmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.transport.TestClient;

/** A node, tn-1, as a process of its own: without neighbours, with the SAEs sae-1 and sae-2. */
public final class NodeProcess implements AutoCloseable {

    private final TestCertificates certificates;
    private final Path folder;
    private final int port = FreePorts.one();
    private final int management = FreePorts.one();
    private Process process;

    /** @param folder for everything of the node; its data directory is {@code data} there */
    public NodeProcess(Path folder) throws IOException {
        this(folder, "");
    }

    /** @param settings more lines for its configuration */
    public NodeProcess(Path folder, String settings) throws IOException {
        this.folder = folder;
        certificates = new TestCertificates(folder);
        certificates.node("tn-1");
        certificates.sae("sae-1");
        certificates.sae("sae-2");
        Files.writeString(config(), """
                id: tn-1
                listen: 127.0.0.1:%d
                management: 127.0.0.1:%d
                tls: {certificate: %s, key: %s, ca: %s}
                data: %s
                saes:
                  - {id: sae-1}
                  - {id: sae-2}
                pairs: any
                %s
                """.formatted(
                        port,
                        management,
                        certificates.certificate("tn-1"),
                        certificates.key("tn-1"),
                        certificates.ca(),
                        data(),
                        settings));
    }

    /** Returns at once. */
    public Process start() throws IOException {
        process = new ProcessBuilder("./qkd-mesh", "node", "--config", config().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        return process;
    }

    public Process startAndAwaitReady() throws IOException {
        start();
        await().atMost(Duration.ofMinutes(2)).until(this::isReady);
        return process;
    }

    /** Whether it says so. */
    public boolean isReady() throws IOException {
        assertThat(process.isAlive()).as(log()).isTrue();
        try {
            return TestClient.plain().get(management("/observe/health/ready")).statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    public Path config() {
        return folder.resolve("tn-1.yaml");
    }

    public Path data() {
        return folder.resolve("data");
    }

    public String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    public String management(String path) {
        return "http://127.0.0.1:" + management + path;
    }

    /** The base URL of the key delivery API. */
    public String api() {
        return "https://localhost:" + port + "/api/v1/keys/";
    }

    /** A client with connections of its own. */
    public TestClient as(String sae) throws IOException {
        return TestClient.tls(
                PemFiles.credentials(certificates.certificate(sae), certificates.key(sae)), certificates.authorities());
    }

    public TestCertificates certificates() {
        return certificates;
    }

    /** Kills it. */
    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }
}
