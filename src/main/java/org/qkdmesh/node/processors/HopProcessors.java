package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.relay.HopTimes;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.transport.CallFailure;
import org.qkdmesh.transport.HttpClientSetup;
import org.qkdmesh.transport.RequestId;

/** The steps of {@code next-hop}: one relay message to the next node. */
public final class HopProcessors {

    private final NodeClock clock;

    public HopProcessors(NodeClock clock) {
        this.clock = clock;
    }

    /** Puts the message on the exchange as it was encoded, with the time that this hop may take. */
    public void writeHopMessage(Exchange exchange) {
        Hop hop = require(exchange, RouteProperties.HOP, Hop.class);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, "POST");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json; charset=UTF-8");
        message.setHeader(HopMessage.TAG_HEADER, hop.message().tagHeader());
        RequestId.passOn(exchange);
        message.setBody(hop.message().body());
        renewHopTime(exchange);
        hop.sends().begun(clock.monotonicMicros());
        exchange.setProperty(
                RouteProperties.NEXT_NODE, BeanNames.of(hop.message().to().text()));
    }

    /**
     * Before the same bytes are sent again: less time is left now. The route may allow a single send less than all that is
     * left. A node that was paused may get here when nobody waits any more; then the time left is nothing, and nothing is
     * sent. Other headers stay, Camel counts the tries in one. What went wrong before is over: Camel would keep it, and the
     * answer to this try would not be read.
     */
    public void renewHopTime(Exchange exchange) {
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        Hop hop = require(exchange, RouteProperties.HOP, Hop.class);
        long allowed = exchange.getProperty(RouteProperties.HOP_MILLIS, Long.MAX_VALUE, Long.class);
        long inTime = hop.deadline() - clock.monotonicMillis() - RelayLimits.HOP_MARGIN_MILLIS;
        long left = Math.max(0, Math.min(allowed, inTime));
        exchange.getMessage().setHeader(HopMessage.TIME_LEFT_HEADER, left);
        exchange.getMessage().setHeader(HttpClientSetup.CALL_MILLIS, left);
    }

    /** Called for each failure to send, before it is decided whether the same bytes are sent again. */
    public void noteHopFailure(Exchange exchange) {
        Hop hop = require(exchange, RouteProperties.HOP, Hop.class);
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, exchange.getException(), Throwable.class);
        String why = cause(failure).getClass().getSimpleName();
        boolean notSent = CallFailure.classify(failure) == CallFailure.Outcome.NOT_SENT;
        hop.sends().answered(notSent ? new HopAnswer.NotSent(why) : new HopAnswer.Unknown(why));
    }

    /** What lies in Camel's own wrapping. */
    private static Throwable cause(Throwable failure) {
        return failure instanceof RuntimeCamelException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Reads the answer, if one came; otherwise the failures were noted. */
    public void readHopAnswer(Exchange exchange) {
        if (exchange.getProperty(Exchange.EXCEPTION_CAUGHT) != null) {
            return;
        }
        Hop hop = require(exchange, RouteProperties.HOP, Hop.class);
        int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        hop.sends()
                .ended(
                        clock.monotonicMicros(),
                        HopTimes.read(exchange.getMessage().getHeader(HopTimes.HEADER, String.class)));
        hop.sends()
                .answered(HopAnswer.read(
                        hop.message(),
                        status,
                        body == null ? new byte[0] : body,
                        exchange.getMessage().getHeader(HopReply.CONFIRMATION_HEADER, String.class)));
    }
}
