package org.qkdmesh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.transport.CallFailure.Outcome;

/** Calls by Camel's own HTTP component. */
class CallTest extends CallContract {

    @Override
    String uri(int port, String path, String bean) {
        return "https://localhost:" + port + path + "?sslContextParameters=#" + bean + "&x509HostnameVerifier=#" + bean;
    }

    @Test
    void pin_withoutItsHostNameVerifier_failsSafely() throws Exception {
        TlsCredentials box = certificates.make("box-2", "10.9.8.7").write();
        bindPin("pin-box-2", box);
        try (RawServer server = RawServer.tls(certificates, box, TLS12, RawServer.polite())) {
            Exchange failed = template.request(
                    "https://localhost:" + server.port() + "?sslContextParameters=#pin-box-2", exchange -> {});
            assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.NOT_SENT);
        }
    }

    @Test
    void calls_beyondThePool_areNotSent() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try (RawServer server = RawServer.tls(certificates, neighbour, TLS13, conversation -> {
            conversation.request();
            held.await(60, TimeUnit.SECONDS);
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        })) {
            String uri = uri(server, "tls-tn-2") + "&maxTotalConnections=1&connectionsPerRoute=1";
            CompletableFuture<Exchange> first = CompletableFuture.supplyAsync(
                    () -> template.request(
                            uri, exchange -> exchange.getIn().setHeader(HttpClientSetup.CALL_MILLIS, 50_000)),
                    caller);
            await().until(() -> server.requests.size() == 1);
            Exchange second = template.request(uri, exchange -> {});
            assertThat(CallFailure.classify(second.getException())).isEqualTo(Outcome.NOT_SENT);
            held.countDown();
            assertThat(first.get(60, TimeUnit.SECONDS).getException()).isNull();
        } finally {
            caller.shutdownNow();
        }
    }

    @Test
    void answer_ofAnError_isNotAskedForAgain() throws Exception {
        for (int status : new int[] {503, 429, 500, 301, 307, 401}) {
            try (RawServer server = RawServer.tls(
                    certificates,
                    neighbour,
                    TLS13,
                    RawServer.answering("HTTP/1.1 " + status
                            + " X\r\nRetry-After: 0\r\nLocation: /other\r\nSet-Cookie: a=b\r\n"
                            + "WWW-Authenticate: Basic realm=x\r\nContent-Length: 4\r\n\r\nbody"))) {
                Exchange failed = call(server, "tls-tn-2");
                assertThat(CallFailure.classify(failed.getException())).isEqualTo(Outcome.ANSWERED);
                Exchange answered = template.request(
                        uri(server, "tls-tn-2") + "&throwExceptionOnFailure=false",
                        exchange -> exchange.getIn().setBody("again"));
                assertThat(answered.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
                        .isEqualTo(status);
                assertThat(answered.getMessage().getBody(String.class)).isEqualTo("body");
                assertThat(server.requests).as("status " + status).hasSize(2);
                assertThat(server.requests.get(1)).doesNotContainIgnoringCase("cookie");
            }
        }
    }
}
