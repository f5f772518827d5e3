package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.http.HttpMethods;
import org.qkdmesh.kme.KmeCall;
import org.qkdmesh.kme.KmeFailure;
import org.qkdmesh.model.KmeId;

/** The step of {@code call-kme}, and the way from the plain client of a KME into that route. */
public final class KmeProcessors {

    /** Where the route begins that calls a KME. */
    public static final String ROUTE = "direct:call-kme";

    private static final String CALL = "kmeCall";

    private record Call(KmeId kme, String method, String target, byte[] body) {}

    private final Map<KmeId, URI> urls;

    /** @param urls scheme, host and port of each own KME */
    public KmeProcessors(Map<KmeId, URI> urls) {
        this.urls = Map.copyOf(urls);
    }

    /** Path and query go as headers, so that all calls to a KME share one endpoint and its connections. */
    public void writeKmeCall(Exchange exchange) {
        Call call = require(exchange, CALL, Call.class);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        int query = call.target().indexOf('?');
        // As Camel's own type: it takes as long to make one of a text as the rest of a call.
        message.setHeader(Exchange.HTTP_METHOD, HttpMethods.valueOf(call.method()));
        message.setHeader(
                Exchange.HTTP_PATH, query < 0 ? call.target() : call.target().substring(0, query));
        if (query >= 0) {
            message.setHeader(Exchange.HTTP_QUERY, call.target().substring(query + 1));
        }
        if (call.body().length > 0) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        message.setBody(call.body().length == 0 ? null : call.body());
        exchange.setProperty(RouteProperties.KME_NAME, BeanNames.of(call.kme().text()));
        exchange.setProperty(
                RouteProperties.KME_URI,
                urls.get(call.kme()) + BeanNames.callOptions(call.kme().text()));
    }

    /**
     * Calls this KME through the route.
     *
     * @param producer into the routes that run now
     */
    public static KmeCall through(Supplier<ProducerTemplate> producer, KmeId kme) {
        return (method, target, body) -> {
            Exchange answer = producer.get()
                    .request(ROUTE, exchange -> exchange.setProperty(CALL, new Call(kme, method, target, body)));
            if (answer.getException() != null) {
                throw new KmeFailure(
                        KmeFailure.Kind.UNAVAILABLE,
                        "no answer (" + answer.getException().getMessage() + ")");
            }
            byte[] content = answer.getMessage().getBody(byte[].class);
            int status = answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
            return new KmeCall.Answer(status, content == null ? new byte[0] : content);
        };
    }
}
