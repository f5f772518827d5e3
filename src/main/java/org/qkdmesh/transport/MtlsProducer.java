package org.qkdmesh.transport;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Makes a call of a message and a message of its answer, on the thread that asks. */
final class MtlsProducer extends DefaultProducer {

    private static final String CAMEL = "Camel";

    private final URI url;
    private final HttpClient client;

    MtlsProducer(MtlsEndpoint endpoint, URI url, HttpClient client) {
        super(endpoint);
        this.url = url;
        this.client = client;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        MtlsCall.Answer answer =
                new MtlsCall(client, url.getAuthority()).send(request(message), body(message), millis(message));
        answer.headers().forEach((name, value) -> {
            if (!isCamels(name)) {
                message.setHeader(name, value);
            }
        });
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.status());
        message.setBody(answer.body());
    }

    private RequestOptions request(Message message) {
        String method = message.getHeader(Exchange.HTTP_METHOD, "POST", String.class);
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.valueOf(method))
                .setHost(url.getHost())
                .setPort(url.getPort() < 0 ? 443 : url.getPort())
                .setURI(url.getRawPath().isEmpty() ? "/" : url.getRawPath());
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            String name = header.getKey();
            if (header.getValue() != null && !isCamels(name) && !name.equalsIgnoreCase(HttpClientSetup.CALL_MILLIS)) {
                request.putHeader(name, header.getValue().toString());
            }
        }
        return request;
    }

    private static boolean isCamels(String header) {
        return header.regionMatches(true, 0, CAMEL, 0, CAMEL.length());
    }

    private static Buffer body(Message message) throws InvalidPayloadException {
        Object body = message.getBody();
        if (body == null) {
            return Buffer.buffer();
        }
        if (body instanceof byte[] bytes) {
            return Buffer.buffer(bytes);
        }
        if (body instanceof String text) {
            return Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
        }
        return Buffer.buffer(message.getMandatoryBody(byte[].class));
    }

    private static long millis(Message message) throws CallFailure {
        Object header = message.getHeader(HttpClientSetup.CALL_MILLIS);
        if (header == null) {
            return HttpClientSetup.DEFAULT_CALL_MILLIS;
        }
        try {
            long millis = header instanceof Number number ? number.longValue() : Long.parseLong(header.toString());
            return Math.min(millis, HttpClientSetup.MAX_CALL_MILLIS);
        } catch (NumberFormatException e) {
            throw new CallFailure(CallFailure.Outcome.NOT_SENT, HttpClientSetup.CALL_MILLIS + " is no number", e);
        }
    }
}
