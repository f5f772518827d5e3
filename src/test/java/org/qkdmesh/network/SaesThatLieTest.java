package org.qkdmesh.network;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.RawSae;
import org.qkdmesh.transport.TestClient;
import org.qkdmesh.transport.TlsManagers;

/**
 * SAEs with certificates of the network's authority that attack a node in every way they have. It does a bounded amount of
 * work for them, says no more than it must, counts, and names them; others are served meanwhile, which is asked after each.
 * How fast, {@code docs/reference/misbehaving-callers.md} says.
 */
class SaesThatLieTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    /** Few, so that they can be had before the first of them was idle for too long, however slow the machine is. */
    private static final int CONNECTIONS = 16;

    private static ExampleNetwork network;
    private static int port;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder, new ExampleNetwork.Link(1, 2))
                .withConnectionsPerSae(CONNECTIONS)
                .start();
        port = Integer.parseInt(network.url("tn-1").replaceAll(".*:", ""));
        network.awaitKeys(1, 2);
        network.awaitKeys(2, 1);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @AfterEach
    void othersAreServed_andOldConnectionsClosed() throws Exception {
        try {
            HttpResponse<String> known = network.as("sae-1").get(network.api(1) + "sae-2/enc_keys");
            assertThat(known.statusCode()).as(known.body()).isEqualTo(200);
        } finally {
            for (AutoCloseable one : opened) {
                one.close();
            }
        }
    }

    @Test
    void idsThatAreGuessed_giveNothing_andTheGuesserIsNamed() throws Exception {
        double before = value("qkd_refusals_total{door=\"dec-keys\",reason=\"unknown_key\"}");
        String alarm = "sae-1b is refused again and again, more than 10 times a second; the last time at dec-keys:"
                + " unknown_key";
        for (int i = 0; i < 1000 && (i % 50 > 0 || !isAlarmed(alarm)); i++) {
            String ids = Stream.generate(() -> "{\"key_ID\":\"" + UUID.randomUUID() + "\"}")
                    .limit(20)
                    .collect(Collectors.joining(","));
            HttpResponse<String> answer = network.as("sae-1b")
                    .post(
                            network.api(1) + "sae-2/dec_keys",
                            ("{\"key_IDs\":[" + ids + "]}").getBytes(StandardCharsets.US_ASCII));
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).isEqualTo("{\"message\":\"one or more keys specified are not found on KME\"}");
        }
        assertThat(value("qkd_refusals_total{door=\"dec-keys\",reason=\"unknown_key\"}") - before)
                .isGreaterThanOrEqualTo(100);
        assertThat(value("qkd_caller_refusals_total{caller=\"sae-1b\"}")).isGreaterThanOrEqualTo(100);
        awaitAlarm(
                "sae-1b is refused again and again, more than 10 times a second; the last time at dec-keys: unknown_key");
    }

    @Test
    void keysOfOthers_areRefusedAlikeWhetherAskedForAsAnotherSlaveOrByTheirMaster_andStay() throws Exception {
        HttpResponse<String> given = network.as("sae-1").get(network.api(1) + "sae-1b/enc_keys");
        String id = JSON.readTree(given.body()).at("/keys/0/key_ID").asText();
        HttpResponse<String> relayed = network.as("sae-2").get(network.api(2) + "sae-1/enc_keys");
        String relayedId = JSON.readTree(relayed.body()).at("/keys/0/key_ID").asText();
        String counted = "qkd_refusals_total{door=\"dec-keys\",reason=\"key_of_others\"}";
        double refusals = value(counted);
        double masters = value("qkd_caller_refusals_total{caller=\"sae-1\"}");
        double slaves = value("qkd_caller_refusals_total{caller=\"sae-1b\"}");

        // The master's certificate used as a slave's, with the pair turned round; and another slave.
        assertRefused("sae-1", "sae-1b", id, "one or more keys are not for this pair of SAEs");
        assertRefused("sae-1b", "sae-2", relayedId, "one or more keys are not for this pair of SAEs");
        // The slave's certificate used for what only the master was given, and a master at the node of its slave.
        assertRefused("sae-1b", "sae-2", id, "one or more keys are not for this pair of SAEs");
        assertRefused("sae-2", "sae-1", relayedId, "the caller is not an SAE of this node");

        assertThat(network.as("sae-1b")
                        .get(network.api(1) + "sae-1/dec_keys?key_ID=" + id)
                        .body())
                .isEqualTo(given.body());
        assertThat(network.as("sae-1")
                        .get(network.api(1) + "sae-2/dec_keys?key_ID=" + relayedId)
                        .body())
                .isEqualTo(relayed.body());
        assertThat(value(counted) - refusals).isEqualTo(3);
        assertThat(value("qkd_caller_refusals_total{caller=\"sae-1\"}") - masters)
                .isEqualTo(1);
        assertThat(value("qkd_caller_refusals_total{caller=\"sae-1b\"}") - slaves)
                .isGreaterThanOrEqualTo(2);
        awaitAlarm("sae-1 asked for keys that are not for it, 1 time");
        awaitAlarm("sae-1b asked for keys that are not for it, 1 time");
        assertThat(audited("\"door\":\"dec-keys\",\"reason\":\"key_of_others\",\"who\":\"sae-1\","
                        + "\"master\":\"sae-1b\",\"slaves\":[\"sae-1\"],\"count\":"))
                .isTrue();
        assertThat(audited("\"door\":\"dec-keys\",\"reason\":\"key_of_others\",\"who\":\"sae-1b\","
                        + "\"master\":\"sae-2\",\"slaves\":[\"sae-1b\"],\"count\":"))
                .isTrue();
    }

    @Test
    void connections_ofOneSae_areBounded_andOthersGetIn() throws Exception {
        SSLContext greedy = identity("sae-many");
        int held = 0;
        for (int i = 0; i < 1000 && (i % 50 > 0 || !isAlarmed("sae-many is refused")); i++) {
            try {
                RawSae connection = RawSae.http1(greedy, port);
                opened.add(connection);
                held++;
            } catch (IOException e) {
                // Closed before the handshake was over: as good as after it.
                continue;
            }
        }
        awaitAlarm(
                "sae-many is refused again and again, more than 10 times a second; the last time at saes: too_many_connections");
        assertThat(held).isGreaterThan(CONNECTIONS);
        assertThat(value("qkd_limit_used_ratio{limit=\"connections\"}"))
                .isBetween(CONNECTIONS / 1024.0, (CONNECTIONS + 32) / 1024.0);
        assertThat(TestClient.tls(
                                network.credentials("sae-1"),
                                network.certificates().authorities())
                        .get(network.api(1) + "sae-2/status")
                        .statusCode())
                .isEqualTo(200);
    }

    /** Each such request would cost the library an exception: a hundred thousand of them, seconds. */
    @Test
    void requestsOverConnections_thatAreNotTaken_costNothing() throws Exception {
        String refusals = "qkd_refusals_total{door=\"saes\",reason=\"too_many_connections\"}";
        double taken = value(refusals);
        SSLContext greedy = identity("sae-greedy");
        for (int i = 0; i < 1000 && value(refusals) == taken; i++) {
            opened.add(RawSae.http1(greedy, port));
        }
        double before = value(refusals);
        long worked = eventLoopMillis();
        for (int i = 0; i < 20; i++) {
            try (RawSae late = RawSae.http2(greedy, port, 0)) {
                late.get("/api/v1/keys/sae-2/status", 5_000).readHead();
            } catch (IOException e) {
                // Closed while it was sending, or before it was heard.
                continue;
            }
        }
        assertThat(eventLoopMillis() - worked).isLessThan(1_000);
        assertThat(value(refusals)).isGreaterThan(before);
    }

    /** What event loops of this process have worked, of all nodes in it. */
    private static long eventLoopMillis() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("vert.x-eventloop"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()) / 1_000_000)
                .sum();
    }

    @Test
    void handshakes_thatAreNeverFinished_makeRoomForThoseInEarnest() throws Exception {
        for (int i = 0; i < 900; i++) {
            Socket silent = new Socket("127.0.0.1", port);
            opened.add(silent);
        }
        awaitAlarm("connections to saes from 127.0.0.1 come faster than their handshakes can be done");
        await().atMost(20, SECONDS)
                .ignoreExceptions()
                .until(() -> TestClient.tls(
                                        network.credentials("sae-1"),
                                        network.certificates().authorities())
                                .get(network.api(1) + "sae-2/status")
                                .statusCode()
                        == 200);
        assertThat(value("qkd_refusals_total{door=\"saes\",reason=\"too_many_newcomers\"}"))
                .isPositive();
    }

    @Test
    void renegotiation_isRefused() throws Exception {
        RawSae sae = open(RawSae.overTls12(identity("sae-again"), port));
        sae.write("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(sae.readHead()).startsWith("HTTP/1.1 404");
        assertThatThrownBy(sae::renegotiate).isInstanceOf(IOException.class);
    }

    @Test
    void answers_thatAreNotRead_holdNoPlaceAndAreBounded() throws Exception {
        double before = value("qkd_refusals_total{door=\"saes\",reason=\"too_many_at_once\"}");
        SSLContext slow = identity("sae-1b");
        for (int i = 0; i < 3; i++) {
            open(RawSae.http2(slow, port, 0)).get("/api/v1/keys/sae-2/status", 200);
        }
        await().atMost(20, SECONDS)
                .until(() -> value("qkd_refusals_total{door=\"saes\",reason=\"too_many_at_once\"}") - before >= 1);
        // Its own node still answers it, once it reads; and the others, as after every attack.
        assertThat(audited("\"reason\":\"too_many_at_once\",\"who\":\"sae-1b\""))
                .isTrue();
    }

    @Test
    void requests_asFastAsTheyCanBeSent_areReadNoFasterThanTheirRefusalsMayCome() throws Exception {
        String refusals = "qkd_refusals_total{door=\"status\",reason=\"unauthorized\"}";
        double before = value(refusals);
        SSLContext fast = identity("sae-fast");
        String ahead = "GET /api/v1/keys/sae-2/status HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(10);
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            RawSae connection = open(RawSae.http1(fast, port));
            senders.add(new Thread(() -> sendForEver(connection, ahead)));
        }
        long began = System.nanoTime();
        senders.forEach(Thread::start);
        awaitAlarm("sae-fast is refused again and again");
        await().atMost(20, SECONDS).until(() -> value(refusals) - before >= 300);
        double seconds = (System.nanoTime() - began) / 1e9;
        // A second's worth at first, what was under way then, and what it deserves since.
        assertThat(value(refusals) - before).isLessThan(100 + 8 * 10 + 100 * (seconds + 1));
    }

    private static void sendForEver(RawSae connection, String requests) {
        try {
            while (true) {
                connection.write(requests);
                for (int i = 0; i < 10; i++) {
                    connection.skipBody(connection.readHead());
                }
            }
        } catch (IOException e) {
            // The test is over.
            return;
        }
    }

    /** The library alone would refuse each of those beyond the limit, and tell nobody. */
    @Test
    void requests_sentFarAhead_endTheConnection_alsoOfSomebodyWhoSaysThatHeHeardOfTheLimit() throws Exception {
        open(RawSae.http2(identity("sae-heard"), port, 0))
                .acknowledgeSettings()
                .get("/api/v1/keys/sae-2/status", 300)
                .awaitEnd();
        assertThat(audited("\"reason\":\"too_many_ahead\",\"who\":\"sae-heard\""))
                .isTrue();
    }

    @Test
    void requests_takenBackAsFastAsTheyAreSent_endTheConnection() throws Exception {
        RawSae resetting = open(RawSae.http2(identity("sae-reset"), port, 65_535));
        resetting.getAndReset("/api/v1/keys/sae-2/status", 150);
        resetting.awaitEnd();
        assertThat(audited("\"reason\":\"too_many_resets\",\"who\":\"sae-reset\""))
                .isTrue();
    }

    @Test
    void requests_sentFarAhead_endTheConnection_alsoBySomebodyWhoNeverHeardOfTheLimit() throws Exception {
        // It takes no notice of the settings of the other end, and reads nothing.
        RawSae streams = open(RawSae.http2(identity("sae-streams"), port, 0));
        assertThatThrownBy(() -> {
                    // Far more than what the other end reads of a connection that is over.
                    for (int i = 0; i < 100_000; i++) {
                        streams.get("/api/v1/keys/sae-2/status", 10);
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(audited("\"reason\":\"too_many_ahead\",\"who\":\"sae-streams\""))
                .isTrue();
        RawSae ahead = open(RawSae.http1(identity("sae-ahead"), port));
        ahead.write("GET /api/v1/keys/sae-2/status HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(300));
        ahead.awaitEnd();
        assertThat(audited("\"reason\":\"too_many_ahead\",\"who\":\"sae-ahead\""))
                .isTrue();
    }

    @Test
    void whoeverIsCutOffAgainAndAgain_isHeardOnlyAfterAPause_andOthersAtOnce() throws Exception {
        SSLContext pushing = identity("sae-pushing");
        for (int i = 0; i < 3; i++) {
            RawSae resetting = open(RawSae.http2(pushing, port, 65_535));
            resetting.getAndReset("/api/v1/keys/sae-2/status", 150);
            resetting.awaitEnd();
        }
        long cutOff = System.nanoTime();
        RawSae next = open(RawSae.http1(pushing, port));
        next.write("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");

        assertThat(network.as("sae-1").get(network.api(1) + "sae-2/status").statusCode())
                .isEqualTo(200);
        assertThat(next.readHead()).startsWith("HTTP/1.1 404");
        assertThat(Duration.ofNanos(System.nanoTime() - cutOff)).isGreaterThan(Duration.ofMillis(500));
    }

    @Test
    void body_thatNeverEnds_isCutOff() throws Exception {
        RawSae endless = open(RawSae.http1(identity("sae-body"), port));
        endless.write("POST /api/v1/keys/sae-2/enc_keys HTTP/1.1\r\nHost: localhost\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n");
        String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        endless.write(chunk);
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(audited("\"reason\":\"too_large\",\"who\":\"sae-body\"")).isTrue();
    }

    @Test
    void headers_thatNeverEnd_endTheConnection() throws Exception {
        RawSae one = open(RawSae.http1(identity("sae-head"), port));
        one.write("GET /nowhere HTTP/1.1\r\n" + ("X-More: " + "x".repeat(1000) + "\r\n").repeat(12));
        assertThat(one.readHead()).startsWith("HTTP/1.1 431");
        assertThat(audited("\"reason\":\"malformed\",\"who\":\"sae-head\"")).isTrue();
        RawSae two = open(RawSae.http2(identity("sae-head"), port, 65_535));
        assertThatThrownBy(() -> two.headersWithoutEnd("/nowhere")).isInstanceOf(IOException.class);
    }

    private static void assertRefused(String caller, String master, String id, String message) throws Exception {
        HttpResponse<String> answer = network.as(caller).get(network.api(1) + master + "/dec_keys?key_ID=" + id);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(JSON.readTree(answer.body()).path("message").asText()).isEqualTo(message);
    }

    private <T extends AutoCloseable> T open(T connection) {
        opened.add(connection);
        return connection;
    }

    private static SSLContext identity(String sae) {
        return TlsManagers.context(
                Files.exists(network.certificates().certificate(sae))
                        ? network.credentials(sae)
                        : network.certificates().sae(sae),
                network.certificates().authorities());
    }

    private static double value(String series) {
        String metrics = TestClient.plain()
                .get(network.management(1, "/observe/metrics").toString())
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no series " + series));
    }

    private static void awaitAlarm(String detail) {
        await().alias(detail)
                .atMost(20, SECONDS)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> isAlarmed(detail));
    }

    private static boolean isAlarmed(String detail) {
        return Stream.of("asks-for-keys-of-others", "refused-often", "too-many-newcomers")
                .map(kind -> "\"event\":\"alarm\",\"kind\":\"" + kind + "\",\"detail\":\"" + detail)
                .anyMatch(SaesThatLieTest::isAudited);
    }

    private static boolean audited(String text) {
        await().alias(text).atMost(20, SECONDS).until(() -> isAudited(text));
        return true;
    }

    private static boolean isAudited(String text) {
        try {
            return !network.audited(1, text).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
