package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class SealsRouteTest extends RouteTest {

    SealsRouteTest() {
        super("relay/seals.camel.yaml", "seals");
    }

    @Test
    void offerForThisNode_isAnswered() {
        run();
        assertThat(ran).containsExactly("identifyNeighbour", "handleSealOffer", "writeSealAnswer");
    }

    @Test
    void offerForAnotherNode_isPassedOnFirst() {
        when("handleSealOffer", exchange -> exchange.setProperty("neighbour", "tn-3"));
        run();
        assertThat(ran)
                .containsExactly("identifyNeighbour", "handleSealOffer", "direct:call-neighbour", "writeSealAnswer");
    }

    @Test
    void offerOfAStranger_isAnsweredAsAProblem() {
        failing("identifyNeighbour", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyNeighbour", "writePeerError");
    }
}
