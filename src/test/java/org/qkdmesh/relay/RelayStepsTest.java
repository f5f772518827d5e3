package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qkdmesh.relay.RelayMesh.id;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.node.processors.KeyOrder;
import org.qkdmesh.node.processors.RelayProcessors;
import org.qkdmesh.node.processors.RouteProperties;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.store.StoreFailure;

/** What the steps of {@code relay-keys} leave for its conditions, as long as the request lasts. */
class RelayStepsTest {

    private static final NodeId N2 = id(2);

    private final RelayMesh mesh = RelayMesh.ring(3).filled(500);
    private final RelayNode node = mesh.first();
    private final RelayProcessors steps = new RelayProcessors(node.relayKeys, null, mesh.clock, node.events);
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Exchange exchange = new DefaultExchange(context);

    @Test
    void confirmedAttempt_endsTheRequest() throws Exception {
        open();
        attempt();
        assertThat(hasSomethingToSend()).isTrue();
        decide(new HopAnswer.Relayed());
        assertThat(isOpen()).isFalse();
        steps.closeRelay(exchange);
        assertThat((List<?>) exchange.getProperty(RouteProperties.KEYS)).hasSize(1);
    }

    @Test
    void failedAttempts_leaveTheRequestOpen_untilThereIsNoOtherPath() throws Exception {
        open();
        for (int path = 0; path < 2; path++) {
            attempt();
            assertThat(hasSomethingToSend()).isTrue();
            decide(new HopAnswer.NotSent("refused"));
            assertThat(isOpen()).isTrue();
        }
        attempt();
        assertThat(hasSomethingToSend()).isFalse();
        assertThat(isOpen()).isFalse();
    }

    @Test
    void diskThatDoesNotTakeTheIntent_endsTheRequest_andNothingIsSent() throws Exception {
        open();
        node.disk.setCrashPoint(moment -> {
            throw new StoreFailure("full", true, null);
        });
        attempt();
        assertThat(hasSomethingToSend()).isFalse();
        assertThat(isOpen()).isFalse();
    }

    private void open() {
        context.getRegistry().bind("shortest", new ShortestPath());
        exchange.setProperty(RouteProperties.PLANNER, "shortest");
        exchange.setProperty(
                RouteProperties.KEY_ORDER, new KeyOrder(List.of(Destination.of(N2, RelayMesh.PAIR)), false, 1, 128, 1));
        steps.openRelay(exchange);
        assertThat(isOpen()).isTrue();
    }

    private void attempt() throws InterruptedException {
        steps.planPath(exchange);
        assertThat(isOpen()).isEqualTo(relay().isOpen());
        steps.takeLinkKeys(exchange);
        assertThat(isOpen()).isEqualTo(relay().isOpen());
        assertThat(hasSomethingToSend()).isEqualTo(relay().isUnderWay());
    }

    private void decide(HopAnswer answer) {
        relay().branches().get(0).sends().answered(answer);
        steps.decideAttempt(exchange);
        assertThat(isOpen()).isEqualTo(relay().isOpen());
    }

    private boolean isOpen() {
        return exchange.getProperty(RouteProperties.RELAY_OPEN, Boolean.class);
    }

    private boolean hasSomethingToSend() {
        return exchange.getProperty(RouteProperties.HOP) != null || exchange.getProperty(RouteProperties.HOPS) != null;
    }

    private RelayRequest relay() {
        return exchange.getProperty(RouteProperties.RELAY, RelayRequest.class);
    }
}
