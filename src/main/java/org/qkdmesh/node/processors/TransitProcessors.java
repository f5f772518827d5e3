package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.kme.OutgoingKeys;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.relay.HopSends;
import org.qkdmesh.relay.HopTimes;
import org.qkdmesh.relay.Receiver;
import org.qkdmesh.relay.Reception;
import org.qkdmesh.relay.Transit;

/** The steps of {@code ext-keys}: a neighbour's relay, at the egress or on its way. */
public final class TransitProcessors {

    private static final long LONGEST_WAIT_MILLIS = 5_000;

    /** Number: when the message arrived, microseconds of the monotonic clock. */
    private static final String ARRIVED = "hopArrived";

    private final Receiver receiver;
    private final NodeClock clock;

    public TransitProcessors(Receiver receiver, NodeClock clock) {
        this.receiver = receiver;
        this.clock = clock;
    }

    /** Leaves either an answer, or a transit that the next steps send on. */
    public void checkRelayMessage(Exchange exchange) throws InterruptedException {
        exchange.setProperty(ARRIVED, clock.monotonicMicros());
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        String tag = exchange.getMessage().getHeader(HopMessage.TAG_HEADER, String.class);
        OptionalLong millisLeft = millisLeft(exchange);
        Reception reception = receiver.receive(peer, body == null ? new byte[0] : body, tag, millisLeft);
        if (reception instanceof Reception.Answered answered) {
            exchange.setProperty(RouteProperties.HOP_REPLY, answered.reply());
        } else if (reception instanceof Reception.Repeat repeat) {
            exchange.setProperty(RouteProperties.HOP_REPLY, await(repeat, millisLeft));
        } else if (reception instanceof Reception.Forward forward) {
            exchange.setProperty(RouteProperties.TRANSIT, forward.transit());
            concludeInAnyCase(exchange, forward.transit());
        }
    }

    private static OptionalLong millisLeft(Exchange exchange) {
        String header = exchange.getMessage().getHeader(HopMessage.TIME_LEFT_HEADER, String.class);
        try {
            return header == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(header));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static HopReply await(Reception.Repeat repeat, OptionalLong millisLeft) throws InterruptedException {
        try {
            long wait = Math.min(LONGEST_WAIT_MILLIS, millisLeft.orElse(LONGEST_WAIT_MILLIS));
            return repeat.reply().get(wait, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return HopReply.refused(HopRefusal.of(RefusalReason.TIMEOUT, "the same message is still being worked on")
                    .withKeptNone(false));
        }
    }

    private void concludeInAnyCase(Exchange exchange, Transit transit) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                receiver.conclude(transit, new HopAnswer.Unknown("the route ended before an answer came"));
            }
        });
    }

    /** Pads the keys for the next hop, waiting for link keys while somebody waits for the answer. */
    public void padForNextHop(Exchange exchange) throws InterruptedException {
        Transit transit = require(exchange, RouteProperties.TRANSIT, Transit.class);
        Optional<HopMessage> message = Optional.empty();
        while (message.isEmpty()) {
            long left = transit.deadline() - clock.monotonicMillis();
            Optional<OutgoingKeys.Reservation> bytes =
                    transit.nextLink().outgoing().reserve(transit.asker(), 1, transit.neededBytes(), left);
            if (bytes.isEmpty()) {
                return;
            }
            try {
                message = transit.nextMessage();
            } finally {
                bytes.get().close();
            }
            if (message.isEmpty() && left <= 0) {
                return;
            }
        }
        exchange.setProperty(RouteProperties.HOP, new Hop(message.get(), new HopSends(), transit.deadline()));
    }

    public void concludeTransit(Exchange exchange) {
        Transit transit = require(exchange, RouteProperties.TRANSIT, Transit.class);
        Hop hop = exchange.getProperty(RouteProperties.HOP, Hop.class);
        HopAnswer outcome = hop == null
                ? new HopAnswer.Refused(
                        HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "the next link is short of keys")
                                .at(transit.nextHop()))
                : hop.sends().outcome();
        receiver.conclude(transit, outcome).ifPresent(reply -> exchange.setProperty(RouteProperties.HOP_REPLY, reply));
    }

    public void writeHopReply(Exchange exchange) {
        HopReply reply = require(exchange, RouteProperties.HOP_REPLY, HopReply.class);
        PeerAnswers.write(exchange, reply);
        if (reply.refusal().isEmpty()) {
            exchange.getMessage().setHeader(HopTimes.HEADER, times(exchange).header());
        }
    }

    /** How long this node and those beyond it took. */
    private HopTimes times(Exchange exchange) {
        long total = clock.monotonicMicros() - require(exchange, ARRIVED, Long.class);
        Hop hop = exchange.getProperty(RouteProperties.HOP, Hop.class);
        return hop == null
                ? HopTimes.NONE.behind(new HopTimes.Node(total, 0))
                : hop.sends()
                        .beyond()
                        .behind(new HopTimes.Node(total, hop.sends().tookMicros()));
    }
}
