package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AgreeSealsRouteTest extends RouteTest {

    AgreeSealsRouteTest() {
        super("relay/agree-seals.camel.yaml", "agree-seals");
    }

    @Test
    void nodeThatASecretIsWantedWith_getsAnOffer() {
        when("writeSealOffer", exchange -> exchange.setProperty("call", "call"));
        run();
        assertThat(ran).containsExactly("writeSealOffer", "direct:call-neighbour", "readSealAnswer");
    }

    @Test
    void noOffer_isMadeWhereNoneIsDue() {
        run();
        assertThat(ran).containsExactly("writeSealOffer");
    }
}
