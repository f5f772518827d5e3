package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import org.apache.camel.RuntimeExchangeException;
import org.junit.jupiter.api.Test;
import org.qkdmesh.transport.CallFailure;
import org.qkdmesh.transport.CallTimedOut;

class NextHopRouteTest extends RouteTest {

    NextHopRouteTest() {
        super("relay/next-hop.camel.yaml", "next-hop");
    }

    @Test
    void answered_isRead() {
        when("writeHopMessage", exchange -> exchange.setProperty("nextNode", "tn-2"));
        run();
        assertThat(ran).containsExactly("writeHopMessage", "direct:send-relay-tn-2", "readHopAnswer");
    }

    @Test
    void connectionBroken_isTriedOnceMore_withTheSameMessage() {
        when("writeHopMessage", exchange -> exchange.setProperty("nextNode", "tn-2"));
        failing("direct:send-relay-tn-2", broken());
        assertThat(run().getException()).isNull();
        assertThat(ran).filteredOn("direct:send-relay-tn-2"::equals).hasSize(2);
        assertThat(ran).filteredOn("writeHopMessage"::equals).hasSize(1);
        assertThat(ran)
                .containsSubsequence("noteHopFailure", "renewHopTime", "direct:send-relay-tn-2")
                .endsWith("readHopAnswer");
    }

    @Test
    void timedOut_isNotTriedAgain() {
        when("writeHopMessage", exchange -> exchange.setProperty("nextNode", "tn-2"));
        failing(
                "direct:send-relay-tn-2",
                new CallTimedOut(CallFailure.Outcome.UNKNOWN, "slow", new IOException("slow")));
        assertThat(run().getException()).isNull();
        assertThat(ran).filteredOn("direct:send-relay-tn-2"::equals).hasSize(1);
        assertThat(ran).contains("noteHopFailure").endsWith("readHopAnswer");
    }

    @Test
    void brokenBehindABreaker_isTriedOnceMoreAsWell() {
        when("writeHopMessage", exchange -> exchange.setProperty("nextNode", "tn-2"));
        failing("direct:send-relay-tn-2", RuntimeExchangeException.wrapRuntimeException(broken()));
        assertThat(run().getException()).isNull();
        assertThat(ran).filteredOn("direct:send-relay-tn-2"::equals).hasSize(2);
    }

    @Test
    void openBreaker_isNotTriedAgain() {
        when("writeHopMessage", exchange -> exchange.setProperty("nextNode", "tn-2"));
        failing(
                "direct:send-relay-tn-2",
                CallNotPermittedException.createCallNotPermittedException(CircuitBreaker.ofDefaults("tn-2")));
        assertThat(run().getException()).isNull();
        assertThat(ran).filteredOn("direct:send-relay-tn-2"::equals).hasSize(1);
        assertThat(ran).contains("noteHopFailure").endsWith("readHopAnswer");
    }

    private static CallFailure broken() {
        return new CallFailure(CallFailure.Outcome.NOT_SENT, "no connection", new IOException("refused"));
    }
}
