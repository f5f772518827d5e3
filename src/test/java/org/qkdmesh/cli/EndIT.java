package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.TestClient;

/** A node as a process of its own, told to end while it works. */
class EndIT {

    private static final int CLIENTS = 8;

    @TempDir
    private Path folder;

    private TestCertificates certificates;
    private TlsCredentials sae;
    private Process node;
    private int port;

    @AfterEach
    void stop() throws InterruptedException {
        if (node != null) {
            node.destroyForcibly().waitFor();
        }
    }

    @Test
    void sigterm_underLoad_cutsNoRequest_andEndsWithCodeZero() throws Exception {
        start();
        AtomicInteger given = new AtomicInteger();
        List<String> ends = new CopyOnWriteArrayList<>();
        List<Thread> load = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            load.add(new Thread(() -> ends.add(askUntilRefused(given))));
        }
        load.forEach(Thread::start);
        await().atMost(Duration.ofSeconds(30)).until(() -> given.get() > 20 * CLIENTS);

        node.destroy();

        assertThat(node.waitFor(20, TimeUnit.SECONDS)).isTrue();
        for (Thread client : load) {
            client.join();
        }
        assertThat(ends).hasSize(CLIENTS).allMatch(end -> end.equals("told") || end.equals("not let in"));
        assertThat(ends).contains("told");
        assertThat(node.exitValue()).as(log()).isZero();
        assertThat(log()).contains("tn-1 ended");
    }

    /** One client with one connection; how its last request ended. */
    private String askUntilRefused(AtomicInteger given) {
        TestClient client = TestClient.tls(sae, certificates.authorities(), HttpClient.Version.HTTP_1_1, "TLSv1.3");
        String uri = "https://localhost:" + port + "/api/v1/keys/sae-2/enc_keys";
        try {
            while (true) {
                // By POST, which the client never sends again by itself.
                HttpResponse<String> answer = client.post(uri, "{\"number\":1}".getBytes(StandardCharsets.US_ASCII));
                if (answer.statusCode() == 503) {
                    boolean polite = answer.headers().firstValue("Retry-After").isPresent()
                            && answer.headers().firstValue("Connection").equals(Optional.of("close"));
                    return polite ? "told" : "503 without a word: " + answer.headers();
                }
                if (answer.statusCode() != 200) {
                    return answer.toString();
                }
                given.incrementAndGet();
            }
        } catch (UncheckedIOException e) {
            return e.getCause() instanceof ConnectException ? "not let in" : e.toString();
        }
    }

    private void start() throws Exception {
        certificates = new TestCertificates(folder);
        certificates.node("tn-1");
        sae = certificates.sae("sae-1");
        port = freePort();
        int management = freePort();
        Path config = Files.writeString(folder.resolve("tn-1.yaml"), """
                id: tn-1
                listen: 127.0.0.1:%d
                management: 127.0.0.1:%d
                tls: {certificate: %s, key: %s, ca: %s}
                data: %s
                saes:
                  - {id: sae-1}
                  - {id: sae-2}
                pairs: any
                """.formatted(
                        port,
                        management,
                        certificates.certificate("tn-1"),
                        certificates.key("tn-1"),
                        certificates.ca(),
                        folder.resolve("data")));
        node = new ProcessBuilder("./qkd-mesh", "node", "--config", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        String ready = "http://127.0.0.1:" + management + "/observe/health/ready";
        await().atMost(Duration.ofMinutes(2)).until(() -> isReady(ready));
    }

    private boolean isReady(String uri) throws IOException {
        assertThat(node.isAlive()).as(log()).isTrue();
        try {
            return TestClient.plain().get(uri).statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
