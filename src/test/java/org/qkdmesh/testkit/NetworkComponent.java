package org.qkdmesh.testkit;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.qkdmesh.transport.HttpClientSetup;
import org.qkdmesh.transport.InMemoryServer;

/**
 * Stands in for {@code https}, {@code http} and {@code mtls}: calls go to the stubs of the test. It is a kind of what it stands in for,
 * so that settings made for that do no harm.
 */
final class NetworkComponent extends HttpComponent {

    private final Network network;
    private final String caller;

    /** @param caller id of the node whose calls these are */
    NetworkComponent(Network network, String caller) {
        this.network = network;
        this.caller = caller;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        boolean ofNeighbours = uri.startsWith("mtls:");
        boolean throwing = !ofNeighbours && !"false".equals(String.valueOf(parameters.get("throwExceptionOnFailure")));
        parameters.clear();
        int query = uri.indexOf('?');
        return new StubEndpoint(uri, query < 0 ? uri : uri.substring(0, query), throwing);
    }

    private final class StubEndpoint extends DefaultEndpoint {

        private final String url;
        private final boolean throwing;

        private StubEndpoint(String uri, String url, boolean throwing) {
            super(uri, NetworkComponent.this);
            this.url = url.replaceFirst("^mtls:/*", "").replaceFirst(":/*", "://");
            this.throwing = throwing;
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) throws Exception {
                    send(exchange);
                }
            };
        }

        private void send(Exchange exchange) throws Exception {
            Message message = exchange.getMessage();
            URI target = target(message);
            byte[] body = message.getBody(byte[].class);
            InMemoryServer.Reply reply = network.call(target, call(message, target, body == null ? new byte[0] : body));
            if (throwing && (reply.status() < 200 || reply.status() > 299)) {
                throw new HttpOperationFailedException(
                        target.toString(), reply.status(), "", null, reply.headers(), new String(reply.body()));
            }
            reply.headers().forEach(message::setHeader);
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, reply.status());
            message.setBody(reply.body());
        }

        private Call call(Message message, URI target, byte[] body) {
            String method = message.getHeader(Exchange.HTTP_METHOD, body.length > 0 ? "POST" : "GET", String.class);
            Map<String, String> headers = new LinkedHashMap<>();
            message.getHeaders().forEach((name, value) -> {
                boolean stays = name.startsWith("Camel") || name.equalsIgnoreCase(HttpClientSetup.CALL_MILLIS);
                if (!stays && value != null) {
                    headers.put(name, String.valueOf(value));
                }
            });
            String query = target.getRawQuery();
            return new Call(caller, method, target.getRawPath() + (query == null ? "" : "?" + query), headers, body);
        }

        private URI target(Message message) {
            String path = message.getHeader(Exchange.HTTP_PATH, "", String.class);
            String query = message.getHeader(Exchange.HTTP_QUERY, "", String.class);
            String whole = path.isEmpty() ? url : url.replaceFirst("/+$", "") + "/" + path.replaceFirst("^/+", "");
            return URI.create(query.isEmpty() ? whole : whole + "?" + query);
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            throw new UnsupportedOperationException("http and https endpoints are called, not consumed from");
        }

        @Override
        public boolean isLenientProperties() {
            return true;
        }
    }
}
