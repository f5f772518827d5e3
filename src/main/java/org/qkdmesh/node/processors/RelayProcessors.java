package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.qkdmesh.kme.Asker;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.OutgoingKeys;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.RelayKeys;
import org.qkdmesh.relay.RelayRequest;
import org.qkdmesh.seal.OutgoingSeals;

/** The steps of {@code relay-keys}: a master's request, one attempt after another. */
public final class RelayProcessors {

    private final RelayKeys relayKeys;
    private final OutgoingSeals seals;
    private final NodeClock clock;
    private final EventLog events;

    public RelayProcessors(RelayKeys relayKeys, OutgoingSeals seals, NodeClock clock, EventLog events) {
        this.relayKeys = relayKeys;
        this.seals = seals;
        this.clock = clock;
        this.events = events;
    }

    /** Opens the request, and sees to it that it is closed whatever becomes of the exchange. */
    public void openRelay(Exchange exchange) {
        KeyOrder order = require(exchange, RouteProperties.KEY_ORDER, KeyOrder.class);
        long start = clock.monotonicMicros();
        RelayRequest relay = relayKeys.open(order.destinations(), order.number(), order.sizeBits() / 8);
        exchange.setProperty(RouteProperties.RELAY, relay);
        sayWhetherOpen(exchange, relay);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                if (relay.isUnderWay()) {
                    HopAnswer none = new HopAnswer.Unknown("the route ended before all answers came");
                    relay.branches().forEach(branch -> branch.sends().answered(none));
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
        if (relay.isFallenBack()) {
            events.fellBack();
        }
        int hops = relay.planned().stream().mapToInt(NodePath::hops).max().orElseThrow();
        events.relayed(hops, relay.attempts(), relay.paths(), micros * 1000);
    }

    public void planPath(Exchange exchange) {
        RelayRequest relay = relay(exchange);
        relayKeys.plan(relay, RouteProperties.planner(exchange));
        sayWhetherOpen(exchange, relay);
    }

    /** Waits, while the attempt's time allows, for secrets with the nodes that the keys will be sealed for. */
    public void awaitSeals(Exchange exchange) throws InterruptedException {
        RelayRequest relay = relay(exchange);
        Optional<NodeId> missing = relay.isPlanned() ? relayKeys.notAgreed(relay) : Optional.empty();
        while (missing.isPresent()) {
            long left = relay.attemptDeadline() - clock.monotonicMillis();
            if (left <= 0 || !seals.await(missing.get(), left)) {
                relayKeys.giveUp(relay, missing.get());
                return;
            }
            missing = relayKeys.notAgreed(relay);
        }
    }

    /**
     * Begins the attempt; where a link is short of keys, waits for them while the attempt's time allows. Leaves what to
     * send: {@code hop} for one message, {@code hops} for several.
     */
    public void takeLinkKeys(Exchange exchange) throws InterruptedException {
        RelayRequest relay = relay(exchange);
        exchange.removeProperty(RouteProperties.HOP);
        exchange.removeProperty(RouteProperties.HOPS);
        boolean begun = relay.isPlanned() && begin(relay, require(exchange, RouteProperties.KEY_ORDER, KeyOrder.class));
        sayWhetherOpen(exchange, relay);
        if (!begun || !relay.isUnderWay()) {
            return;
        }
        List<Hop> hops = relay.branches().stream()
                .map(branch -> new Hop(branch.message(), branch.sends(), relay.attemptDeadline()))
                .toList();
        if (hops.size() == 1) {
            exchange.setProperty(RouteProperties.HOP, hops.get(0));
        } else {
            exchange.setProperty(RouteProperties.HOPS, hops);
        }
    }

    /** False when a link stayed short of keys for as long as the attempt may last. */
    private boolean begin(RelayRequest relay, KeyOrder order) throws InterruptedException {
        while (true) {
            long left = relay.attemptDeadline() - clock.monotonicMillis();
            List<OutgoingKeys.Reservation> bytes = new ArrayList<>();
            try {
                boolean enough = reserve(relay, order, bytes);
                if (enough && relayKeys.begin(relay)) {
                    return true;
                }
                if (!enough || left <= 0) {
                    relayKeys.giveUp(relay);
                    return false;
                }
            } finally {
                bytes.forEach(OutgoingKeys.Reservation::close);
            }
        }
    }

    /** Of a link that can never hold so many bytes nothing is reserved: the attempt is going to say so. */
    private boolean reserve(RelayRequest relay, KeyOrder order, List<OutgoingKeys.Reservation> bytes)
            throws InterruptedException {
        for (LinkKeys link : relayKeys.firstLinks(relay)) {
            OutgoingKeys keys = link.outgoing();
            int needed = relay.neededBytes(link.neighbour());
            if (needed <= keys.largestRequestBytes()) {
                long left = relay.attemptDeadline() - clock.monotonicMillis();
                Optional<OutgoingKeys.Reservation> reserved =
                        keys.reserve(Asker.here(order.pair().master()), order.priority(), needed, left);
                if (reserved.isEmpty()) {
                    return false;
                }
                bytes.add(reserved.get());
            }
        }
        return true;
    }

    public void decideAttempt(Exchange exchange) {
        RelayRequest relay = relay(exchange);
        relayKeys.decide(relay);
        sayWhetherOpen(exchange, relay);
    }

    /** Hands the keys on, or refuses. */
    public void closeRelay(Exchange exchange) {
        RelayRequest relay = relay(exchange);
        List<SessionKey> keys =
                relay.keys().orElseThrow(() -> Refusal.unavailable("no keys can be had now: " + why(relay)));
        exchange.setProperty(RouteProperties.KEYS, keys);
    }

    private static void sayWhetherOpen(Exchange exchange, RelayRequest relay) {
        exchange.setProperty(RouteProperties.RELAY_OPEN, relay.isOpen());
    }

    private static String why(RelayRequest relay) {
        return relay.tooFew()
                .map(found -> found.wanted() + " paths without a node in common are needed, there are now: "
                        + found.paths().size())
                .orElseGet(() -> relay.failure().reason().title());
    }

    private static RelayRequest relay(Exchange exchange) {
        return require(exchange, RouteProperties.RELAY, RelayRequest.class);
    }
}
