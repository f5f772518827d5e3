package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.RelayKeys;
import org.qkdmesh.relay.RelayRequest;

/** The steps of {@code relay-keys}: a master's request, one attempt after another. */
public final class RelayProcessors {

    private final RelayKeys relayKeys;
    private final Neighbours neighbours;
    private final NodeClock clock;
    private final EventLog events;

    public RelayProcessors(RelayKeys relayKeys, Neighbours neighbours, NodeClock clock, EventLog events) {
        this.relayKeys = relayKeys;
        this.neighbours = neighbours;
        this.clock = clock;
        this.events = events;
    }

    /** Opens the request, and sees to it that it is closed whatever becomes of the exchange. */
    public void openRelay(Exchange exchange) {
        KeyOrder order = require(exchange, RouteProperties.KEY_ORDER, KeyOrder.class);
        long start = clock.monotonicMicros();
        RelayRequest relay = relayKeys.open(order.pair(), order.slaveNode(), order.number(), order.sizeBits() / 8);
        exchange.setProperty(RouteProperties.RELAY, relay);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                if (relay.isUnderWay()) {
                    relay.sends().answered(new HopAnswer.Unknown("the route ended before an answer came"));
                    relayKeys.decide(relay);
                }
                report(relay, clock.monotonicMicros() - start);
                relay.close();
            }
        });
    }

    private void report(RelayRequest relay, long micros) {
        if (relay.keys().isEmpty()) {
            events.relayFailed(relay.failure().reason().wireName(), relay.attempts(), relay.paths());
            return;
        }
        events.keys(EventLog.KeyEvent.GIVEN, relay.count());
        events.relayed(relay.path().orElseThrow().hops(), relay.attempts(), relay.paths(), micros * 1000);
    }

    public void planPath(Exchange exchange) {
        relayKeys.plan(relay(exchange), RouteProperties.planner(exchange));
    }

    /** Begins the attempt; where the link is short of keys, waits for them while the attempt's time allows. */
    public void takeLinkKeys(Exchange exchange) throws InterruptedException {
        RelayRequest relay = relay(exchange);
        exchange.removeProperty(RouteProperties.HOP);
        if (!relay.isPlanned()) {
            return;
        }
        while (!relayKeys.begin(relay)) {
            Optional<LinkKeys> link = neighbours.link(relay.path().orElseThrow().node(1));
            long left = relay.attemptDeadline() - clock.monotonicMillis();
            if (link.isEmpty() || left <= 0 || !link.get().awaitBytes(relay.neededBytes(), left)) {
                relayKeys.giveUp(relay);
                return;
            }
        }
        if (relay.isUnderWay()) {
            exchange.setProperty(RouteProperties.HOP, new Hop(relay.message(), relay.sends(), relay.attemptDeadline()));
        }
    }

    public void decideAttempt(Exchange exchange) {
        relayKeys.decide(relay(exchange));
    }

    /** Hands the keys on, or refuses. */
    public void closeRelay(Exchange exchange) {
        RelayRequest relay = relay(exchange);
        List<SessionKey> keys = relay.keys()
                .orElseThrow(() -> Refusal.unavailable(
                        "no keys can be had now: " + relay.failure().reason().title()));
        exchange.setProperty(RouteProperties.KEYS, keys);
    }

    private static RelayRequest relay(Exchange exchange) {
        return require(exchange, RouteProperties.RELAY, RelayRequest.class);
    }
}
