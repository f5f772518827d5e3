package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.node.management.Asked;
import org.qkdmesh.relay.Branch;
import org.qkdmesh.relay.Destination;
import org.qkdmesh.relay.HopTimes;
import org.qkdmesh.relay.Ingress;
import org.qkdmesh.relay.RelayRequest;
import org.qkdmesh.store.NodeStore;

/**
 * The steps of {@code trace}: a key goes the way of all keys, only that nobody gets it. It is erased here and voided at the
 * other end.
 */
public final class TraceProcessors {

    /** Number: when the relay began, microseconds of the monotonic clock. */
    private static final String BEGAN = "traceBegan";

    /** Number: how long it took, microseconds. */
    private static final String TOOK = "traceTook";

    /** {@code UUID}: the notice that voids the key. */
    private static final String NOTICE = "traceNotice";

    private static final long VOID_MILLIS = 2_000;
    private static final long LOOK_MILLIS = 20;

    private final NodeId self;
    private final Asked.Reader reader;
    private final Ingress ingress;
    private final NodeStore store;
    private final NodeClock clock;
    private final int sizeBits;

    /** @param sizeBits of the key that is relayed */
    public TraceProcessors(
            NodeId self, Asked.Reader reader, Ingress ingress, NodeStore store, NodeClock clock, int sizeBits) {
        this.self = self;
        this.reader = reader;
        this.ingress = ingress;
        this.store = store;
        this.clock = clock;
        this.sizeBits = sizeBits;
    }

    /** Leaves an order for one key, as a master's request would. */
    public void readTrace(Exchange exchange) {
        JsonNode body = body(exchange);
        Asked asked = reader.read(text(body, "from"), text(body, "to"));
        if (asked.slaveNode().equals(self)) {
            throw Refusal.badRequest("both SAEs are at " + self + ": keys are made here, there is nothing to trace");
        }
        exchange.setProperty(
                RouteProperties.KEY_ORDER,
                new KeyOrder(List.of(Destination.of(asked.slaveNode(), asked.pair())), false, 1, sizeBits, 1));
        exchange.setProperty(BEGAN, clock.monotonicMicros());
    }

    /** Erases the key and has the other end discard it. */
    @SuppressWarnings("unchecked")
    public void takeBackKeys(Exchange exchange) {
        exchange.setProperty(TOOK, clock.monotonicMicros() - require(exchange, BEGAN, Long.class));
        KeyOrder order = require(exchange, RouteProperties.KEY_ORDER, KeyOrder.class);
        List<SessionKey> keys = require(exchange, RouteProperties.KEYS, List.class);
        keys.forEach(SessionKey::close);
        exchange.setProperty(
                NOTICE,
                ingress.takeBack(
                        order.pair(),
                        order.slaveNode(),
                        keys.stream().map(SessionKey::id).toList(),
                        order.sizeBits()));
    }

    /** Where shares of the key went several ways, the times are those of the slowest. */
    public void writeTrace(Exchange exchange) throws InterruptedException {
        RelayRequest relay = require(exchange, RouteProperties.RELAY, RelayRequest.class);
        Branch branch = relay.branches().stream()
                .max(Comparator.comparingLong(one -> one.sends().tookMicros()))
                .orElseThrow();
        NodePath path = branch.path();
        long total = require(exchange, TOOK, Long.class);
        ObjectNode root = start(exchange, relay).put("total_micros", total);
        root.set("path", nodes(path));
        ArrayNode ways = root.put("fell_back", relay.isFallenBack()).putArray("ways");
        relay.planned().forEach(way -> ways.add(nodes(way)));
        ArrayNode times = root.putArray("nodes");
        long onward = branch.sends().tookMicros();
        times.addObject().put("node", self.text()).put("total_micros", total).put("onward_micros", onward);
        List<HopTimes.Node> beyond = branch.sends().beyond().nodes();
        if (beyond.size() == path.hops()) {
            for (int i = 0; i < beyond.size(); i++) {
                times.addObject()
                        .put("node", path.node(i + 1).text())
                        .put("total_micros", beyond.get(i).totalMicros())
                        .put("onward_micros", beyond.get(i).onwardMicros());
            }
        }
        root.put("voided", isAcknowledged(require(exchange, NOTICE, UUID.class)));
        ViewProcessors.answer(exchange, 200, root);
    }

    /** What became of a relay that failed: which paths were tried, and what came back. */
    static ObjectNode start(Exchange exchange, RelayRequest relay) {
        Destination to = relay.destinations().get(0);
        ObjectNode root = JsonNodeFactory.instance
                .objectNode()
                .put("from", to.saes().master().text())
                .put("to", to.saes().slaves().get(0).text())
                .put("slave_node", to.node().text())
                .put("planner", exchange.getProperty(RouteProperties.PLANNER, String.class));
        ArrayNode tried = root.putArray("tried");
        relay.tried().forEach(attempt -> {
            ObjectNode entry = tried.addObject();
            entry.set("path", nodes(attempt.path()));
            entry.put("reason", attempt.failure().reason().wireName());
            attempt.failure().edge().ifPresent(edge -> entry.put("at", edge.toString()));
        });
        return root;
    }

    private static ArrayNode nodes(NodePath path) {
        ArrayNode nodes = JsonNodeFactory.instance.arrayNode();
        path.nodes().forEach(node -> nodes.add(node.text()));
        return nodes;
    }

    /** Waits a moment for the other end's word that the key is discarded there. */
    private boolean isAcknowledged(UUID notice) throws InterruptedException {
        long until = clock.monotonicMillis() + VOID_MILLIS;
        while (clock.monotonicMillis() < until) {
            if (!store.<Boolean>transact(tx -> tx.hasNotice(notice))) {
                return true;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return false;
    }

    private static JsonNode body(Exchange exchange) {
        JsonNode body = JsonBody.read(exchange, TraceProcessors::noPair);
        if (!body.isObject()) {
            throw noPair();
        }
        return body;
    }

    private static Refusal noPair() {
        return Refusal.badRequest("expected a JSON object with from and to");
    }

    private static String text(JsonNode body, String member) {
        return body.path(member).isTextual() ? body.path(member).textValue() : null;
    }
}
