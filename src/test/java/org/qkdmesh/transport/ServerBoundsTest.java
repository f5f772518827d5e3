package org.qkdmesh.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.RawSae;

/** What happens at each bound: of size, of time, of number. */
class ServerBoundsTest {

    /** The longest; five of them come within the time that one may take, also on a slow machine. */
    private static final int BODY = 1 << 16;

    private static final ServerLimits LIMITS = new ServerLimits(
            2 * BODY,
            4 * BODY,
            70,
            new ServerLimits.EachCaller(70, 500, 256, BODY, 100_000, 1_000),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Duration.ofSeconds(5));
    private static final String HEAD = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";

    @TempDir
    static Path directory;

    private static ServerFixture fixture;
    private static TestClient http1;
    private static TestClient http2;
    private static final AtomicInteger BEGUN = new AtomicInteger();
    private static volatile CountDownLatch gate;
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() throws Exception {
        fixture = new ServerFixture(directory).tls(LIMITS, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/echo").setHeader("Content-Type", constant("application/octet-stream"));
                from("platform-http:/status").setBody(constant("{}"));
                from("platform-http:/wide?platformHttpEngine=#wideEngine").process(e -> hang());
                from("platform-http:/small?platformHttpEngine=#smallEngine").process(e -> hang());
            }
        });
        http2 = fixture.client("sae-a");
        http1 = TestClient.tls(
                fixture.certificates.sae("sae-b"), fixture.certificates.authorities(), Version.HTTP_1_1, "TLSv1.3");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void closeGate() {
        gate = new CountDownLatch(1);
        BEGUN.set(0);
        fixture.refusals.clear();
    }

    @AfterEach
    void openGate() {
        gate.countDown();
        callers.shutdown();
    }

    @Test
    void body_ofTheLimit_isTaken_andOneByteMore_is413() {
        for (TestClient client : List.of(http1, http2)) {
            assertThat(client.post(fixture.uri("/echo"), new byte[BODY]).body()).hasSize(BODY);
            HttpResponse<String> refused = client.post(fixture.uri("/echo"), new byte[BODY + 1]);
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body()).isEqualTo("{\"message\":\"the body is larger than 65536 bytes\"}");
            assertThat(client.get(fixture.uri("/status")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void body_overTheLimitInChunks_is413() {
        for (TestClient client : List.of(http1, http2)) {
            HttpResponse<String> refused = client.send(TestClient.request(fixture.uri("/echo"))
                    .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(new byte[3 * BODY]))));
            assertThat(refused.statusCode()).isEqualTo(413);
        }
        assertThat(fixture.refusals).containsOnly("too_large");
    }

    @Test
    void body_ofANode_mayBeLongerThanOneOfAnSae() {
        TestClient node = TestClient.tls(fixture.certificates.node("tn-2"), fixture.certificates.authorities());
        assertThat(node.post(fixture.uri("/echo"), new byte[2 * BODY]).body()).hasSize(2 * BODY);
        HttpResponse<String> refused = node.post(fixture.uri("/echo"), new byte[2 * BODY + 1]);
        assertThat(refused.body()).isEqualTo("{\"message\":\"the body is larger than 131072 bytes\"}");
    }

    @Test
    void body_saidToBeHuge_is413BeforeItComes() throws Exception {
        try (RawClient client = RawClient.tls(fixture)) {
            client.write(HEAD + "Content-Length: 99999999999999\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void bodies_ofAllRequestsTogether_areBounded() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            RawClient client = RawClient.tls(fixture);
            clients.add(client);
            client.write(HEAD + "Content-Length: " + BODY + "\r\n\r\n").write(new byte[BODY - 1_000]);
        }
        await().atMost(60, SECONDS).until(() -> fixture.refusals.contains("busy"));
        for (RawClient client : clients) {
            client.close();
        }
        await().atMost(60, SECONDS)
                .until(() -> http1.post(fixture.uri("/echo"), new byte[BODY]).statusCode() == 200);
    }

    @Test
    void handshake_thatNeverComes_isCutOff() throws Exception {
        try (RawClient client = RawClient.plain(fixture.port())) {
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void head_thatDrips_isCutOff() throws Exception {
        try (RawClient client = RawClient.tls(fixture)) {
            client.write(HEAD);
            long began = System.nanoTime();
            client.dripUntilClosed("X-Slow: loris\r\n");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    void connection_thatGoesQuietAfterARequest_isClosed() throws Exception {
        try (RawClient client = RawClient.tls(fixture)) {
            client.write("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 200").endsWith("{}");
        }
    }

    @Test
    void body_thatDrips_is408AndTheConnectionCloses() throws Exception {
        try (RawClient client = RawClient.tls(fixture)) {
            client.write(HEAD + "Content-Length: 1000\r\n\r\n");
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(client::readAll, callers);
            client.dripUntilClosed("x");
            assertThat(answer.get(60, SECONDS))
                    .startsWith("HTTP/1.1 408")
                    .endsWith("{\"message\":\"the body did not come in time\"}");
        }
    }

    /** A connection with a request under way is never idle, so that it ends only once the request has. */
    @Test
    void answer_thatIsNotRead_endsAfterAWhile() throws Exception {
        try (RawSae sae = RawSae.http2(
                TlsManagers.context(fixture.certificates.sae("sae-slow"), fixture.certificates.authorities()),
                fixture.port(),
                0)) {
            long began = System.nanoTime();
            sae.get("/status", 3).awaitEnd();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(LIMITS.writing());
        }
    }

    @Test
    void headTooLong_orNoHttp_isAnErrorInJson() throws Exception {
        assertThat(answerTo("GET /" + "a".repeat(5000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.0 414");
        assertThat(answerTo("GET /status HTTP/1.1\r\nX: " + "a".repeat(9000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431")
                .contains("{\"message\":");
        assertThat(answerTo("GET /status HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("{\"message\":");
        assertThat(answerTo(HEAD + "Content-Length: -1\r\n\r\n")).startsWith("HTTP/1.1 4");
    }

    @Test
    void sixtyRequestsThatHang_doNotHoldUpAnotherConcern() throws Exception {
        assertThat(http2.get(fixture.uri("/status")).statusCode()).isEqualTo(200);
        List<CompletableFuture<HttpResponse<String>>> stuck = callAtOnce(45, "/wide");
        stuck.addAll(callAtOnce(15, "/wide", http1));
        await().atMost(60, SECONDS).until(() -> BEGUN.get() == 60);

        long began = System.nanoTime();
        assertThat(http2.get(fixture.uri("/status")).statusCode()).isEqualTo(200);
        assertThat(http1.get(fixture.uri("/status")).statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));

        HttpResponse<String> surplus = http1.get(fixture.uri("/wide"));
        assertThat(surplus.statusCode()).isEqualTo(503);
        assertThat(surplus.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(surplus.body()).isEqualTo("{\"message\":\"too many requests at this moment\"}");
        gate.countDown();
        for (CompletableFuture<HttpResponse<String>> one : stuck) {
            assertThat(one.get(60, SECONDS).statusCode()).isEqualTo(204);
        }
    }

    @Test
    void requests_beyondTheRunningOnes_waitAndAreServedOrRefusedInTime() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> running = callAtOnce(2, "/small");
        await().atMost(60, SECONDS).until(() -> BEGUN.get() == 2);

        CompletableFuture<HttpResponse<String>> waited = callAtOnce(1, "/small").get(0);
        assertThat(waited.get(60, SECONDS).statusCode()).isEqualTo(503);
        assertThat(BEGUN).hasValue(2);

        gate.countDown();
        for (CompletableFuture<HttpResponse<String>> one : running) {
            assertThat(one.get(60, SECONDS).statusCode()).isEqualTo(204);
        }
        assertThat(http1.get(fixture.uri("/small")).statusCode()).isEqualTo(204);
    }

    @Test
    void requests_sentAFewAhead_areAnsweredInOrder() throws Exception {
        try (RawClient client = RawClient.tls(fixture)) {
            client.write("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(14)
                    + "GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).containsPattern("(?s)^HTTP/1.1 200(.*HTTP/1.1 404){14}.*HTTP/1.1 200");
        }
    }

    @Test
    void requests_sentFarAhead_endTheConnection() throws Exception {
        for (String path : new String[] {"wide", "nowhere", "status"}) {
            fixture.refusals.clear();
            // Whoever does it again is not heard for a moment.
            try (RawClient client = RawClient.tls(fixture, "sae-" + path)) {
                client.write(("GET /" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(300));
                client.readAll();
            } catch (java.io.IOException e) {
                // The server may close before all was written.
                assertThat(fixture.refusals).isNotEmpty();
            }
            assertThat(fixture.refusals).contains("too_many_ahead");
        }
    }

    @Test
    void connections_beyondTheLimit_areClosed() throws Exception {
        try (ServerFixture small =
                withLimits("small", new ServerLimits.EachCaller(3, 500, 256, BODY, 100_000, 1_000))) {
            List<RawClient> open = List.of(RawClient.tls(small), RawClient.tls(small), RawClient.tls(small));
            await().atMost(60, SECONDS).until(() -> {
                firstByteOf(small);
                return small.refusals.contains("too_many_connections");
            });
            for (RawClient client : open) {
                client.close();
            }
            await().atMost(60, SECONDS).until(() -> firstByteOf(small).equals("H"));
        }
    }

    @Test
    void requests_beyondTheRateOfASae_areAnsweredLater_andAnAlarmNamesIt() throws Exception {
        int perSecond = 100;
        int ahead = 10;
        try (ServerFixture slow =
                withLimits("slow", new ServerLimits.EachCaller(3, 500, 256, BODY, perSecond, 1_000_000))) {
            long began = System.nanoTime();
            try (RawClient hasty = RawClient.tls(slow, "sae-hasty")) {
                for (int sent = 0; sent < 4 * perSecond; sent += ahead) {
                    hasty.write("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(ahead));
                    for (int i = 0; i < ahead; i++) {
                        assertThat(hasty.readHead()).contains("HTTP/1.1 200");
                    }
                }
            }
            // What one second brings was there at once.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(2_800));
            assertThat(slow.alarms)
                    .containsExactly(
                            "asks-too-fast: sae-hasty sends more than 100 requests a second to test, or more than a KiB"
                                    + " for each, and is read no faster than that");
            assertThat(slow.refusals).isEmpty();
        }
    }

    private static ServerFixture withLimits(String name, ServerLimits.EachCaller each) throws Exception {
        Duration aMinute = Duration.ofSeconds(60);
        return new ServerFixture(directory.resolve(name))
                .tls(
                        new ServerLimits(1024, 1024, 3, each, aMinute, aMinute, aMinute, aMinute, aMinute),
                        new RouteBuilder() {
                            @Override
                            public void configure() {
                                from("platform-http:/status").setBody(constant("{}"));
                            }
                        });
    }

    private static String firstByteOf(ServerFixture server) throws Exception {
        try (RawClient client = RawClient.tls(server)) {
            client.write("GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            String answer = client.readAll();
            return answer.isEmpty() ? "" : answer.substring(0, 1);
        } catch (java.io.IOException e) {
            return "";
        }
    }

    @Test
    void route_thatIsSuspended_is503_andServesAgainWhenResumed() throws Exception {
        String id = fixture.context.getRoutes().get(1).getRouteId();
        fixture.context.getRouteController().suspendRoute(id);
        HttpResponse<String> answer = http1.get(fixture.uri("/status"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        fixture.context.getRouteController().resumeRoute(id);
        assertThat(http1.get(fixture.uri("/status")).statusCode()).isEqualTo(200);
        fixture.context.getRouteController().stopRoute(id);
        assertThat(http1.get(fixture.uri("/status")).statusCode()).isEqualTo(404);
        fixture.context.getRouteController().startRoute(id);
        assertThat(http1.get(fixture.uri("/status")).statusCode()).isEqualTo(200);
    }

    private static String answerTo(String request) throws Exception {
        try (RawClient client = RawClient.tls(fixture)) {
            client.write(request);
            return client.readAll();
        }
    }

    private List<CompletableFuture<HttpResponse<String>>> callAtOnce(int calls, String path) {
        return callAtOnce(calls, path, http2);
    }

    private List<CompletableFuture<HttpResponse<String>>> callAtOnce(int calls, String path, TestClient client) {
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            all.add(CompletableFuture.supplyAsync(() -> client.get(fixture.uri(path)), callers));
        }
        return all;
    }

    private static void hang() throws InterruptedException {
        BEGUN.incrementAndGet();
        gate.await(120, SECONDS);
    }
}
