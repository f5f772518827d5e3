package org.qkdmesh.node.processors;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.relay.Destination;
import org.qkdmesh.sae.KeyRates;
import org.qkdmesh.sae.SaeRules;

/** Orders keys as a master may: for slaves that it may share keys with, and no faster than its policy allows. */
public final class KeyOrders {

    private final NodeId self;
    private final SaeRules rules;
    private final KeyRates rates;

    public KeyOrders(NodeId self, SaeRules rules, KeyRates rates) {
        this.self = self;
        this.rules = rules;
        this.rates = rates;
    }

    /**
     * Leaves the order. What it takes of the rates is put back when the exchange ends without keys.
     *
     * @throws org.qkdmesh.model.Refusal as {@link SaeRules#destinations} and {@link KeyRates#take}
     */
    void place(Exchange exchange, SaePair pair, KeyRequest request) {
        List<Destination> destinations = rules.destinations(pair, request);
        List<SaePair> pairs = destinations.stream()
                .flatMap(destination -> destination.saes().pairs().stream())
                .toList();
        KeyRates.Taken taken = rates.take(rules.policies(), pairs, request.number());
        if (!taken.isNothing()) {
            giveBackWithoutKeys(exchange, taken);
        }
        exchange.setProperty(RouteProperties.KEY_ORDER, KeyOrder.of(request, destinations, self, priority(pairs)));
    }

    /** The least of them, so that no pair gets more of a link by one that its master names beside it. */
    private int priority(List<SaePair> pairs) {
        return pairs.stream()
                .mapToInt(pair ->
                        rules.policies().of(pair).orElse(PairPolicy.UNLIMITED).priority())
                .min()
                .orElseThrow();
    }

    private static void giveBackWithoutKeys(Exchange exchange, KeyRates.Taken taken) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                if (done.getProperty(RouteProperties.KEYS) == null) {
                    taken.giveBack();
                }
            }
        });
    }
}
