package org.qkdmesh.node.processors;

import java.nio.ByteBuffer;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.transport.Answers;

/** Writes answers to neighbours in the form of ETSI GS QKD 020. */
final class PeerAnswers {

    private static final String JSON = "application/json; charset=UTF-8";

    private PeerAnswers() {}

    static void write(Exchange exchange, HopReply reply) {
        write(exchange, reply.status(), JSON, reply.body());
        reply.confirmation().ifPresent(text -> exchange.getMessage().setHeader(HopReply.CONFIRMATION_HEADER, text));
        if (reply.status() == 503) {
            exchange.getMessage().setHeader("Retry-After", "1");
        }
    }

    static void refuse(Exchange exchange, HopRefusal refusal) {
        write(exchange, HopReply.refused(refusal));
    }

    static void ok(Exchange exchange, byte[] json) {
        write(exchange, 200, JSON, json);
    }

    static void write(Exchange exchange, int status, String contentType, byte[] body) {
        Answers.write(exchange, status, contentType, ByteBuffer.wrap(body));
    }
}
