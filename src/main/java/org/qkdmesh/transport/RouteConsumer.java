package org.qkdmesh.transport;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.support.DefaultConsumer;
import org.qkdmesh.model.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the requests of one {@code platform-http:} route, each on a thread of the route's {@link Concern}. */
final class RouteConsumer extends DefaultConsumer implements PlatformHttpConsumer, Suspendable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteConsumer.class);

    /** HEAD and OPTIONS are nobody's business here: they are answered with 405. */
    private static final Set<String> ALL_METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");

    private final RouteHost host;
    private final Concern concern;
    private final AtomicInteger requests = new AtomicInteger();

    RouteConsumer(PlatformHttpEndpoint endpoint, Processor processor, RouteHost host, Concern concern) {
        super(endpoint, processor);
        this.host = host;
        this.concern = concern;
    }

    @Override
    public PlatformHttpEndpoint getEndpoint() {
        return (PlatformHttpEndpoint) super.getEndpoint();
    }

    Concern concern() {
        return concern;
    }

    void began() {
        requests.incrementAndGet();
    }

    void ended() {
        requests.decrementAndGet();
    }

    /** Whether requests are on their way in, wait for their turn, or run. */
    boolean isServing() {
        return requests.get() > 0;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (getEndpoint().isMatchOnUriPrefix()) {
            throw new IllegalArgumentException("matchOnUriPrefix is not supported: " + getEndpoint());
        }
        host.routes(getEndpoint().getCamelContext()).add(getEndpoint().getPath(), methods(), this);
    }

    @Override
    protected void doStop() throws Exception {
        host.remove(this);
        super.doStop();
    }

    /** Called on a thread of the concern; always answers. */
    void serve(RoutedRequest request) {
        Exchange exchange = createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        Answer answer;
        String routeId = null;
        try {
            request.fill(exchange);
            createUoW(exchange);
            try {
                process(exchange);
                routeId = exchange.getFromRouteId();
                answer = answer(request, exchange);
            } finally {
                doneUoW(exchange);
            }
        } catch (Exception | Error e) {
            answer = failed(request, exchange, e);
        } finally {
            releaseExchange(exchange, false);
        }
        request.answer(answer, routeId == null ? getEndpoint().getPath() : routeId);
    }

    private void process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
    }

    private Answer answer(RoutedRequest request, Exchange exchange) {
        Exception failure = exchange.getException();
        if (failure == null) {
            try {
                return Answer.of(exchange);
            } catch (Exception e) {
                failure = e;
            }
        }
        return failed(request, exchange, failure);
    }

    /** A route's own error policy has the first word; what gets past it is told here, without what went wrong inside. */
    private Answer failed(RoutedRequest request, Exchange exchange, Throwable failure) {
        if (failure instanceof Refusal refusal) {
            return request.error(refusal.status().code(), refusal.getMessage());
        }
        LOG.error("The route of {} failed", getEndpoint().getPath(), failure);
        return request.error(Refusal.Status.UNAVAILABLE.code(), "the request could not be served now");
    }

    private Set<String> methods() {
        String restriction = getEndpoint().getHttpMethodRestrict();
        if (restriction == null || restriction.isBlank()) {
            return ALL_METHODS;
        }
        return Arrays.stream(restriction.split(","))
                .map(method -> method.strip().toUpperCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}
