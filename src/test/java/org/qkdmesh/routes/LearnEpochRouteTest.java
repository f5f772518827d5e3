package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LearnEpochRouteTest extends RouteTest {

    LearnEpochRouteTest() {
        super("relay/learn-epoch.camel.yaml", "learn-epoch");
    }

    @Test
    void neighbourWhoseEpochIsWanted_isAsked() {
        when("askVersions", exchange -> exchange.setProperty("call", "call"));
        run();
        assertThat(ran).containsExactly("askVersions", "direct:call-neighbour", "readVersions");
    }

    @Test
    void neighbourThatIsBeingAsked_isNotAskedTwice() {
        run();
        assertThat(ran).containsExactly("askVersions");
    }
}
