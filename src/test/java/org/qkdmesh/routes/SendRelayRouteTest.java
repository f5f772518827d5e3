package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.junit.jupiter.api.Test;
import org.qkdmesh.transport.CallFailure;
import org.qkdmesh.transport.CallTimedOut;

class SendRelayRouteTest extends RouteTest {

    private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.ofDefaults();

    SendRelayRouteTest() {
        super("relay/send-relay.camel.yaml", "send-relay-tn-3");
    }

    @Override
    void prepare() throws Exception {
        context.getRegistry().bind("circuitBreakers", breakers);
        TemplatedRouteBuilder.builder(context, "send-relay")
                .routeId("send-relay-tn-3")
                .prefixId("send-relay-tn-3-")
                .parameter("node", "tn-3")
                .parameter("url", "https://tn-3")
                .parameter("tls", "tls-tn-3")
                .add();
        AdviceWith.adviceWith(context, "send-relay-tn-3", advice -> advice.weaveById("send-to-neighbour")
                .replace()
                .process(step("wire")));
    }

    @Test
    void refusals_areAnswers_andNeverOpenTheBreaker() {
        when("wire", exchange -> exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 503));
        for (int i = 0; i < 20; i++) {
            assertThat(run().getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
                    .isEqualTo(503);
        }
        assertThat(ran).hasSize(20);
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void tenSendsWithoutAnAnswer_openTheBreaker_andNothingMoreIsSent() {
        failing("wire", new CallTimedOut(CallFailure.Outcome.UNKNOWN, "slow", new IOException("slow")));
        for (int i = 0; i < 9; i++) {
            assertThat(CallFailure.classify(run().getException())).isEqualTo(CallFailure.Outcome.UNKNOWN);
        }
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        run();
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.OPEN);
        Exception refused = run().getException();
        assertThat(refused).isInstanceOf(CallNotPermittedException.class);
        assertThat(CallFailure.classify(refused)).isEqualTo(CallFailure.Outcome.NOT_SENT);
        assertThat(ran).hasSize(10);
    }

    @Test
    void oneAnswerAmongFailures_keepsTheBreakerClosed() {
        for (int i = 0; i < 30; i++) {
            if (i % 10 == 0) {
                when("wire", exchange -> {});
            } else {
                failing("wire", new CallFailure(CallFailure.Outcome.NOT_SENT, "no", new IOException("refused")));
            }
            run();
        }
        assertThat(ran).hasSize(30);
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void oneAnswerAfterAPause_closesTheBreaker() {
        run();
        breaker().transitionToOpenState();
        breaker().transitionToHalfOpenState();
        run();
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    private CircuitBreaker breaker() {
        return breakers.find("send-relay-tn-3-breaker").orElseThrow();
    }
}
