package org.qkdmesh.transport;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.MDC;

/**
 * One request on its way in: its body is read within bounds of size and time, then its route runs in its concern, then
 * the answer is written. Lives on the server's event loop; only {@link #fill}, {@link #error} and {@link #answer} are
 * called from the thread that runs the route.
 */
final class InboundRequest implements RoutedRequest {

    private static final int DISCARDED_BYTES = 8 << 20;

    private static final long NO_TIMER = -1;

    private final RouteServer server;
    private final Context loop;
    private final HttpServerRequest http;
    private final Connection connection;
    private final Runnable work = this::run;

    private String id;
    private long receivedAt;
    private RouteTable.Match match;
    private Map<String, Object> headers;
    private Buffer body = Buffer.buffer();
    private int discarded;
    private int refusedWith;
    private long timer = NO_TIMER;
    private boolean paidAhead;
    private boolean bodyEnded;
    private boolean answering;
    private boolean written;
    private boolean finished;
    private boolean closing;

    InboundRequest(RouteServer server, Context loop, HttpServerRequest http, Connection connection) {
        this.server = server;
        this.loop = loop;
        this.http = http;
        this.connection = connection;
    }

    void begin() {
        paidAhead = connection.requestBegan();
        id = RequestId.of(http.getHeader(RequestId.HEADER));
        http.response().closeHandler(gone -> finish());
        http.response().exceptionHandler(this::broken);
        http.exceptionHandler(this::broken);
        http.handler(this::received);
        http.endHandler(end -> bodyEnded());
        startTimer(server.limits().body().toMillis(), this::bodyTooSlow);
        try {
            if (connection.share().hasTooManyRequests()) {
                if (isHttp2()) {
                    turnAway();
                    return;
                }
                throw HttpRefusal.tooManyAtOnce();
            }
            server.gate().check(http);
            match = server.match(http.method().name(), path());
            headers = RequestHeaders.of(http, match.parameters());
            expectBody();
        } catch (HttpRefusal refusal) {
            refuse(refusal);
        }
    }

    /**
     * Over HTTP/2 an answer waits until the caller reads it, and so would be one more of those that are too many; and to
     * refuse streams one by one costs the library more with each.
     */
    private void turnAway() {
        server.refused("too_many_at_once", connection.share().name());
        finish();
        connection.abort();
    }

    /** Over HTTP/2 a caller can take requests back as fast as he sends them; what they cost is not taken back. */
    private void broken(Throwable cause) {
        boolean tooOften = !finished && cause instanceof StreamResetException && connection.wasReset();
        finish();
        if (tooOften) {
            server.refused("too_many_resets", connection.share().name());
            connection.abort();
        }
    }

    private void expectBody() {
        String length = http.getHeader("Content-Length");
        if (length != null && length.length() > 9
                || length != null && Long.parseLong(length) > connection.bodyBytes()) {
            throw HttpRefusal.tooLarge(connection.bodyBytes());
        }
        if ("100-continue".equalsIgnoreCase(http.getHeader("Expect"))) {
            http.response().writeContinue();
        }
    }

    private void received(Buffer chunk) {
        if (answering || finished) {
            // The rest of a request that was answered already: read on for a while, so that the answer gets through.
            discarded += chunk.length();
            connection.share().wasReadForNothing(refusedWith, chunk.length());
            if (discarded > DISCARDED_BYTES) {
                connection.share().wasCutOff();
                breakOff();
            }
        } else if (body.length() + chunk.length() > connection.bodyBytes()) {
            refuse(HttpRefusal.tooLarge(connection.bodyBytes()));
        } else if (!connection.reserve(chunk.length())) {
            refuse(HttpRefusal.busy());
        } else {
            body.appendBuffer(chunk);
        }
    }

    private void bodyTooSlow() {
        if (answering) {
            breakOff();
        } else {
            refuse(new HttpRefusal(408, "too_slow", "the body did not come in time"));
        }
    }

    private void bodyEnded() {
        bodyEnded = true;
        if (finished) {
            return;
        }
        if (answering) {
            answered();
            return;
        }
        stopTimer();
        receivedAt = System.nanoTime();
        Concern concern = match.route().concern();
        switch (concern.submit(connection.share(), work, () -> refuse(HttpRefusal.busy()))) {
            case STARTED -> {}
            case WAITING ->
                startTimer(server.limits().waiting().toMillis(), () -> {
                    if (concern.withdraw(connection.share(), work)) {
                        refuse(HttpRefusal.busy());
                    }
                });
            case REFUSED -> refuse(HttpRefusal.busy());
        }
    }

    /** On a thread of the concern. */
    private void run() {
        logged(() -> match.route().serve(this));
    }

    /** Log lines of this work tell the request's id. */
    private void logged(Runnable what) {
        MDC.put(RequestId.LOGGED_AS, id);
        try {
            what.run();
        } finally {
            MDC.remove(RequestId.LOGGED_AS);
        }
    }

    @Override
    public void fill(Exchange exchange) {
        exchange.setProperty(Caller.PROPERTY, connection.caller());
        exchange.setProperty(RequestId.PROPERTY, id);
        Message message = exchange.getIn();
        message.setHeaders(headers);
        message.setBody(body.getBytes());
    }

    @Override
    public Answer error(int status, String message) {
        return Answer.error(status, server.errorBodies().of(path(), status, message), Map.of());
    }

    @Override
    public void answer(Answer answer, String routeId) {
        server.answered(routeId, answer.status(), System.nanoTime() - receivedAt);
        loop.runOnContext(now -> write(answer));
    }

    /**
     * Not written before the loop's next turn: Vert.x goes on with the next request inside the call that ends this
     * answer, and requests that were all refused at once would pile up on the stack.
     */
    private void refuse(HttpRefusal refusal) {
        logged(() -> server.refused(refusal.reason(), connection.share().name()));
        answering = true;
        refusedWith = refusal.status();
        closing = !isHttp2() && !bodyEnded && (refusal.status() == 413 || refusal.status() == 408);
        Answer answer = Answer.error(
                refusal.status(),
                server.errorBodies().of(path(), refusal.status(), refusal.getMessage()),
                refusal.headers());
        loop.runOnContext(later -> write(answer));
    }

    private void write(Answer answer) {
        if (finished) {
            answer.erase();
            return;
        }
        answering = true;
        if (bodyEnded) {
            startTimer(server.limits().writing().toMillis(), this::breakOff);
        }
        HttpServerResponse response = http.response();
        response.setStatusCode(answer.status());
        response.putHeader(RequestId.HEADER, id);
        answer.headers().forEach(response::putHeader);
        response.putHeader("Date", HttpDate.now());
        closing |= server.isLeaving() && !isHttp2();
        if (closing) {
            response.putHeader("Connection", "close");
        }
        if (paidAhead) {
            connection.share().payBack();
        }
        if (answer.unread()) {
            connection.share().wasRefusedUnread(body.length());
        } else if (answer.status() >= 400) {
            connection.share().wasRefused(answer.status(), body.length());
        }
        response.end(answer.body()).onComplete(done -> {
            answer.erase();
            written = true;
            answered();
        });
    }

    /** The answer is out, the request is in, or both. */
    private void answered() {
        if (!written) {
            startTimer(server.limits().writing().toMillis(), this::breakOff);
        } else if (bodyEnded) {
            finish();
            if (closing) {
                connection.close();
            }
        } else if (http.response().getStatusCode() == 408) {
            breakOff();
        }
    }

    /** Ends a request that takes too long or too much; over HTTP/2 the connection's other requests go on. */
    private void breakOff() {
        if (isHttp2()) {
            http.response().reset(0);
            finish();
        } else {
            connection.close();
        }
    }

    private void finish() {
        if (finished) {
            return;
        }
        finished = true;
        stopTimer();
        connection.release(body.length());
        if (match != null) {
            match.route().concern().withdraw(connection.share(), work);
            match.route().ended();
        }
        connection.requestEnded();
    }

    private String path() {
        String path = http.path();
        return path == null ? "" : path;
    }

    private boolean isHttp2() {
        return http.version() == HttpVersion.HTTP_2;
    }

    private void startTimer(long millis, Runnable then) {
        stopTimer();
        timer = loop.owner().setTimer(millis, id -> {
            timer = NO_TIMER;
            then.run();
        });
    }

    private void stopTimer() {
        if (timer != NO_TIMER) {
            loop.owner().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
