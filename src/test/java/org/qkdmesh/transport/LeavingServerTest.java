package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that is about to end: nobody's request is cut. */
class LeavingServerTest {

    @TempDir
    Path directory;

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private ServerFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new ServerFixture(directory).tls(ServerLimits.DEFAULT, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/slow").process(exchange -> {
                    begun.countDown();
                    goOn.await();
                    exchange.getMessage().setBody("done");
                });
                from("platform-http:/quick").setBody(constant("done"));
            }
        });
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void whatRuns_isAnswered_andWhatComesNowIsRefused(HttpClient.Version version) throws Exception {
        TestClient client = client("sae-a", version);
        TestClient other = client("sae-b", version);
        assertThat(other.get(fixture.uri("/quick")).body()).isEqualTo("done");
        CompletableFuture<HttpResponse<String>> running =
                CompletableFuture.supplyAsync(() -> client.get(fixture.uri("/slow")));
        begun.await();

        fixture.server.leave();

        HttpResponse<String> refused = other.get(fixture.uri("/quick"));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("about to stop");
        if (version == HttpClient.Version.HTTP_1_1) {
            assertThat(refused.headers().firstValue("Connection")).hasValue("close");
        }
        assertThat(fixture.server.isBusy(0)).isTrue();
        goOn.countDown();
        assertThat(running.get().body()).isEqualTo("done");
        await().until(() -> !fixture.server.isBusy(50));
    }

    @Test
    void callersOverHttp2_areToldOfTheEnd_beforeTheConnectionEnds() throws Exception {
        Vertx vertx = Vertx.vertx();
        List<String> heard = new CopyOnWriteArrayList<>();
        try {
            fixture.certificates.sae("sae-a");
            var client = vertx.httpClientBuilder()
                    .with(new HttpClientOptions()
                            .setSsl(true)
                            .setUseAlpn(true)
                            .setProtocolVersion(HttpVersion.HTTP_2)
                            .setKeyCertOptions(new PemKeyCertOptions()
                                    .setCertPath(fixture.certificates
                                            .certificate("sae-a")
                                            .toString())
                                    .setKeyPath(
                                            fixture.certificates.key("sae-a").toString()))
                            .setTrustOptions(new PemTrustOptions()
                                    .addCertPath(fixture.certificates.ca().toString())))
                    .withConnectHandler(connection -> connection
                            .goAwayHandler(told -> heard.add("told, up to " + told.getLastStreamId()))
                            .closeHandler(closed -> heard.add("closed")))
                    .build();
            int status = client.request(HttpMethod.GET, fixture.port(), "localhost", "/quick")
                    .compose(request -> request.send())
                    .map(response -> response.statusCode())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            assertThat(status).isEqualTo(200);

            fixture.server.leave();
            assertThat(heard).isEmpty();
            fixture.server.stop();

            await().untilAsserted(
                            () -> assertThat(heard).containsExactly("told, up to " + Integer.MAX_VALUE, "closed"));
        } finally {
            vertx.close();
        }
    }

    private TestClient client(String sae, HttpClient.Version version) {
        return TestClient.tls(
                fixture.certificates.sae(sae), fixture.certificates.authorities(), version, "TLSv1.3", "TLSv1.2");
    }
}
