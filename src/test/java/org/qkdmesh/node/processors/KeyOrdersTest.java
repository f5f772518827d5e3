package org.qkdmesh.node.processors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.SaePattern;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.sae.KeyRates;
import org.qkdmesh.sae.SaeRules;
import org.qkdmesh.testing.ManualClock;

class KeyOrdersTest {

    private static final NodeId SELF = new NodeId("tn-1");
    private static final SaeId A = new SaeId("sae-a");
    private static final SaeId B = new SaeId("sae-b");
    private static final SaeId C = new SaeId("sae-c");

    private final DefaultCamelContext context = new DefaultCamelContext();

    @Test
    void orderForOneSlave_hasThePriorityOfItsPair() {
        assertThat(priority(4, 1, List.of())).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"4, 1, 1", "2, 3, 2"})
    void orderForSeveralSlaves_hasTheLeastPriorityOfTheirPairs(int inThePath, int additional, int expected) {
        assertThat(priority(inThePath, additional, List.of(C))).isEqualTo(expected);
    }

    private int priority(int ofB, int ofC, List<SaeId> additional) {
        PairPolicies policies = new PairPolicies(List.of(entry(B, ofB), entry(C, ofC)));
        Map<SaeId, NodeId> homes = Map.of(B, new NodeId("tn-2"), C, new NodeId("tn-3"));
        Topology topology = new Topology(SELF, Map.of(), homes, true);
        KeyOrders orders = new KeyOrders(
                SELF,
                new SaeRules(SELF, Set.of(A), policies, () -> topology),
                new KeyRates(new ManualClock(), pair -> 0));
        Exchange exchange = new DefaultExchange(context);
        orders.place(exchange, new SaePair(A, B), new KeyRequest(1, 256, additional, List.of()));
        return exchange.getProperty(RouteProperties.KEY_ORDER, KeyOrder.class).priority();
    }

    private static PairPolicies.Entry entry(SaeId slave, int priority) {
        PairPolicy any = PairPolicy.UNLIMITED;
        PairPolicy policy = new PairPolicy(any.bounds(), any.rates(), priority, any.seal(), any.paths());
        return new PairPolicies.Entry(new SaePattern(A.text()), new SaePattern(slave.text()), policy);
    }
}
