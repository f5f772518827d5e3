package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SecretBytes;

/** What a route gets of a request, and what a caller gets of an answer. */
class RouteServerTest {

    @TempDir
    static Path directory;

    private static ServerFixture fixture;
    private static TestClient client;
    private static final AtomicReference<SecretBytes> SECRET = new AtomicReference<>();

    @BeforeAll
    static void start() throws Exception {
        fixture = new ServerFixture(directory).tls(ServerLimits.DEFAULT, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/api/v1/keys/{slave_SAE_ID}/status?httpMethodRestrict=GET")
                        .setBody(simple("{\"slave\":\"${header.slave_SAE_ID}\",\"size\":\"${header.size}\"}"));
                from("platform-http:/echo?httpMethodRestrict=GET,POST").process(exchange -> {
                    byte[] body = exchange.getMessage().getBody(byte[].class);
                    exchange.getMessage().setBody(ByteBuffer.wrap(body));
                });
                from("platform-http:/headers").process(exchange -> exchange.getMessage()
                        .setBody(exchange.getMessage().getHeaders().toString()));
                from("platform-http:/caller").process(exchange -> exchange.getMessage()
                        .setBody(Caller.of(exchange).toString()));
                from("platform-http:/secret").process(exchange -> {
                    SECRET.set(SecretBytes.owning("a secret".getBytes(StandardCharsets.US_ASCII)));
                    exchange.getMessage().setBody(SECRET.get());
                });
                from("platform-http:/refusal").process(exchange -> {
                    throw Refusal.badRequest("size shall be a \"multiple\" of 8");
                });
                from("platform-http:/failure").process(exchange -> {
                    throw new IllegalStateException("inner secret of the node");
                });
                from("platform-http:/odd-body")
                        .process(exchange -> exchange.getMessage().setBody(new Object()));
                from("platform-http:/odd-status").setHeader(Exchange.HTTP_RESPONSE_CODE, constant(42));
                from("platform-http:/error").process(exchange -> {
                    throw new AssertionError("inner secret of the node");
                });
                from("platform-http:/answer-headers")
                        .setHeader("Cache-Control", constant("no-store"))
                        .setHeader("X-Internal", constant("1"))
                        .setHeader("Allow", constant("a\r\nX-Split: 1"))
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant(429))
                        .setHeader("Retry-After", constant("7"))
                        .setHeader("Content-Type", constant("text/plain"))
                        .setBody(constant("slow down"));
            }
        });
        client = fixture.client("sae-a");
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void path_withAnEncodedSlash_isOneSegmentAndIsDecoded() {
        assertThat(client.get(fixture.uri("/api/v1/keys/a%2Fb%20c/status?size=64"))
                        .body())
                .isEqualTo("{\"slave\":\"a/b c\",\"size\":\"64\"}");
    }

    @Test
    void body_comesAndGoesByteForByte() {
        byte[] body = "{\"x\": \u00fc}".getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer = client.post(fixture.uri("/echo"), body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"x\": \u00fc}");
        assertThat(answer.headers().firstValue("content-length")).hasValue(String.valueOf(body.length));
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void body_thatIsChunkedOrAbsent_isReadAsWell() {
        assertThat(client.send(TestClient.request(fixture.uri("/echo"))
                                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(
                                        "chunked".getBytes(StandardCharsets.US_ASCII)))))
                        .body())
                .isEqualTo("chunked");
        assertThat(client.get(fixture.uri("/echo")).statusCode()).isEqualTo(204);
    }

    @Test
    void body_afterExpect100Continue_isRead() {
        assertThat(client.send(TestClient.request(fixture.uri("/echo"))
                                .expectContinue(true)
                                .POST(BodyPublishers.ofString("waited")))
                        .body())
                .isEqualTo("waited");
    }

    @Test
    void answer_tellsTheTimeOfThisMachine() {
        String date =
                client.get(fixture.uri("/echo")).headers().firstValue("date").orElseThrow();
        assertThat(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant())
                .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
    }

    @Test
    void headers_ofTheRequest_getInOnlyByTheList_andNeverBackOut() {
        HttpResponse<String> answer = client.send(TestClient.request(fixture.uri(
                        "/headers?number=3&QKD-Tag=q&Cache-Control=public&CamelHttpUri=http://evil&a=1&a=2"))
                .header("X-Foo", "bar")
                .header("Authorization", "Bearer t")
                .header("CamelFileName", "x")
                .header("QKD-Time-Left", "900")
                .header("QKD-Hop-Times", "1-1"));
        assertThat(answer.body().toLowerCase(java.util.Locale.ROOT))
                .contains("number=3", "qkd-time-left=900", "a=[1, 2]", "camelhttpmethod=get")
                .doesNotContain(
                        "foo", "authorization", "evil", "camelfilename", "qkd-tag", "qkd-hop-times", "cache-control");
        assertThat(answer.headers().map().keySet())
                .containsOnly(":status", "content-length", "content-type", "date", "qkd-request-id");
    }

    @Test
    void headers_ofTheAnswer_areThoseOfTheList() {
        HttpResponse<String> answer = client.get(fixture.uri("/answer-headers"));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain");
        assertThat(answer.headers().firstValue("Allow")).hasValue("a  X-Split: 1");
        assertThat(answer.headers().firstValue("X-Internal")).isEmpty();
    }

    @Test
    void headers_thatStandTwice_areRefused() {
        assertThat(client.send(TestClient.request(fixture.uri("/headers"))
                                .header("QKD-Tag", "a")
                                .header("qkd-tag", "b"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void caller_isKnownByCertificateAndProtocol() {
        assertThat(client.get(fixture.uri("/caller")).body())
                .contains("role=SAE", "id=sae-a", "protocol=TLSv1.3", "address=127.0.0.1");
    }

    @Test
    void answer_ofSecretBytes_isWrittenAndErased() {
        assertThat(client.get(fixture.uri("/secret")).body()).isEqualTo("a secret");
        assertThat(SECRET.get().isErased()).isTrue();
    }

    @Test
    void refusal_thatLeavesARoute_isItsStatusAndMessage() {
        HttpResponse<String> answer = client.get(fixture.uri("/refusal"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("{\"message\":\"size shall be a \\\"multiple\\\" of 8\"}");
    }

    @Test
    void exception_thatLeavesARoute_is503WithoutAWordOfIt() {
        for (String path : new String[] {"/failure", "/odd-body", "/odd-status", "/error"}) {
            HttpResponse<String> answer = client.get(fixture.uri(path));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(answer.body()).isEqualTo("{\"message\":\"the request could not be served now\"}");
        }
    }

    @Test
    void unknownPath_is404AsJson() {
        for (String path :
                new String[] {"/", "/api", "/api/v1/keys/x/status/", "/api/v1/keys/x/status/y", "/../echo"}) {
            HttpResponse<String> answer = client.get(fixture.uri(path));
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(answer.body()).isEqualTo("{\"message\":\"no such path\"}");
        }
    }

    @Test
    void otherMethod_is405WithAllow() {
        for (String method : new String[] {"OPTIONS", "DELETE", "PUT", "TRACE", "PATCH"}) {
            HttpResponse<String> answer =
                    client.send(TestClient.request(fixture.uri("/echo")).method(method, BodyPublishers.noBody()));
            assertThat(answer.statusCode()).as(method).isEqualTo(405);
            assertThat(answer.headers().firstValue("allow")).hasValue("GET, POST");
            assertThat(answer.body()).isEqualTo("{\"message\":\"this path takes GET, POST\"}");
        }
        assertThat(client.send(TestClient.request(fixture.uri("/echo")).method("HEAD", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void brokenPercentEncoding_is400() {
        for (String query : new String[] {"a=%C3%28", "a=%FF"}) {
            assertThat(client.get(fixture.uri("/headers?" + query)).statusCode())
                    .as(query)
                    .isEqualTo(400);
        }
        assertThat(client.get(fixture.uri("/api/v1/keys/%FF/status")).statusCode())
                .isEqualTo(400);
    }

    @Test
    void server_thatIsStopped_acceptsNobody_andComesBackOnItsPort() throws Exception {
        int port = fixture.port();
        assertThat(client.get(fixture.uri("/headers")).statusCode()).isEqualTo(200);
        fixture.server.stop();
        try {
            assertThatThrownBy(() -> client.get(fixture.uri("/headers"))).isInstanceOf(UncheckedIOException.class);
        } finally {
            fixture.server.start();
        }
        assertThat(fixture.port()).isEqualTo(port);
        assertThat(client.get(fixture.uri("/headers")).statusCode()).isEqualTo(200);
    }
}
