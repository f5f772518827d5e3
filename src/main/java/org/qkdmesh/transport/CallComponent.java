package org.qkdmesh.transport;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.Registry;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Camel's HTTP component with the settings that {@link HttpClientSetup} promises. */
final class CallComponent extends HttpComponent {

    private static final int CONNECTIONS_PER_DESTINATION = 64;
    private static final long CONNECTION_LIFE_MILLIS = 30_000;

    /** Buffers of a connection keep what came last, and can not be reached: so it does not stay open for nothing. */
    private static final long IDLE_MILLIS = 5_000;

    /** A connection that does not close holds no deadline up. */
    private static final int THREADS = 2;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(THREADS, work -> {
        Thread thread = new Thread(work, "call-deadlines");
        thread.setDaemon(true);
        return thread;
    });

    CallComponent() {
        timer.setRemoveOnCancelPolicy(true);
        CallDeadline deadline =
                new CallDeadline(timer, HttpClientSetup.DEFAULT_CALL_MILLIS, HttpClientSetup.MAX_ANSWER_BYTES);
        setHttpClientConfigurer(deadline::installIn);
        setConnectionStateDisabled(true);
        setAutomaticRetriesDisabled(true);
        setRedirectHandlingDisabled(true);
        setCookieManagementDisabled(true);
        setContentCompressionDisabled(true);
        setAuthCachingDisabled(true);
        setDefaultUserAgentDisabled(true);
        setConnectTimeout(500);
        setConnectionRequestTimeout(200);
        setConnectionsPerRoute(CONNECTIONS_PER_DESTINATION);
        setMaxTotalConnections(CONNECTIONS_PER_DESTINATION);
        setConnectionTimeToLive(CONNECTION_LIFE_MILLIS);
    }

    /** As Camel makes it, with bounds on the head of an answer. Camel still hands over the older kind of registry. */
    @Override
    @SuppressWarnings("deprecation")
    protected HttpClientConnectionManager createConnectionManager(
            Registry<org.apache.hc.client5.http.socket.ConnectionSocketFactory> registry,
            int maxTotalConnections,
            int connectionsPerRoute,
            SocketConfig defaultSocketConfig) {
        Http1Config head = Http1Config.custom()
                .setMaxLineLength(8192)
                .setMaxHeaderCount(64)
                .setMaxEmptyLineCount(1)
                .build();
        PoolingHttpClientConnectionManager manager = new PoolingHttpClientConnectionManager(
                registry,
                PoolConcurrencyPolicy.STRICT,
                TimeValue.ofMilliseconds(getConnectionTimeToLive()),
                ManagedHttpClientConnectionFactory.builder().http1Config(head).build());
        manager.setMaxTotal(maxTotalConnections > 0 ? maxTotalConnections : getMaxTotalConnections());
        manager.setDefaultMaxPerRoute(connectionsPerRoute > 0 ? connectionsPerRoute : getConnectionsPerRoute());
        manager.setDefaultSocketConfig(defaultSocketConfig);
        manager.setDefaultTlsConfig(
                TlsConfig.custom().setHandshakeTimeout(Timeout.ofSeconds(5)).build());
        timer.scheduleWithFixedDelay(() -> closeUnused(manager), IDLE_MILLIS, IDLE_MILLIS / 2, TimeUnit.MILLISECONDS);
        return manager;
    }

    private static void closeUnused(PoolingHttpClientConnectionManager manager) {
        manager.closeExpired();
        manager.closeIdle(TimeValue.ofMilliseconds(IDLE_MILLIS));
    }

    @Override
    protected void doShutdown() throws Exception {
        timer.shutdownNow();
        super.doShutdown();
    }
}
