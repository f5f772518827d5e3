package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;

/** The management port: anybody on this machine may read, only the holder of the token may change, no web page either. */
class ManagementServerTest {

    @TempDir
    static Path directory;

    private static ServerFixture fixture;

    @BeforeAll
    static void start() throws Exception {
        fixture = new ServerFixture(directory).management(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/observe/health").setBody(constant("{\"status\":\"UP\"}"));
            }
        });
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void read_byALoopbackName_isServed() throws IOException {
        for (String host :
                new String[] {"localhost", "localhost:1", "127.0.0.1:9001", "127.1.2.3", "[::1]:9001", "LOCALHOST"}) {
            assertThat(answerTo("GET", "Host: " + host)).as(host).startsWith("HTTP/1.1 200");
        }
        assertThat(TestClient.plain().get(uri()).body()).isEqualTo("{\"status\":\"UP\"}");
    }

    @Test
    void request_byAnotherName_is421() throws IOException {
        for (String host :
                new String[] {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"}) {
            assertThat(answerTo("GET", "Host: " + host)).as(host).startsWith("HTTP/1.1 421");
        }
        assertThat(answerTo("GET", "X: y")).startsWith("HTTP/1.1 421");
    }

    @Test
    void request_withTwoNames_is400_whicheverComesFirst() throws IOException {
        for (String hosts :
                new String[] {"Host: localhost\r\nHost: evil.example", "Host: evil.example\r\nHost: localhost"}) {
            assertThat(answerTo("GET", hosts)).as(hosts).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void request_ofAForeignOrigin_is403() throws IOException {
        for (String origin :
                new String[] {"http://evil.example", "null", "https://localhost:1", "http://localhost:2"}) {
            assertThat(answerTo("GET", "Host: localhost:1\r\nOrigin: " + origin))
                    .as(origin)
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(answerTo("GET", "Host: localhost:1\r\nOrigin: http://localhost:1"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void change_withoutTheToken_is401_andWithIt_isServed() throws IOException {
        for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
            assertThat(answerTo(method, "Host: localhost"))
                    .startsWith("HTTP/1.1 401")
                    .containsIgnoringCase("www-authenticate: Bearer");
            assertThat(answerTo(method, "Host: localhost\r\nAuthorization: Bearer wrong"))
                    .startsWith("HTTP/1.1 401");
            assertThat(answerTo(method, "Host: localhost\r\nAuthorization: " + ServerFixture.TOKEN))
                    .startsWith("HTTP/1.1 401");
            assertThat(answerTo(method, "Host: localhost\r\nAuthorization: Bearer " + ServerFixture.TOKEN))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void request_thatOffersHttp2InTheClear_isServedOverHttp1() {
        HttpRequest.Builder request = TestClient.request(uri()).version(java.net.http.HttpClient.Version.HTTP_2);
        assertThat(TestClient.plain().send(request).version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_1_1);
    }

    @Test
    void server_onAnAddressThatOthersReach_isNotMade() {
        SecretBytes token = SecretBytes.owning(new byte[32]);
        for (String address : new String[] {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
            assertThatThrownBy(() -> RouteServer.management(
                            "management",
                            null,
                            BindAddress.parse(address),
                            token,
                            ServerLimits.DEFAULT,
                            ErrorBodies.MESSAGE,
                            EventLog.silent()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("loopback");
        }
    }

    private static String uri() {
        return "http://localhost:" + fixture.port() + "/observe/health";
    }

    private static String answerTo(String method, String headers) throws IOException {
        try (RawClient client = RawClient.plain(fixture.port())) {
            client.write(method + " /observe/health HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n");
            return client.readAll();
        }
    }
}
