package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import org.apache.camel.Exchange;
import org.qkdmesh.relay.Notices;
import org.qkdmesh.relay.Outbox;

/** The steps of {@code notices} and {@code outbox}. */
public final class NoticeProcessors {

    private static final String PATH = "/mesh/v1/notices";

    /** {@code Outbox.Parcel}: the notice that is being sent. */
    private static final String PARCEL = "parcel";

    private final Notices notices;
    private final Outbox outbox;

    public NoticeProcessors(Notices notices, Outbox outbox) {
        this.notices = notices;
        this.outbox = outbox;
    }

    public void handleNotice(Exchange exchange) {
        Letters.receive(exchange, PATH, notices::receive);
    }

    public void writeAcknowledgement(Exchange exchange) {
        Letters.writeAnswer(exchange);
    }

    public void listNotices(Exchange exchange) {
        exchange.getMessage().setBody(outbox.due());
    }

    public void writeNotice(Exchange exchange) {
        Outbox.Parcel parcel = exchange.getMessage().getBody(Outbox.Parcel.class);
        exchange.setProperty(PARCEL, parcel);
        Letters.send(exchange, PATH, parcel.neighbour(), parcel.signedNotice());
    }

    public void readAcknowledgement(Exchange exchange) {
        outbox.answered(require(exchange, PARCEL, Outbox.Parcel.class), Letters.answer(exchange));
    }
}
