package org.qkdmesh.transport;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.qkdmesh.etsi014.ErrorCodec;
import org.qkdmesh.model.Refusal;

/** Makes the message of an exchange its answer; nothing of the request stays in it. */
public final class Answers {

    private static final String UNREAD = "QkdRefusedUnread";

    private Answers() {}

    /** Has more requests of this caller read no faster than he may be refused: this one was refused without a look at it. */
    public static void refusedUnread(Exchange exchange) {
        exchange.setProperty(UNREAD, true);
    }

    static boolean wasRefusedUnread(Exchange exchange) {
        return exchange.getProperty(UNREAD, false, boolean.class);
    }

    public static void json(Exchange exchange, int status, Object body) {
        write(exchange, status, "application/json", body);
    }

    public static void write(Exchange exchange, int status, String contentType, Object body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, contentType);
        message.setBody(body);
    }

    /** An error in the form of the key delivery API. */
    public static void refusal(Exchange exchange, Refusal refusal) {
        json(exchange, refusal.status().code(), ErrorCodec.encode(refusal));
    }
}
