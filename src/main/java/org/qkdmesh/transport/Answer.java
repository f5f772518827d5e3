package org.qkdmesh.transport;

import io.vertx.core.buffer.Buffer;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.StreamCache;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SecretBytes;

/**
 * What goes back to a caller: made on the thread that ran the route, written on the server's event loop.
 *
 * @param secret whether the body holds keys
 * @param unread whether the request was refused without a look at it
 */
record Answer(int status, Map<String, String> headers, Buffer body, boolean secret, boolean unread) {

    private static final String CONTENT_TYPE = "Content-Type";
    private static final String JSON = "application/json";
    private static final String RETRY_AFTER = "Retry-After";
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

    static Answer error(int status, byte[] json, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(CONTENT_TYPE, JSON);
        if (status == Refusal.Status.UNAVAILABLE.code() || status == Refusal.Status.TOO_MANY_REQUESTS.code()) {
            all.putIfAbsent(RETRY_AFTER, "1");
        }
        return new Answer(status, all, Buffer.buffer(json), false, false);
    }

    /** @throws IllegalStateException when the body is of no type that can become bytes */
    static Answer of(Exchange exchange) throws InvalidPayloadException {
        Message message = exchange.getMessage();
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        message.getHeaders().forEach((name, value) -> {
            if (HeaderRules.intoAnswer(name) && value != null) {
                headers.put(name, withoutControls(String.valueOf(value)));
            }
        });
        Object body = message.getBody();
        Buffer bytes = bytes(message, body);
        if (bytes.length() > 0) {
            headers.putIfAbsent(CONTENT_TYPE, JSON);
        }
        Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        int code = status != null ? status : bytes.length() > 0 ? 200 : 204;
        if (code < 200 || code > 599) {
            throw new IllegalStateException("not the status of an answer: " + code);
        }
        return new Answer(code, headers, bytes, body instanceof SecretBytes, Answers.wasRefusedUnread(exchange));
    }

    private static Buffer bytes(Message message, Object body) throws InvalidPayloadException {
        if (body == null) {
            return Buffer.buffer();
        } else if (body instanceof Buffer buffer) {
            return buffer;
        } else if (body instanceof String text) {
            return Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
        } else if (body instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return Buffer.buffer(bytes);
        } else if (body instanceof SecretBytes secret) {
            try (secret) {
                return Buffer.buffer(secret.insecureAccess());
            }
        } else if (body instanceof byte[] || body instanceof InputStream || body instanceof StreamCache) {
            return Buffer.buffer(message.getMandatoryBody(byte[].class));
        } else {
            // No conversion of anything else: when it fails, its error shows the value.
            throw new IllegalStateException("a body of " + body.getClass() + " cannot be an answer");
        }
    }

    /** Erases a body that held keys; to be called when it was written, or never will be. */
    void erase() {
        if (secret) {
            body.setBytes(0, new byte[body.length()]);
        }
    }

    private static String withoutControls(String value) {
        return CONTROLS.matcher(value).replaceAll(" ");
    }
}
