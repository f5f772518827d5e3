package org.qkdmesh.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.testing.TestCertificates;

/** Who gets a connection, over which protocols and addresses. */
class ServerTlsTest {

    private static final byte ALERT = 21;
    private static final byte PROTOCOL_VERSION = 70;

    @TempDir
    static Path directory;

    private static ServerFixture fixture;
    private static final RouteBuilder ROUTES = new RouteBuilder() {
        @Override
        public void configure() {
            from("platform-http:/caller").process(exchange -> exchange.getMessage()
                    .setBody(Caller.of(exchange).toString()));
        }
    };

    @BeforeAll
    static void start() throws Exception {
        fixture = new ServerFixture(directory).tls(ServerLimits.DEFAULT, ROUTES);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void client_withoutCertificate_isRefused() {
        assertRefused(null, "TLSv1.3");
        assertRefused(null, "TLSv1.2");
    }

    @Test
    void client_ofAForeignAuthority_isRefused() {
        TestCertificates foreign = new TestCertificates(directory.resolve("foreign"));
        assertRefused(foreign.sae("sae-a"), "TLSv1.3");
        assertRefused(foreign.sae("sae-a"), "TLSv1.2");
        assertThat(fixture.refusals).contains("connection_failed");
    }

    @Test
    void client_ofAForeignAuthorityOfTheSameName_isRefused() {
        TestCertificates foreign = new TestCertificates(directory.resolve("double"), "qkd-mesh test CA");
        assertRefused(foreign.sae("sae-a"), "TLSv1.3");
    }

    @Test
    void client_withExpiredCertificate_isRefused() {
        TlsCredentials expired = fixture.certificates
                .make("sae-old", "sae-old")
                .uri("urn:qkd-mesh:sae:sae-old")
                .expired()
                .write();
        assertRefused(expired, "TLSv1.3");
        assertRefused(expired, "TLSv1.2");
    }

    @Test
    void client_whoseCertificateRunsOutWhileConnected_isCutOff() {
        Instant end = Instant.now().plusSeconds(4);
        TlsCredentials brief = fixture.certificates
                .make("sae-brief", "sae-brief")
                .uri("urn:qkd-mesh:sae:sae-brief")
                .between(Instant.now().minusSeconds(60), end)
                .write();
        TestClient client = client(brief, Version.HTTP_2, "TLSv1.3");
        assertThat(client.get(fixture.uri("/caller")).statusCode()).isEqualTo(200);
        await().atMost(60, SECONDS).until(() -> Instant.now().isAfter(end.plusSeconds(1)));
        assertThatThrownBy(() -> client.get(fixture.uri("/caller"))).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void client_ofTls11_getsAProtocolAlert() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", fixture.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(helloOfTls11());
            InputStream in = socket.getInputStream();
            byte[] record = in.readNBytes(7);
            assertThat(record[0]).isEqualTo(ALERT);
            assertThat(record[6]).isEqualTo(PROTOCOL_VERSION);
        }
    }

    @Test
    void client_ofTls12Or13_overHttp1Or2_isServedAndTheProtocolIsTold() {
        for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
            for (Version version : new Version[] {Version.HTTP_1_1, Version.HTTP_2}) {
                HttpResponse<String> answer = client(fixture.certificates.sae("sae-a"), version, protocol)
                        .get(fixture.uri("/caller"));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.version()).isEqualTo(version);
                assertThat(answer.body()).contains("id=sae-a", "protocol=" + protocol);
                assertThat(answer.sslSession().orElseThrow().getCipherSuite()).contains("256");
            }
        }
    }

    @Test
    void callerOfTwoConnectionsWithOneSession_isTheSame() {
        TestClient client = client(fixture.certificates.sae("sae-a"), Version.HTTP_1_1, "TLSv1.3");
        String first = client.get(fixture.uri("/caller")).body();
        String again = client.send(TestClient.request(fixture.uri("/caller"))).body();
        assertThat(again).isEqualTo(first);
    }

    @Test
    void server_onTheIpv6Loopback_isReached() throws Exception {
        assumeTrue(hasIpv6Loopback(), "no IPv6 loopback on this machine");
        try (ServerFixture ipv6 = new ServerFixture(directory.resolve("v6"))) {
            ipv6.tls("[::1]:0", ServerLimits.DEFAULT, ROUTES);
            String body = ipv6.client("sae-a")
                    .get("https://[::1]:" + ipv6.port() + "/caller")
                    .body();
            assertThat(body).contains("id=sae-a");
        }
    }

    @Test
    void server_onAllAddresses_isReachedOverBothFamilies() throws Exception {
        try (ServerFixture all = new ServerFixture(directory.resolve("all"))) {
            all.tls("[::]:0", ServerLimits.DEFAULT, ROUTES);
            TestClient client = all.client("sae-a");
            assertThat(client.get("https://127.0.0.1:" + all.port() + "/caller").body())
                    .contains("sae-a");
            assumeTrue(hasIpv6Loopback(), "no IPv6 loopback on this machine");
            assertThat(client.get("https://[::1]:" + all.port() + "/caller").body())
                    .contains("sae-a");
        }
    }

    @Test
    void port_thatIsTaken_endsTheStartWithAClearError() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                ServerFixture second = new ServerFixture(directory.resolve("taken"))) {
            assertThatThrownBy(() -> second.tls("127.0.0.1:" + taken.getLocalPort(), ServerLimits.DEFAULT, ROUTES))
                    .isInstanceOf(CannotListen.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasRootCauseInstanceOf(BindException.class);
        }
    }

    @Test
    void bindAddress_isHostAndPort() {
        assertThat(BindAddress.parse("[::]:9010")).isEqualTo(new BindAddress("::", 9010));
        assertThat(BindAddress.parse("0.0.0.0:0")).isEqualTo(new BindAddress("0.0.0.0", 0));
        assertThat(BindAddress.parse("[::1]:1")).hasToString("[::1]:1");
        for (String wrong :
                new String[] {"", "9010", ":9010", "::1:9010", "localhost", "a:b", "a:70000", "[::1]", "a:-1"}) {
            assertThatThrownBy(() -> BindAddress.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void assertRefused(TlsCredentials own, String protocol) {
        TestClient client = client(own, Version.HTTP_1_1, protocol);
        assertThatThrownBy(() -> client.get(fixture.uri("/caller"))).isInstanceOf(UncheckedIOException.class);
    }

    private static TestClient client(TlsCredentials own, Version version, String protocol) {
        return TestClient.tls(own, fixture.certificates.authorities(), version, protocol);
    }

    private static boolean hasIpv6Loopback() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Java will not say this any more, so it is said by hand: version 3.2, and two suites that the server has. */
    private static byte[] helloOfTls11() {
        ByteBuffer body = ByteBuffer.allocate(64);
        body.putShort((short) 0x0302).put(new byte[32]).put((byte) 0);
        body.putShort((short) 4).putShort((short) 0xC02C).putShort((short) 0xC009);
        body.put((byte) 1).put((byte) 0);
        int length = body.position();
        ByteBuffer record = ByteBuffer.allocate(9 + length);
        record.put((byte) 22).putShort((short) 0x0301).putShort((short) (length + 4));
        record.put((byte) 1).put((byte) 0).putShort((short) length);
        return record.put(body.array(), 0, length).array();
    }
}
