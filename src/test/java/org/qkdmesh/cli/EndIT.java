package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.testing.NodeProcess;
import org.qkdmesh.transport.TestClient;

/** How a node ends that is a process of its own. */
class EndIT {

    private static final int CLIENTS = 8;

    @TempDir
    private Path folder;

    private NodeProcess node;

    @BeforeEach
    void make() throws IOException {
        node = new NodeProcess(folder);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void sigterm_underLoad_cutsNoRequest_andEndsWithCodeZero() throws Exception {
        Process process = node.startAndAwaitReady();
        AtomicInteger given = new AtomicInteger();
        List<String> ends = new CopyOnWriteArrayList<>();
        List<Thread> load = new ArrayList<>();
        TestClient shared = client(HttpClient.Version.HTTP_2);
        for (int i = 0; i < CLIENTS; i++) {
            TestClient client = i % 2 == 0 ? client(HttpClient.Version.HTTP_1_1) : shared;
            load.add(new Thread(() -> ends.add(askUntilRefused(client, given))));
        }
        load.forEach(Thread::start);
        await().atMost(Duration.ofSeconds(30)).until(() -> given.get() > 20 * CLIENTS);

        process.destroy();

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        for (Thread client : load) {
            client.join();
        }
        assertThat(ends).hasSize(CLIENTS).allMatch(end -> end.equals("told") || end.equals("not let in"));
        assertThat(ends).contains("told");
        assertThat(process.exitValue()).as(node.log()).isZero();
        assertThat(node.log()).contains("tn-1 ended");
    }

    @Test
    void sigterm_whileItStarts_endsItInGoodOrder_withCodeZero() throws Exception {
        Process process = node.start();
        await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofMinutes(2)).until(this::portIsOpen);

        process.destroy();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(node.log()).isZero();
        assertThat(node.log()).contains("tn-1 ended").doesNotContain("Exception");
    }

    private boolean portIsOpen() {
        URI api = URI.create(node.api());
        try (Socket socket = new Socket(api.getHost(), api.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void storeThatDoesNotOpen_isToldWithWhatToDo_andEndsWithCodeTwo() throws Exception {
        SqliteStore.open(node.data(), new NodeId("tn-2"), NodeClock.system(), EventLog.silent())
                .close();

        Process process = node.start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(node.log())
                .contains("qkd-mesh: " + node.data().resolve("store.db") + ": is the store of node tn-2, not of tn-1.")
                .contains("Name the data directory of tn-1 in its configuration")
                .doesNotContain("\tat org.qkdmesh");
    }

    @Test
    void auditLogThatOthersMayGetAt_isToldWithWhatToDo_andEndsWithCodeTwo_beforeAnythingIsOpened() throws Exception {
        Path log = Files.createDirectory(folder.resolve("audit"));
        Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rwxrwx---"));
        node = new NodeProcess(folder, "audit: {directory: " + log + "}");

        Process process = node.start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(node.log())
                .contains("qkd-mesh: " + log + ": mode rwxrwx--- lets others than its owner at what is in it")
                .contains("(chmod 700 " + log + ")");
        assertThat(node.data()).doesNotExist();
    }

    /** Over HTTP/2 its users share a connection. */
    private TestClient client(HttpClient.Version version) throws IOException {
        TlsCredentials sae = PemFiles.credentials(
                node.certificates().certificate("sae-1"), node.certificates().key("sae-1"));
        return TestClient.tls(sae, node.certificates().authorities(), version, "TLSv1.3");
    }

    /** How the last request of one user ended. */
    private String askUntilRefused(TestClient client, AtomicInteger given) {
        try {
            while (true) {
                // By POST, which the client never sends again by itself.
                HttpResponse<String> answer = client.post(
                        node.api() + "sae-2/enc_keys", "{\"number\":1}".getBytes(StandardCharsets.US_ASCII));
                if (answer.statusCode() == 503) {
                    boolean polite = answer.headers().firstValue("Retry-After").isPresent()
                            && (answer.version() == HttpClient.Version.HTTP_2
                                    || answer.headers().firstValue("Connection").equals(Optional.of("close")));
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
}
