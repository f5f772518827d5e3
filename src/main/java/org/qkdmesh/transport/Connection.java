package org.qkdmesh.transport;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.qkdmesh.identity.CertificateIdentity;

/**
 * One connection to a server: who is at the other end, and how long it may be quiet. Between requests it has a bounded
 * time to bring the headers of the next one, however many bytes it drips meanwhile. Used on the event loop only.
 */
final class Connection {

    private static final long NO_TIMER = -1;

    /** Of HTTP/2. */
    private static final long NO_ERROR = 0;

    private final Connections all;
    private final Vertx vertx;
    private final HttpConnection http;
    private final ServerLimits limits;
    private final Caller caller;
    private final Date expires;
    private int requests;
    private boolean closed;
    private long timer = NO_TIMER;

    /** @throws SSLPeerUnverifiedException when a TLS client showed no certificate */
    Connection(Connections all, Vertx vertx, HttpConnection http, ServerLimits limits)
            throws SSLPeerUnverifiedException {
        this.all = all;
        this.vertx = vertx;
        this.http = http;
        this.limits = limits;
        String address = http.remoteAddress().hostAddress();
        SSLSession session = http.sslSession();
        if (session == null) {
            this.caller = new Caller(CertificateIdentity.NOBODY, "", "", address);
            this.expires = null;
        } else {
            X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
            this.caller = new Caller(
                    CertificateIdentity.of(certificate),
                    CertificateIdentity.fingerprint(certificate),
                    session.getProtocol(),
                    address);
            this.expires = certificate.getNotAfter();
        }
        expectRequestWithin(limits.firstRequest());
    }

    Caller caller() {
        return caller;
    }

    /** Whether the caller's certificate ran out while the connection was open. */
    boolean hasExpired() {
        return expires != null && expires.before(new Date());
    }

    void requestBegan() {
        all.requestBegan();
        requests++;
        stopTimer();
    }

    void requestEnded() {
        all.requestEnded();
        requests--;
        if (requests == 0 && !closed) {
            expectRequestWithin(limits.idle());
        }
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
