package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChoosePlannerRouteTest extends RouteTest {

    ChoosePlannerRouteTest() {
        super("relay/choose-planner.camel.yaml", "choose-planner");
    }

    @Test
    void planner_isTheOneOfFewestHops() {
        assertThat(run().getProperty("planner")).isEqualTo("shortestPath");
    }
}
