package org.qkdmesh.transport;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.ServiceStatus;
import org.apache.camel.support.service.ServiceSupport;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server whose paths are Camel routes: {@code platform-http:/path?platformHttpEngine=#name}, where the bean
 * {@code name} is an {@link #engine} of this server. Over TLS every caller shows a certificate of a trusted authority,
 * or there is no connection; a route finds it as {@link Caller}. Everything that comes in is bounded by
 * {@link ServerLimits}.
 *
 * <p>In a message, names in the path and query parameters are headers, the body is {@code byte[]}, the HTTP method is in
 * {@code CamelHttpMethod}; of the request's own headers only {@code QKD-*}, tracing, {@code Accept} and
 * {@code User-Agent} come along. The answer is the message's body ({@code byte[]}, {@code ByteBuffer}, {@code Buffer},
 * {@code String}, or {@code SecretBytes}, which is erased once written), its status {@code CamelHttpResponseCode}, and
 * of its headers {@code Content-Type}, {@code Cache-Control}, {@code Retry-After}, {@code Allow},
 * {@code WWW-Authenticate}, {@code QKD-Hop-Times} and {@code QKD-Seal}. Each answer carries the {@link RequestId} of
 * its request besides.
 *
 * <p>What is refused before a route sees it is counted in the {@link EventLog} under the server's name, by one of the
 * words in {@link #REFUSALS} (connection_failed is a handshake, most often).
 *
 * <p>A Camel service: it listens from {@code start} to {@code stop}, and answers 503 until its context has started.
 * Routes of several contexts may attach; those of the context that was set last answer.
 */
public final class RouteServer extends ServiceSupport implements CamelContextAware, RouteHost {

    /** The words under which requests are refused before a route sees them. */
    public static final List<String> REFUSALS = List.of(
            "malformed",
            "unknown_path",
            "wrong_method",
            "too_large",
            "too_slow",
            "busy",
            "not_ready",
            "foreign_host",
            "foreign_origin",
            "no_token",
            "too_many_newcomers",
            "too_many_connections",
            "too_many_ahead",
            "too_many_at_once",
            "too_many_resets",
            "connection_failed",
            "no_certificate");

    /** The message of a 404 from a server, and not from a route: nobody serves that path. */
    public static final String NO_SUCH_PATH = "no such path";

    private static final Logger LOG = LoggerFactory.getLogger(RouteServer.class);
    private static final long OPEN_SECONDS = 10;

    /** Of one connection at a time, over HTTP/2. */
    static final int STREAMS = 256;

    private static final long ALARM_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String name;
    private final Vertx vertx;
    private final BindAddress address;
    private final ServerLimits limits;
    private final ErrorBodies errorBodies;
    private final EventLog events;
    private final Gate gate;
    private volatile ServerTls tls;

    private final Map<CamelContext, RouteTable> routes = new ConcurrentHashMap<>();
    private final List<Concern> concerns = new ArrayList<>();
    private final Connections connections;

    private final AtomicLong lastNewcomerAlarm = new AtomicLong(System.nanoTime() - ALARM_EVERY_NANOS);

    private volatile boolean leaving;
    private volatile CamelContext context;
    private volatile HttpServer server;
    private volatile int port;

    private RouteServer(
            String name,
            Vertx vertx,
            BindAddress address,
            ServerLimits limits,
            ErrorBodies errorBodies,
            EventLog events,
            Gate gate,
            ServerTls tls) {
        this.name = name;
        this.vertx = vertx;
        this.address = address;
        this.port = address.port();
        this.limits = limits;
        this.errorBodies = errorBodies;
        this.events = events;
        this.gate = gate;
        this.tls = tls;
        this.connections = new Connections(vertx, limits, this::refused, this::asksTooFast);
    }

    /**
     * A server for SAEs and peers.
     *
     * @param name what it is called in counters and logs
     * @param authorities whose certificates are let in
     */
    public static RouteServer tls(
            String name,
            Vertx vertx,
            BindAddress address,
            TlsCredentials credentials,
            List<X509Certificate> authorities,
            ServerLimits limits,
            ErrorBodies errorBodies,
            EventLog events) {
        ServerTls tls = new ServerTls(credentials, List.copyOf(authorities));
        return new RouteServer(name, vertx, address, limits, errorBodies, events, Gate.OPEN, tls);
    }

    /**
     * A server for management: on a loopback address, without TLS, by a loopback name, not for web pages of other
     * origins, and for changes only with the token as {@code Authorization: Bearer ...}.
     *
     * @param token not closed by the server, and needed as long as it runs
     * @throws IllegalArgumentException when the address is not a loopback address
     */
    public static RouteServer management(
            String name,
            Vertx vertx,
            BindAddress address,
            SecretBytes token,
            ServerLimits limits,
            ErrorBodies errorBodies,
            EventLog events) {
        if (!address.isLoopback()) {
            throw new IllegalArgumentException("management listens on a loopback address only, not on " + address);
        }
        return new RouteServer(name, vertx, address, limits, errorBodies, events, new LoopbackGate(token), null);
    }

    /**
     * What routes of one concern attach to; to be bound in the registry under the name that they use. At most
     * {@code running} of their requests run at a time and {@code waiting} wait; one more gets 503 at once.
     *
     * @param concern short, for thread names and logs
     */
    public RouteEngine engine(String concern, int running, int waiting) {
        Concern share = new Concern(concern, running, waiting);
        concerns.add(share);
        return new RouteEngine(this, share);
    }

    /**
     * Takes new connections with these from now on; those that there are stay. Sessions of before are not resumed.
     *
     * @throws IllegalStateException when TLS can not be done with them; then all stays as it was
     */
    public void use(TlsCredentials credentials, List<X509Certificate> authorities) {
        ServerTls next = new ServerTls(credentials, List.copyOf(authorities));
        HttpServer running = server;
        if (next.equals(tls) || running == null) {
            return;
        }
        HttpServerOptions options = new HttpServerOptions();
        next.applyTo(options);
        try {
            running.updateSSLOptions(options.getSslOptions())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(OPEN_SECONDS, TimeUnit.SECONDS);
            tls = next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(name + ": interrupted while the certificates changed", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(name + ": the certificates can not be used", e);
        }
    }

    /**
     * Takes no new requests from now on: each is refused with 503, and its connection closes after the answer, as others
     * do after the answer that they wait for. Over HTTP/2 they close when the server stops, a moment after word of it
     * (GOAWAY): there are clients that take that for the end of what they wait for. What runs goes on. There is no way
     * back.
     */
    public void leave() {
        leaving = true;
    }

    /**
     * Whether a request is being read, runs, or is being answered, or one came within the last moments: callers who do
     * not know yet that this server is leaving shall find out by an answer, and not by a connection that breaks.
     *
     * @param quietMillis how long a moment is
     */
    public boolean isBusy(long quietMillis) {
        return connections.isBusy(quietMillis);
    }

    /** The port that it listens on, of interest where 0 was asked for; 0 before the first start, and kept from then on. */
    public int actualPort() {
        return port;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    /** From now on the routes of this context answer; requests that came before are left to those that they came to. */
    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.context = camelContext;
    }

    /** @throws CannotListen when the port is taken or the address is not this machine's */
    @Override
    protected void doStart() throws Exception {
        HttpServer opening = vertx.createHttpServer(options())
                .connectionHandler(connections::add)
                .exceptionHandler(this::connectionFailed)
                .requestHandler(this::requested)
                .invalidRequestHandler(this::invalid);
        try {
            SocketAddress where = SocketAddress.inetSocketAddress(new InetSocketAddress(address.resolved(), port));
            opening.listen(where).toCompletionStage().toCompletableFuture().get(OPEN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CannotListen(address, e.getCause());
        } catch (TimeoutException | UnknownHostException e) {
            throw new CannotListen(address, e);
        }
        server = opening;
        port = opening.actualPort();
        GuardedTransport.watch(vertx, port, this::newcomerRefused);
        LOG.info("{} listens on {}, port {}", name, address, port);
    }

    @Override
    protected void doStop() throws Exception {
        HttpServer closing = server;
        server = null;
        if (closing != null) {
            if (leaving) {
                connections.sayGoodbye();
            }
            closing.close().toCompletionStage().toCompletableFuture().get(OPEN_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    protected void doShutdown() {
        concerns.forEach(Concern::close);
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setReuseAddress(true)
                .setTcpNoDelay(true)
                .setIdleTimeout((int) limits.idle().toMillis() * 2)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxInitialLineLength(4096)
                .setMaxHeaderSize(8192)
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setInitialSettings(
                        new Http2Settings().setMaxConcurrentStreams(STREAMS).setMaxHeaderListSize(8192));
        if (tls != null) {
            tls.applyTo(options);
        }
        return options;
    }

    private void connectionFailed(Throwable failure) {
        refused("connection_failed", "");
        LOG.debug("{}: a connection came to nothing", name, failure);
    }

    private void requested(HttpServerRequest http) {
        Optional<Connection> found = connections.good(http.connection());
        if (found.isEmpty()) {
            http.connection().close();
            return;
        }
        Connection connection = found.get();
        if (connection.isAborted()) {
            return;
        }
        if (connection.isOverrun()) {
            refused("too_many_ahead", connection.share().name());
            connection.abort();
            return;
        }
        new InboundRequest(this, vertx.getOrCreateContext(), http, connection).begin();
    }

    /** What the HTTP decoder could not read: the connection closes after the answer. */
    private void invalid(HttpServerRequest http) {
        refused("malformed", connections.nameOf(http.connection()));
        Throwable cause = http.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        String message = status == 400 ? "not an HTTP request that can be read" : "the request's head is too long";
        http.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Connection", "close")
                .putHeader(RequestId.HEADER, RequestId.next())
                .end(Buffer.buffer(errorBodies.of("", status, message)));
    }

    @Override
    public RouteTable routes(CamelContext of) {
        return routes.computeIfAbsent(of, unknown -> new RouteTable());
    }

    /** Once its routes are gone for good, a context is forgotten. */
    @Override
    public void remove(RouteConsumer route) {
        routes.computeIfPresent(route.getEndpoint().getCamelContext(), (of, table) -> {
            table.remove(route);
            return table.isEmpty() ? null : table;
        });
    }

    /** Whether requests are left to the routes of this context. */
    public boolean isServing(CamelContext of) {
        RouteTable table = routes.get(of);
        return table != null && table.isServing();
    }

    /** The route found counts as serving from now on. */
    RouteTable.Match match(String method, String path) {
        while (true) {
            CamelContext now = context;
            if (leaving || now == null || now.getStatus() != ServiceStatus.Started) {
                throw HttpRefusal.notReady();
            }
            RouteTable.Match match = routes(now).match(method, path);
            if (!match.route().isStarted()) {
                throw HttpRefusal.notReady();
            }
            match.route().began();
            if (now == context) {
                return match;
            }
            match.route().ended();
        }
    }

    Gate gate() {
        return gate;
    }

    ServerLimits limits() {
        return limits;
    }

    ErrorBodies errorBodies() {
        return errorBodies;
    }

    boolean isLeaving() {
        return leaving;
    }

    /** @param who the caller's name; empty when it is not known */
    void refused(String reason, String who) {
        events.refused(name, reason, who);
    }

    private void asksTooFast(String who) {
        events.alarm(
                "asks-too-fast",
                who + " sends more than " + limits.each().requestsPerSecond() + " requests a second to " + name
                        + ", or more than a KiB for each, and is read no faster than that");
    }

    /** Once a minute the operator hears of it by an alarm, whose text has the address: there is no certificate to name. */
    private void newcomerRefused(InetAddress address) {
        refused("too_many_newcomers", "");
        long now = System.nanoTime();
        long last = lastNewcomerAlarm.get();
        if (now - last >= ALARM_EVERY_NANOS && lastNewcomerAlarm.compareAndSet(last, now)) {
            events.alarm(
                    "too-many-newcomers",
                    "connections to " + name + " from " + address.getHostAddress()
                            + " come faster than their handshakes can be done, or do not end them; some are closed");
        }
    }

    /** How many connections there are, of as many as there may be: 1 when one more is refused. For any thread. */
    public double connectionsUsed() {
        return connections.used();
    }

    void answered(String route, int status, long nanos) {
        events.answered(route, status, nanos);
        if (gate != Gate.OPEN) {
            events.managed(route, status);
        }
    }
}
