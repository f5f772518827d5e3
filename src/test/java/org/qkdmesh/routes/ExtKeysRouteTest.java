package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class ExtKeysRouteTest extends RouteTest {

    ExtKeysRouteTest() {
        super("relay/ext-keys.camel.yaml", "ext-keys");
    }

    @Test
    void keysForAnSaeHere_areAnsweredAtOnce() {
        run();
        assertThat(ran).containsExactly("identifyNeighbour", "checkRelayMessage", "writeHopReply");
    }

    @Test
    void keysOnTheirWay_goOnBeforeTheAnswer() {
        when("checkRelayMessage", exchange -> exchange.setProperty("transit", "transit"));
        when("padForNextHop", exchange -> exchange.setProperty("hop", "hop"));
        run();
        assertThat(ran)
                .containsExactly(
                        "identifyNeighbour",
                        "checkRelayMessage",
                        "padForNextHop",
                        "direct:next-hop",
                        "concludeTransit",
                        "writeHopReply");
    }

    @Test
    void noLinkKeysForTheNextHop_nothingIsSent() {
        when("checkRelayMessage", exchange -> exchange.setProperty("transit", "transit"));
        run();
        assertThat(ran)
                .containsExactly(
                        "identifyNeighbour", "checkRelayMessage", "padForNextHop", "concludeTransit", "writeHopReply");
    }

    @Test
    void stranger_isRefusedBeforeTheMessageIsRead() {
        failing("identifyNeighbour", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyNeighbour", "writePeerError");
    }
}
