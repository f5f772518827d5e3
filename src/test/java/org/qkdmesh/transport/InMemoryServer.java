package org.qkdmesh.transport;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;

/**
 * Serves {@code platform-http:} routes as {@link RouteServer} does, without a port: a request runs on the thread of
 * whoever makes it.
 */
public final class InMemoryServer implements PlatformHttpEngine, RouteHost {

    /** What came back. */
    public record Reply(int status, Map<String, String> headers, byte[] body) {}

    private final RouteTable routes = new RouteTable();
    private final ErrorBodies errorBodies;

    public InMemoryServer(ErrorBodies errorBodies) {
        this.errorBodies = errorBodies;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new RouteConsumer(endpoint, processor, this, null);
    }

    @Override
    public RouteTable routes(CamelContext context) {
        return routes;
    }

    @Override
    public void remove(RouteConsumer route) {
        routes.remove(route);
    }

    @Override
    public int getServerPort() {
        return 0;
    }

    /**
     * Makes one request and waits for its answer.
     *
     * @param target path and query, percent-encoded
     */
    public Reply request(Caller caller, String method, String target, Map<String, String> headers, byte[] body) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String query = mark < 0 ? null : target.substring(mark + 1);
        Request request;
        try {
            RouteTable.Match match = routes.match(method, path);
            request = new Request(
                    path, caller, RequestHeaders.of(headers.entrySet(), method, query, match.parameters()), body);
            match.route().serve(request);
        } catch (HttpRefusal refusal) {
            return reply(Answer.error(
                    refusal.status(), errorBodies.of(path, refusal.status(), refusal.getMessage()), refusal.headers()));
        }
        return reply(request.answer);
    }

    private static Reply reply(Answer answer) {
        Buffer body = answer.body();
        Reply reply = new Reply(answer.status(), new LinkedHashMap<>(answer.headers()), body.getBytes());
        answer.erase();
        return reply;
    }

    private final class Request implements RoutedRequest {

        private final String path;
        private final Caller caller;
        private final Map<String, Object> headers;
        private final byte[] body;
        private Answer answer;

        private Request(String path, Caller caller, Map<String, Object> headers, byte[] body) {
            this.path = path;
            this.caller = caller;
            this.headers = headers;
            this.body = body;
        }

        @Override
        public void fill(Exchange exchange) {
            exchange.setProperty(Caller.PROPERTY, caller);
            exchange.setProperty(RequestId.PROPERTY, RequestId.of((String) headers.get(RequestId.HEADER)));
            exchange.getIn().setHeaders(headers);
            exchange.getIn().setBody(body);
        }

        @Override
        public Answer error(int status, String message) {
            return Answer.error(status, errorBodies.of(path, status, message), Map.of());
        }

        @Override
        public void answer(Answer given, String routeId) {
            answer = given;
        }
    }
}
