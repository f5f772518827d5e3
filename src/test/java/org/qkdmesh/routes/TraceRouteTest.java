package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class TraceRouteTest extends RouteTest {

    TraceRouteTest() {
        super("management/trace.camel.yaml", "trace");
    }

    @Test
    void keyThatWasRelayed_isTakenBackBeforeTheAnswer() {
        run();
        assertThat(ran).containsExactly("readTrace", "direct:relay-keys", "takeBackKeys", "writeTrace");
    }

    @Test
    void relayThatFailed_isToldToTheOperator() {
        failing("direct:relay-keys", Refusal.unavailable("no path"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("readTrace", "direct:relay-keys", "writeManagementError");
    }
}
