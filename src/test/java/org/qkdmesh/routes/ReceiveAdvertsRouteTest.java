package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class ReceiveAdvertsRouteTest extends RouteTest {

    ReceiveAdvertsRouteTest() {
        super("discovery/receive-adverts.camel.yaml", "receive-adverts");
    }

    @Test
    void advertsOfANeighbour_areExchanged() {
        run();
        assertThat(ran).containsExactly("identifyNeighbour", "exchangeAdverts");
    }

    @Test
    void stranger_isToldNothingOfTheNetwork() {
        failing("identifyNeighbour", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyNeighbour", "writePeerError");
    }
}
