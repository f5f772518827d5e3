package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class StatusRouteTest extends RouteTest {

    StatusRouteTest() {
        super("sae/status.camel.yaml", "status");
    }

    @Test
    void master_isTold() {
        run();
        assertThat(ran).containsExactly("identifyMaster", "direct:choose-planner", "writeStatus");
    }

    @Test
    void stranger_isToldNothing() {
        failing("identifyMaster", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyMaster", "writeSaeRefusal");
    }
}
