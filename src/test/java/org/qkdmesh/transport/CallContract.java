package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.CallFailure.Outcome;

/** What every client promises that calls neighbours and KMEs, towards servers good and bad. */
abstract class CallContract {

    static final List<String> TLS13 = List.of("TLSv1.3");
    static final List<String> TLS12 = List.of("TLSv1.2");

    @TempDir
    static Path directory;

    static TestCertificates certificates;
    static TlsCredentials own;
    static TlsCredentials neighbour;
    static CamelContext context;
    static ProducerTemplate template;
    private static Vertx vertx;

    @BeforeAll
    static void start() {
        certificates = new TestCertificates(directory);
        own = certificates.node("tn-1");
        neighbour = certificates.node("tn-2");
        context = new DefaultCamelContext();
        HttpClientSetup.install(context);
        vertx = EventLoops.create();
        context.addComponent("mtls", new MtlsComponent(vertx));
        context.getRegistry().bind("tls-tn-2", PeerTls.node(own, certificates.authorities(), new NodeId("tn-2")));
        context.getRegistry().bind("tls-kme-1", PeerTls.kme(own, certificates.authorities(), new KmeId("kme-1")));
        context.start();
        template = context.createProducerTemplate();
    }

    @AfterAll
    static void stop() {
        context.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** The endpoint for a path at this port, with TLS by this bean. */
    abstract String uri(int port, String path, String bean);

    @Test
    void calls_inARow_shareOneHandshake() throws Exception {
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, RawServer.polite())) {
            for (int i = 0; i < 50; i++) {
                assertThat(call(server, "tls-tn-2").getMessage().getBody(String.class))
                        .isEqualTo("ok");
            }
            assertThat(server.requests).hasSize(50);
            assertThat(server.connections).hasValue(1);
        }
    }

    @Test
    void calls_toOurOwnServer_shareOneHandshake_andTellWhoCalls() throws Exception {
        RouteBuilder routes = new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/kmapi/v1/ext_keys?httpMethodRestrict=POST")
                        .process(exchange -> exchange.getMessage()
                                .setBody(Caller.of(exchange)
                                        + exchange.getMessage().getHeader("QKD-Tag", String.class)
                                        + exchange.getMessage().getBody(byte[].class).length));
            }
        };
        try (ServerFixture fixture = new ServerFixture(directory.resolve("server"))) {
            fixture.tls(ServerLimits.DEFAULT, routes);
            TlsCredentials caller = fixture.certificates.node("tn-7");
            context.getRegistry()
                    .bind("tls-tn-1", PeerTls.node(caller, fixture.certificates.authorities(), new NodeId("tn-1")));
            try (RawServer between = RawServer.plain(conversation -> conversation.pass(fixture.port()))) {
                for (int i = 0; i < 50; i++) {
                    Exchange answered =
                            template.request(uri(between.port(), "/kmapi/v1/ext_keys", "tls-tn-1"), exchange -> {
                                exchange.getIn().setHeader("QKD-Tag", "abc");
                                exchange.getIn().setHeader(HttpClientSetup.CALL_MILLIS, 50_000);
                                exchange.getIn().setBody(new byte[100_000]);
                            });
                    assertThat(answered.getException()).isNull();
                    assertThat(answered.getMessage().getBody(String.class))
                            .contains("role=NODE, id=tn-7", "protocol=TLSv1.3", "abc", "100000");
                }
                assertThat(between.connections).hasValue(1);
            }
        }
    }

    @Test
    void calls_atOnce_haveAConnectionEach_andKeepThem() throws Exception {
        CountDownLatch allThere = new CountDownLatch(20);
        ExecutorService callers = Executors.newFixedThreadPool(20);
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, conversation -> {
            while (!conversation.request().isEmpty()) {
                allThere.countDown();
                allThere.await(60, TimeUnit.SECONDS);
                conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        })) {
            for (int round = 0; round < 3; round++) {
                List<CompletableFuture<Exchange>> calls = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    calls.add(CompletableFuture.supplyAsync(() -> call(server, "tls-tn-2"), callers));
                }
                for (CompletableFuture<Exchange> call : calls) {
                    assertThat(call.get(60, TimeUnit.SECONDS).getException()).isNull();
                }
            }
            assertThat(server.connections).hasValue(20);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void neighbour_underAnotherId_isRefusedBeforeAnythingIsSent() throws Exception {
        assertRefused(certificates.node("tn-3"), TLS13, "tls-tn-2");
        assertRefused(certificates.sae("tn-2"), TLS13, "tls-tn-2");
        assertRefused(certificates.make("cn", "tn-2").local().write(), TLS13, "tls-tn-2");
    }

    @Test
    void neighbour_underAnotherHostName_isRefused() throws Exception {
        assertRefused(
                certificates
                        .make("elsewhere", "tn-2")
                        .uri("urn:qkd-mesh:node:tn-2")
                        .dns("elsewhere.example")
                        .write(),
                TLS13,
                "tls-tn-2");
    }

    @Test
    void neighbour_ofAForeignAuthorityOrExpired_isRefused() throws Exception {
        assertRefused(new TestCertificates(directory.resolve("foreign")).node("tn-2"), TLS13, "tls-tn-2");
        assertRefused(
                certificates
                        .make("expired", "tn-2")
                        .uri("urn:qkd-mesh:node:tn-2")
                        .local()
                        .expired()
                        .write(),
                TLS13,
                "tls-tn-2");
    }

    @Test
    void neighbour_overTls12_isRefused_andAKmeIsNot() throws Exception {
        assertRefused(neighbour, TLS12, "tls-tn-2");
        assertAccepted(certificates.kme("kme-1"), TLS12, "tls-kme-1");
        assertAccepted(certificates.kme("kme-1"), TLS13, "tls-kme-1");
    }

    @Test
    void kme_withoutOurUri_isKnownByItsCommonName() throws Exception {
        assertAccepted(certificates.make("cn-kme", "kme-1").local().write(), TLS12, "tls-kme-1");
        assertRefused(certificates.make("cn-kme-2", "kme-2").local().write(), TLS12, "tls-kme-1");
        assertRefused(certificates.kme("kme-2"), TLS12, "tls-kme-1");
        assertRefused(certificates.node("kme-1"), TLS12, "tls-kme-1");
    }

    @Test
    void kme_thatIsPinned_needsNoHostNameAndNoAuthority_butIsThatOneOnly() throws Exception {
        TestCertificates vendor = new TestCertificates(directory.resolve("vendor"), "vendor CA");
        TlsCredentials box = vendor.make("box", "10.9.8.7").write();
        TlsCredentials twin = vendor.make("twin", "10.9.8.7").write();
        TlsCredentials old = vendor.make("old", "10.9.8.7").expired().write();
        bindPin("pin-box", box);
        bindPin("pin-old", old);
        assertAccepted(box, TLS12, "pin-box");
        assertRefused(twin, TLS12, "pin-box");
        assertRefused(old, TLS12, "pin-old");
    }

    @Test
    void answer_thatDripsItsHead_isCutOffAtTheDeadline() throws Exception {
        assertCutOff(conversation -> {
            conversation.request();
            conversation.write("HTTP/1.1 200 OK\r\n");
            conversation.drip("X-Slow: loris\r\n");
        });
    }

    @Test
    void answer_thatDripsItsBody_isCutOffAtTheDeadline() throws Exception {
        assertCutOff(conversation -> {
            conversation.request();
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            conversation.drip("x");
        });
    }

    @Test
    void answer_thatNeverComes_isCutOffAtTheDeadline() throws Exception {
        assertCutOff(conversation -> {
            conversation.request();
            Thread.sleep(120_000);
        });
    }

    @Test
    void peer_thatReadsNothing_isCutOffAtTheDeadline() throws Exception {
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, conversation -> {
            conversation.request();
            Thread.sleep(120_000);
        })) {
            long began = System.nanoTime();
            Exchange failed = template.request(uri(server, "tls-tn-2"), exchange -> {
                exchange.getIn().setHeader(HttpClientSetup.CALL_MILLIS, 700);
                exchange.getIn().setBody(new byte[64 << 20]);
            });
            assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.UNKNOWN);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void handshake_thatDrips_isCutOffAtTheDeadline_andNothingWasSent() throws Exception {
        try (RawServer server = RawServer.plain(conversation -> {
            // A record that says it holds 16000 bytes of a handshake, which come one by one.
            conversation.write("\u0016\u0003\u0003\u003e\u0080\u0002\u0000\u003e\u0070");
            conversation.drip("\u0000");
        })) {
            long began = System.nanoTime();
            Exchange failed = call(server, "tls-tn-2", Map.of(HttpClientSetup.CALL_MILLIS, 700));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
            assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.NOT_SENT);
            assertThat(failed.getException()).isInstanceOf(CallTimedOut.class);
        }
    }

    @Test
    void call_withNoTimeLeft_isNotSent() throws Exception {
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, RawServer.polite())) {
            for (Object time : new Object[] {0, -5, "soon"}) {
                Exchange failed = call(server, "tls-tn-2", Map.of(HttpClientSetup.CALL_MILLIS, time));
                assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.NOT_SENT);
            }
            assertThat(server.connections).hasValue(0);
        }
    }

    @Test
    void call_toAPortThatNobodyHas_isNotSent() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Exchange failed = template.request(uri(port, "", "tls-tn-2"), exchange -> {});
        assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.NOT_SENT);
        assertThat(failed.getException()).isInstanceOf(CallFailure.class).hasMessageContaining("localhost:" + port);
    }

    @Test
    void connection_thatBreaksAfterTheRequest_leavesTheOutcomeUnknown() throws Exception {
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, RawServer.Conversation::request)) {
            Exchange failed = call(server, "tls-tn-2");
            assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.UNKNOWN);
            assertThat(failed.getException()).isExactlyInstanceOf(CallFailure.class);
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void answer_thatIsTooLargeOrCompressed_isAFailure() throws Exception {
        List<String> answers = List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" + "x".repeat(0x100001)
                        + "\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nX: " + "x".repeat(10_000) + "\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(100) + "Content-Length: 2\r\n\r\nok",
                "no HTTP at all\r\n\r\n");
        for (String answer : answers) {
            try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, RawServer.answering(answer))) {
                Exchange failed = call(server, "tls-tn-2");
                assertThat(failed.getException())
                        .as(answer.lines().findFirst().orElseThrow())
                        .isInstanceOf(CallFailure.class);
                assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.UNKNOWN);
            }
        }
    }

    @Test
    void headers_ofTheMessage_areSent_butNotTheTimeLeftForTheCall() throws Exception {
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, RawServer.polite())) {
            call(server, "tls-tn-2", Map.of(HttpClientSetup.CALL_MILLIS, 9000, "QKD-Tag", "abc"));
            assertThat(server.requests.get(0))
                    .contains("QKD-Tag: abc")
                    .doesNotContainIgnoringCase("millis")
                    .doesNotContainIgnoringCase("accept-encoding")
                    .doesNotContainIgnoringCase("user-agent");
        }
    }

    private void assertCutOff(RawServer.Behaviour behaviour) throws IOException {
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, behaviour)) {
            long began = System.nanoTime();
            Exchange failed = call(server, "tls-tn-2", Map.of(HttpClientSetup.CALL_MILLIS, 700));
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofMillis(600), Duration.ofSeconds(20));
            assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.UNKNOWN);
            assertThat(failed.getException()).isInstanceOf(CallTimedOut.class);
        }
    }

    private void assertAccepted(TlsCredentials server, List<String> protocols, String bean) throws IOException {
        try (RawServer raw = RawServer.tls(certificates, server, protocols, RawServer.polite())) {
            Exchange answered = call(raw, bean);
            assertThat(answered.getException()).isNull();
            assertThat(answered.getMessage().getBody(String.class)).isEqualTo("ok");
        }
    }

    private void assertRefused(TlsCredentials server, List<String> protocols, String bean) throws IOException {
        try (RawServer raw = RawServer.tls(certificates, server, protocols, RawServer.polite())) {
            Exchange failed = call(raw, bean);
            assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.NOT_SENT);
            assertThat(raw.requests).isEmpty();
        }
    }

    static void bindPin(String name, TlsCredentials holder) {
        context.getRegistry().bind(name, PeerTls.pinnedKme(own, holder.certificate()));
    }

    final Exchange call(RawServer server, String bean) {
        return call(server, bean, Map.of());
    }

    final Exchange call(RawServer server, String bean, Map<String, Object> headers) {
        return template.request(uri(server, bean), exchange -> {
            exchange.getIn().setBody("{}");
            exchange.getIn().setHeader(HttpClientSetup.CALL_MILLIS, 50_000);
            exchange.getIn().getHeaders().putAll(headers);
        });
    }

    final String uri(RawServer server, String bean) {
        return uri(server.port(), "", bean);
    }
}
