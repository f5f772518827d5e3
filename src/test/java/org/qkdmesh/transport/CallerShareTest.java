package org.qkdmesh.transport;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.CertificateIdentity.Role;

/** On an event loop and in real time, with connections that are none. */
class CallerShareTest {

    private static final int PER_SECOND = 100;
    private static final int REQUESTS_PER_SECOND = 1_000;
    private static final int CONNECTIONS = 70;
    private static final int FIRST_CONNECTIONS = 2 * CONNECTIONS;
    private static final ServerLimits.EachCaller LIMITS =
            new ServerLimits.EachCaller(CONNECTIONS, 500, 256, 1 << 20, REQUESTS_PER_SECOND, PER_SECOND);

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final List<String> tooFast = new ArrayList<>();
    private List<EmbeddedChannel> connections;

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void refusals_thatAreTooMany_haveNoConnectionRead_andThenOneAfterTheOther() throws Exception {
        CallerShare sae = share(Role.SAE);
        CompletableFuture<List<Long>> seen = new CompletableFuture<>();
        onLoop(() -> {
            refuse(sae, PER_SECOND - 1);
            assertThat(read()).isEqualTo(3);
            refuse(sae, 10);
            Set<Long> counts = new LinkedHashSet<>(List.of(read()));
            return vertx.setPeriodic(1, tick -> {
                counts.add(read());
                if (read() == 3) {
                    seen.complete(List.copyOf(counts));
                }
            });
        });
        assertThat(seen.get(60, SECONDS)).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void connection_thatHadToBeEnded_costsASecond() throws Exception {
        CallerShare sae = share(Role.SAE);
        long began = System.nanoTime();
        onLoop(() -> {
            refuse(sae, PER_SECOND);
            sae.wasCutOff();
            return null;
        });
        await().atMost(60, SECONDS).until(() -> onLoop(this::read) == 3);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void bodies_countByTheirLength() throws Exception {
        CallerShare sae = share(Role.SAE);
        assertThat(onLoop(() -> {
                    sae.wasRefused(400, 40 << 20);
                    return read();
                }))
                .isZero();
        CallerShare other = share(Role.SAE);
        assertThat(onLoop(() -> {
                    for (int i = 0; i < 40; i++) {
                        other.wasReadForNothing(413, 16 << 10);
                    }
                    return read();
                }))
                .isEqualTo(3);
    }

    @Test
    void requests_thatAreTooMany_areReadNoFaster_andAreToldOfOnce_butForThoseOfNodes() throws Exception {
        CallerShare sae = share(Role.SAE);
        assertThat(onLoop(() -> {
                    ask(sae, REQUESTS_PER_SECOND);
                    return read();
                }))
                .isEqualTo(3);
        assertThat(onLoop(() -> {
                    ask(sae, REQUESTS_PER_SECOND);
                    return read();
                }))
                .isZero();
        assertThat(tooFast).containsExactly("somebody");
        await().atMost(60, SECONDS).until(() -> onLoop(this::read) == 3);
        CallerShare node = share(Role.NODE);
        assertThat(onLoop(() -> {
                    ask(node, 10 * REQUESTS_PER_SECOND);
                    node.wasRead(10 << 20);
                    assertThat(node.requestBegan()).isFalse();
                    return read();
                }))
                .isEqualTo(3);
    }

    @Test
    void requests_ofWhoWasRefusedTooOften_arePaidForAhead_untilTheyAreAnswered() throws Exception {
        CallerShare sae = share(Role.SAE);
        onLoop(() -> {
            refuse(sae, PER_SECOND + 10);
            return null;
        });
        await().atMost(60, SECONDS).until(() -> onLoop(this::read) == 3);
        assertThat(onLoop(() -> {
                    long paidFor = IntStream.range(0, 2 * PER_SECOND)
                            .filter(i -> sae.requestBegan())
                            .count();
                    assertThat(paidFor).isEqualTo(2 * PER_SECOND);
                    return read();
                }))
                .isZero();
        onLoop(() -> {
            IntStream.range(0, 2 * PER_SECOND).forEach(i -> sae.payBack());
            return null;
        });
        await().atMost(60, SECONDS).until(() -> onLoop(this::read) == 3);
    }

    @Test
    void connections_ofWhoWasRefusedTooOften_areTakenATenthAsOften() throws Exception {
        CallerShare sound = share(Role.SAE);
        assertThat(onLoop(() -> openAndClose(sound, FIRST_CONNECTIONS))).isEqualTo(FIRST_CONNECTIONS);
        CallerShare suspect = share(Role.SAE);
        assertThat(onLoop(() -> {
                    refuse(suspect, PER_SECOND + 10);
                    return openAndClose(suspect, FIRST_CONNECTIONS);
                }))
                .isBetween(FIRST_CONNECTIONS / 10L, FIRST_CONNECTIONS / 2L);
    }

    @Test
    void bytes_thatAreMoreThanOfRequestsAtTheirRate_areReadNoFaster_whateverTheyAre() throws Exception {
        CallerShare sae = share(Role.SAE);
        assertThat(onLoop(() -> {
                    IntStream.range(0, REQUESTS_PER_SECOND).forEach(i -> sae.wasRead(1 << 10));
                    return read();
                }))
                .isEqualTo(3);
        assertThat(onLoop(() -> {
                    IntStream.range(0, 16 * REQUESTS_PER_SECOND).forEach(i -> sae.wasRead(64));
                    return read();
                }))
                .isZero();
        assertThat(tooFast).containsExactly("somebody");
    }

    @Test
    void node_isRefusedForWantOfKeysAsOftenAsItMayBe_butNotForWhatNoSoundOneAsks_norForWhatWasNotLookedAt()
            throws Exception {
        CallerShare node = share(Role.NODE);
        assertThat(onLoop(() -> {
                    refuse(node, 10 * PER_SECOND);
                    node.wasCutOff();
                    return read();
                }))
                .isEqualTo(3);
        CallerShare stranger = share(Role.NODE);
        assertThat(onLoop(() -> {
                    IntStream.range(0, 2 * PER_SECOND).forEach(i -> stranger.wasRefused(401, 0));
                    return read();
                }))
                .isZero();
        CallerShare unheard = share(Role.NODE);
        assertThat(onLoop(() -> {
                    IntStream.range(0, 2 * PER_SECOND).forEach(i -> unheard.wasRefusedUnread(0));
                    return read();
                }))
                .isZero();
    }

    private CallerShare share(Role role) throws Exception {
        CertificateIdentity identity = new CertificateIdentity(role, "somebody");
        return onLoop(() -> {
            CallerShare share =
                    new CallerShare(new Caller(identity, "", "TLSv1.3", "127.0.0.1"), vertx, LIMITS, tooFast::add);
            connections = Stream.generate(EmbeddedChannel::new).limit(3).toList();
            connections.forEach(connection -> share.reads(PacedReading.on(connection, bytes -> {})));
            return share;
        });
    }

    /** @return how many of them there could be */
    private static long openAndClose(CallerShare share, int times) {
        PacedReading reading = PacedReading.on(new EmbeddedChannel(), bytes -> {});
        return IntStream.range(0, times)
                .filter(i -> share.open())
                .peek(i -> share.closed(reading))
                .count();
    }

    private static void ask(CallerShare share, int times) {
        IntStream.range(0, times).forEach(i -> share.requestBegan());
    }

    private static void refuse(CallerShare share, int times) {
        IntStream.range(0, times).forEach(i -> share.wasRefused(400, 0));
    }

    private long read() {
        return connections.stream().filter(c -> c.config().isAutoRead()).count();
    }

    private <T> T onLoop(Callable<T> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.runOnContext(now -> {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result.get(60, SECONDS);
    }
}
