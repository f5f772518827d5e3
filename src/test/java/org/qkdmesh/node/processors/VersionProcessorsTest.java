package org.qkdmesh.node.processors;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.testing.ManualClock;

class VersionProcessorsTest {

    private static final NodeId ONE = new NodeId("tn-2");
    private static final NodeId OTHER = new NodeId("tn-3");

    private final ManualClock clock = new ManualClock();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final VersionProcessors processors = new VersionProcessors(
            new NodeId("tn-1"),
            UUID::randomUUID,
            new VersionCodec(new Extension(1)),
            new Neighbours(Map.of()),
            clock,
            EventLog.silent());

    @Test
    void neighbourThatDoesNotAnswer_isAskedOnceAtATime_andOthersBesideIt() {
        Exchange first = ask(ONE);
        assertThat(isAsked(first)).isTrue();
        assertThat(isAsked(ask(ONE))).isFalse();
        assertThat(isAsked(ask(OTHER))).isTrue();

        first.setProperty(NeighbourProcessors.ANSWER, new NeighbourProcessors.NeighbourAnswer(0, new byte[0]));
        processors.readVersions(first);

        assertThat(isAsked(ask(ONE))).isTrue();
        assertThat(isAsked(ask(OTHER))).isFalse();
    }

    @Test
    void questionThatNobodyHeardOfAnyMore_isAskedAgain() {
        ask(ONE);
        clock.advance(Duration.ofSeconds(10));
        assertThat(isAsked(ask(ONE))).isTrue();
    }

    private Exchange ask(NodeId neighbour) {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(neighbour);
        processors.askVersions(exchange);
        return exchange;
    }

    private static boolean isAsked(Exchange exchange) {
        return exchange.getProperty(RouteProperties.CALL) != null;
    }
}
