package org.qkdmesh.transport;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.qkdmesh.identity.CertificateIdentity;

/**
 * One connection to a server: who is at the other end, and how long it may be quiet. Between requests it has a bounded
 * time to bring the headers of the next one, however many bytes it drips meanwhile. Used on the event loop only.
 */
final class Connection {

    private static final long NO_TIMER = -1;

    /** Within {@link #RESET_WINDOW_NANOS}; Vert.x itself closes the connection at twice as many. */
    private static final int MOST_RESETS = 100;

    private static final long RESET_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Of HTTP/2. */
    private static final long NO_ERROR = 0;

    private final Connections all;
    private final Vertx vertx;
    private final HttpConnection http;
    private final ServerLimits limits;
    private final Caller caller;
    private final CallerShare share;
    private final PacedReading reading;
    private final Date expires;
    private int requests;
    private int resets;
    private long resetsSince;
    private boolean closed;
    private boolean aborted;
    private long timer = NO_TIMER;

    /** @param share its caller's, in which it is counted already */
    Connection(
            Connections all, Vertx vertx, HttpConnection http, ServerLimits limits, Caller caller, CallerShare share) {
        this.all = all;
        this.vertx = vertx;
        this.http = http;
        this.limits = limits;
        this.caller = caller;
        this.share = share;
        this.expires = expiry(http.sslSession());
        this.reading = PacedReading.on(((ConnectionBase) http).channel(), share::wasRead);
        share.reads(reading);
        expectRequestWithin(limits.firstRequest());
    }

    /** @throws SSLPeerUnverifiedException when a TLS client showed no certificate */
    static Caller callerOf(HttpConnection http) throws SSLPeerUnverifiedException {
        String address = http.remoteAddress().hostAddress();
        SSLSession session = http.sslSession();
        if (session == null) {
            return new Caller(CertificateIdentity.NOBODY, "", "", address);
        }
        X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
        return new Caller(
                CertificateIdentity.of(certificate),
                CertificateIdentity.fingerprint(certificate),
                session.getProtocol(),
                address);
    }

    private static Date expiry(SSLSession session) {
        try {
            return session == null ? null : ((X509Certificate) session.getPeerCertificates()[0]).getNotAfter();
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("a caller without a certificate", e);
        }
    }

    Caller caller() {
        return caller;
    }

    /** What its caller has of the server, with his other connections. */
    CallerShare share() {
        return share;
    }

    /** Whether the caller's certificate ran out while the connection was open. */
    boolean hasExpired() {
        return expires != null && expires.before(new Date());
    }

    /** @return as {@link CallerShare#requestBegan} */
    boolean requestBegan() {
        all.requestBegan();
        requests++;
        stopTimer();
        return share.requestBegan();
    }

    void requestEnded() {
        all.requestEnded();
        share.requestEnded();
        requests--;
        if (requests == 0 && !closed) {
            expectRequestWithin(limits.idle());
        }
    }

    /**
     * The caller took back a request that he had sent, as HTTP/2 has it.
     *
     * @return whether that is more often than a client that is only impatient would
     */
    boolean wasReset() {
        long now = System.nanoTime();
        if (resets == 0 || now - resetsSince > RESET_WINDOW_NANOS) {
            resets = 0;
            resetsSince = now;
        }
        return ++resets == MOST_RESETS;
    }

    /**
     * Whether the caller sends more at once than he was told that he may, whether he has said that he heard it or not.
     */
    boolean isOverrun() {
        return requests >= RouteServer.STREAMS;
    }

    /** Ends it without a word, also when the caller reads nothing. */
    void abort() {
        aborted = true;
        stopTimer();
        reading.pause();
        share.wasCutOff();
        Channel channel = ((ConnectionBase) http).channel();
        channel.unsafe().close(channel.voidPromise());
    }

    /** What was read together with what it was ended for is not looked at any more. */
    boolean isAborted() {
        return aborted;
    }

    /** What one request may bring: nodes send each other many keys at once, SAEs no more than ids. */
    int bodyBytes() {
        return share.isNode() ? limits.bodyBytes() : limits.each().bodyBytes();
    }

    /** Makes room for a part of a body, unless all that is being read of all connections is too much. */
    boolean reserve(int bytes) {
        return all.reserve(bytes);
    }

    void release(int bytes) {
        all.release(bytes);
    }

    /**
     * Tells a client over HTTP/2 that it shall send no more; what it has sent meanwhile is answered.
     *
     * @return false over HTTP/1.1, where an answer has to say so
     */
    boolean sayGoodbye() {
        try {
            http.goAway(NO_ERROR, Integer.MAX_VALUE);
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        }
    }

    void close() {
        stopTimer();
        http.close();
    }

    void closed() {
        stopTimer();
        closed = true;
        share.closed(reading);
    }

    private void expectRequestWithin(Duration time) {
        stopTimer();
        timer = vertx.setTimer(time.toMillis(), id -> http.close());
    }

    private void stopTimer() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
