package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.transport.CallFailure.Outcome;

/** Calls by the component {@code mtls}. */
class MtlsCallTest extends CallContract {

    private static final int POOL = 64;

    @Override
    String uri(int port, String path, String bean) {
        return "mtls:https://localhost:" + port + path + "?tls=#" + bean;
    }

    @Test
    void answer_ofAnyStatus_isAnAnswer_andNotAskedForAgain() throws Exception {
        for (int status : new int[] {503, 429, 500, 301, 307, 401}) {
            try (RawServer server = RawServer.tls(
                    certificates,
                    neighbour,
                    TLS13,
                    RawServer.answering("HTTP/1.1 " + status
                            + " X\r\nRetry-After: 0\r\nLocation: /other\r\nSet-Cookie: a=b\r\n"
                            + "WWW-Authenticate: Basic realm=x\r\nContent-Length: 4\r\n\r\nbody"))) {
                for (int i = 1; i <= 2; i++) {
                    Exchange answered = call(server, "tls-tn-2");
                    assertThat(answered.getException()).isNull();
                    assertThat(answered.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
                            .isEqualTo(status);
                    assertThat(answered.getMessage().getBody(String.class)).isEqualTo("body");
                    assertThat(server.requests).as("status " + status).hasSize(i);
                }
                assertThat(server.requests.get(1)).doesNotContainIgnoringCase("cookie");
            }
        }
    }

    @Test
    void calls_beyondThePool_waitForAConnection_andAreNotSentWhenTheirTimeIsUp() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        ExecutorService callers = Executors.newFixedThreadPool(POOL);
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, conversation -> {
            while (!conversation.request().isEmpty()) {
                held.await(60, TimeUnit.SECONDS);
                conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        })) {
            List<CompletableFuture<Exchange>> first = new ArrayList<>();
            while (first.size() < POOL) {
                // One after the other: so many handshakes at once may take longer than a connection may.
                first.add(CompletableFuture.supplyAsync(() -> call(server, "tls-tn-2"), callers));
                await().atMost(60, TimeUnit.SECONDS).until(() -> server.requests.size() == first.size());
            }
            Exchange late = call(server, "tls-tn-2", Map.of(HttpClientSetup.CALL_MILLIS, 300));
            assertThat(CallFailure.classify(late.getException())).isEqualTo(Outcome.NOT_SENT);
            held.countDown();
            for (CompletableFuture<Exchange> call : first) {
                assertThat(call.get(60, TimeUnit.SECONDS).getException()).isNull();
            }
            assertThat(server.requests).hasSize(POOL);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void endpoint_withoutTlsOrWithoutHttps_isToldWhatItLacks() {
        assertThatThrownBy(() -> context.getEndpoint("mtls:https://localhost:1/x"))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasStackTraceContaining("?tls=#bean");
        assertThatThrownBy(() -> context.getEndpoint("mtls:http://localhost:1/x?tls=#tls-tn-2"))
                .hasStackTraceContaining("wants mtls:https://host:port/path");
    }
}
