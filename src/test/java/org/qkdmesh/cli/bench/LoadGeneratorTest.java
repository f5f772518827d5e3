package org.qkdmesh.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.cli.certs.DemoCertificates;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.transport.EventLoops;
import org.qkdmesh.transport.ServerTls;

/** Over real TLS: against a chain of forwarders, which is well, and against servers that are not. */
class LoadGeneratorTest {

    private static final SaeId MASTER = new SaeId("sae-a");
    private static final SaeId SLAVE = new SaeId("sae-b");
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final Load CLOSED = new Load(4, 3, 256, 0);

    @TempDir
    static Path certs;

    private static Vertx vertx;

    @BeforeAll
    static void prepare() throws Exception {
        new DemoCertificates(certs).make();
        vertx = EventLoops.create();
    }

    @AfterAll
    static void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void closedLoop_overAChainOfForwarders_countsPairsAndComparesEachKey() throws Exception {
        try (Forwarder last = new Forwarder(0, "tn-2-a2b1", certs, null);
                Forwarder first = new Forwarder(0, "tn-1-a2b2", certs, last.port())) {
            Tally tally = run(CLOSED, first.port(), last.port(), 100);

            assertThat(tally.errors()).isEmpty();
            assertThat(tally.keys()).isEqualTo(3 * tally.pairs());
            assertThat(tally.encMillis(50)).isPositive();
            assertThat(tally.decMillis(99)).isGreaterThanOrEqualTo(tally.decMillis(50));
            assertThat(tally.seconds()).isPositive();
        }
    }

    @Test
    void openLoop_whenAnswersStall_countsTheTimeThatLaterPairsHadToWait() throws Exception {
        AtomicBoolean stalled = new AtomicBoolean();
        int port = serve(request -> {
            boolean first = stalled.compareAndSet(false, true);
            vertx.setTimer(first ? 1_000 : 1, later -> answerKey(request, UUID.randomUUID(), randomKey()));
        });
        Load oneClient = new Load(1, 1, 256, 100);

        Tally tally = run(oneClient, port, port, 60);

        // One request of the many took a second; corrected, half of those that should have begun meanwhile waited long.
        assertThat(tally.encMillis(50)).isGreaterThan(100);
    }

    @Test
    void keysThatDiffer_areCounted_andAreNoPairsOfKeys() throws Exception {
        UUID id = UUID.randomUUID();
        int port = serve(request -> answerKey(request, id, randomKey()));

        Tally tally = run(new Load(1, 1, 256, 0), port, port, 1);

        assertThat(tally.keys()).isZero();
        assertThat(tally.errors()).containsKey("key differs between the ends");
    }

    @Test
    void keysAndIdsThatComeTwice_areCounted() throws Exception {
        UUID id = UUID.randomUUID();
        int port = serve(request -> answerKey(request, id, KEY));

        Tally tally = run(new Load(1, 1, 256, 0), port, port, 2);

        assertThat(tally.errors()).containsKeys("key id came a second time", "key came a second time");
    }

    @Test
    void refusals_areCountedByCallAndStatus_andTheLoadGoesOn() throws Exception {
        int port = serve(request -> request.response().setStatusCode(503).end("{\"message\":\"busy\"}"));

        Tally tally = run(new Load(1, 1, 256, 0), port, port, 0);

        assertThat(tally.errors()).containsOnlyKeys("enc_keys answered 503");
        assertThat(tally.pairs()).isZero();
    }

    @Test
    void answersThatAreNotWhatWasAskedFor_areCounted() throws Exception {
        int port = serve(request -> answerKey(request, UUID.randomUUID(), "AAAA"));
        int empty = serve(request -> request.response().end("nonsense"));

        assertThat(run(new Load(1, 1, 256, 0), port, port, 0).errors())
                .containsOnlyKeys("enc_keys gave another number or size of keys");
        assertThat(run(new Load(1, 1, 256, 0), empty, empty, 0).errors())
                .containsOnlyKeys("enc_keys gave no key container");
    }

    @Test
    void nobodyThere_isCountedAsNoConnection() throws Exception {
        HttpServer gone = listen(request -> {});
        int port = gone.actualPort();
        gone.close().toCompletionStage().toCompletableFuture().join();

        assertThat(run(new Load(1, 1, 256, 0), port, port, 0).errors())
                .containsOnlyKeys("enc_keys found no connection or lost it");
    }

    /** Runs until there were so many pairs, or, for 0, an error. */
    private static Tally run(Load load, int masterPort, int slavePort, int pairs) {
        Target target =
                new Target(MASTER, "https://localhost:" + masterPort, SLAVE, "https://localhost:" + slavePort, certs);
        try (LoadGenerator generator = new LoadGenerator(vertx, target, load, new SeenKeys())) {
            Tally tally = new Tally();
            generator.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                tally.add(generator.cut());
                return pairs == 0 ? tally.errorCount() > 0 : tally.pairs() >= pairs;
            });
            tally.add(generator.stop());
            return tally;
        }
    }

    private static int serve(Consumer<HttpServerRequest> answer) throws Exception {
        return listen(answer).actualPort();
    }

    private static HttpServer listen(Consumer<HttpServerRequest> answer) throws Exception {
        HttpServerOptions options = new HttpServerOptions().setHost("localhost").setPort(0);
        new ServerTls(
                        PemFiles.credentials(certs.resolve("tn-1-a2b2.crt"), certs.resolve("tn-1-a2b2.key")),
                        PemFiles.certificates(certs.resolve("ca.crt")))
                .applyTo(options);
        return vertx.createHttpServer(options)
                .requestHandler(answer::accept)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    private static String randomKey() {
        String key = UUID.randomUUID().toString().replace("-", "");
        return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.US_ASCII));
    }

    private static void answerKey(HttpServerRequest request, UUID id, String key) {
        request.response().end("{\"keys\":[{\"key_ID\":\"" + id + "\",\"key\":\"" + key + "\"}]}");
    }
}
