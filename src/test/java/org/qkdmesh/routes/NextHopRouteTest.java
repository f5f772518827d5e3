package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.transport.CallFailures;

class NextHopRouteTest extends RouteTest {

    NextHopRouteTest() {
        super("relay/next-hop.camel.yaml", "next-hop");
    }

    @Test
    void answered_isRead() {
        when("writeHopMessage", exchange -> exchange.setProperty("neighbourUri", "direct:wire"));
        run();
        assertThat(ran).containsExactly("writeHopMessage", "direct:wire", "readHopAnswer");
    }

    @Test
    void connectionBroken_isTriedOnceMore_withTheSameMessage() {
        when("writeHopMessage", exchange -> exchange.setProperty("neighbourUri", "direct:wire"));
        failing("direct:wire", CallFailures.broken());
        assertThat(run().getException()).isNull();
        assertThat(ran).filteredOn("direct:wire"::equals).hasSize(2);
        assertThat(ran).filteredOn("writeHopMessage"::equals).hasSize(1);
        assertThat(ran)
                .containsSubsequence("noteHopFailure", "renewHopTime", "direct:wire")
                .endsWith("readHopAnswer");
    }

    @Test
    void timedOut_isNotTriedAgain() {
        when("writeHopMessage", exchange -> exchange.setProperty("neighbourUri", "direct:wire"));
        failing("direct:wire", CallFailures.timedOut());
        assertThat(run().getException()).isNull();
        assertThat(ran).filteredOn("direct:wire"::equals).hasSize(1);
        assertThat(ran).contains("noteHopFailure").endsWith("readHopAnswer");
    }
}
