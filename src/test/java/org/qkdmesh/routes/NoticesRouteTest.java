package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class NoticesRouteTest extends RouteTest {

    NoticesRouteTest() {
        super("relay/notices.camel.yaml", "notices");
    }

    @Test
    void forThisNode_isAcknowledged() {
        run();
        assertThat(ran).containsExactly("identifyNeighbour", "handleNotice", "writeAcknowledgement");
    }

    @Test
    void forAnotherNode_isPassedOnFirst() {
        when("handleNotice", exchange -> exchange.setProperty("neighbour", "tn-3"));
        run();
        assertThat(ran)
                .containsExactly("identifyNeighbour", "handleNotice", "direct:call-neighbour", "writeAcknowledgement");
    }

    @Test
    void refused_isAnsweredAsAProblem() {
        failing("handleNotice", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyNeighbour", "handleNotice", "writePeerError");
    }
}
