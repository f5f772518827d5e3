package org.qkdmesh.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Shakes hands with a server and tells what it shows, trusted or not. Nothing is sent to it but the handshake.
 */
public final class PeerProbe {

    private static final int HTTPS = 443;
    private static final int ALERT_MILLIS = 300;

    /**
     * What a server showed.
     *
     * @param chain leaf first; empty when it ended the handshake before
     * @param protocol of TLS; empty when the handshake did not come to its end
     * @param distrust why a call would not go on; empty when it would
     * @param broken why the handshake did not come to its end
     */
    public record Shown(
            List<X509Certificate> chain,
            Optional<String> protocol,
            Optional<String> distrust,
            Optional<String> broken) {

        public Shown {
            chain = List.copyOf(chain);
        }
    }

    private PeerProbe() {}

    /**
     * @param patience for the connection, and once more for each answer of the handshake
     * @throws java.net.UnknownHostException when the host has no address
     * @throws java.net.ConnectException when nothing listens there
     * @throws java.net.SocketTimeoutException when nothing answers
     * @throws IOException when the connection breaks otherwise
     */
    public static Shown look(URI url, PeerTls tls, Duration patience) throws IOException {
        int port = url.getPort() < 0 ? HTTPS : url.getPort();
        String host = url.getHost().replaceAll("[\\[\\]]", "");
        Recorder recorder = new Recorder(tls.trust());
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(InetAddress.getByName(host), port), (int) patience.toMillis());
            plain.setSoTimeout((int) patience.toMillis());
            try (SSLSocket socket =
                    (SSLSocket) tls.plainContext(recorder).getSocketFactory().createSocket(plain, host, port, true)) {
                SSLParameters parameters = tls.plainParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                awaitRefusal(socket);
                return new Shown(
                        recorder.chain,
                        Optional.of(socket.getSession().getProtocol()),
                        recorder.distrust,
                        Optional.empty());
            }
        } catch (SSLException e) {
            return new Shown(
                    recorder.chain, Optional.empty(), recorder.distrust, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** In TLS 1.3 a server looks at the client's certificate when the client is done already, so its alert comes later. */
    private static void awaitRefusal(SSLSocket socket) throws IOException {
        socket.setSoTimeout(ALERT_MILLIS);
        try {
            if (socket.getInputStream().read() < 0) {
                throw new SSLException("it closed the connection after the handshake");
            }
        } catch (SocketTimeoutException e) {
            // Silence is what a server should keep before it is asked something.
            return;
        }
    }

    /** Asks the trust that calls go by, and notes its answer instead of ending the handshake by it. */
    private static final class Recorder extends X509ExtendedTrustManager {

        private final X509ExtendedTrustManager trust;
        private List<X509Certificate> chain = List.of();
        private Optional<String> distrust = Optional.empty();

        Recorder(X509ExtendedTrustManager trust) {
            this.trust = trust;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String authType, Socket socket) {
            chain = List.of(shown);
            try {
                trust.checkServerTrusted(shown, authType, socket);
            } catch (CertificateException e) {
                distrust = Optional.of(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("for sockets only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String authType) throws CertificateException {
            throw new CertificateException("for sockets only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("for calls only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("for calls only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String authType) throws CertificateException {
            throw new CertificateException("for calls only");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
