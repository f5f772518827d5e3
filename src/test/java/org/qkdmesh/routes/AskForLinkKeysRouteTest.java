package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AskForLinkKeysRouteTest extends RouteTest {

    AskForLinkKeysRouteTest() {
        super("kme/ask-for-link-keys.camel.yaml", "ask-for-link-keys");
    }

    @Test
    void nodeThatLacksKeys_asksItsNeighbour() {
        when("writeGrantRequest", exchange -> exchange.setProperty("grantRequest", "request"));
        run();
        assertThat(ran).containsExactly("writeGrantRequest", "direct:call-neighbour", "readGrant");
    }

    @Test
    void nodeThatHasEnough_asksNobody() {
        run();
        assertThat(ran).containsExactly("writeGrantRequest");
    }
}
