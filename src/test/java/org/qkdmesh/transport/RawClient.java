package org.qkdmesh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** A client that writes what it is told, byte for byte, over HTTP/1.1. */
final class RawClient implements AutoCloseable {

    private final Socket socket;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(60_000);
    }

    static RawClient tls(ServerFixture fixture) throws IOException {
        return tls(fixture, "sae-raw");
    }

    static RawClient tls(ServerFixture fixture, String sae) throws IOException {
        SSLSocket socket =
                (SSLSocket) TlsManagers.context(fixture.certificates.sae(sae), fixture.certificates.authorities())
                        .getSocketFactory()
                        .createSocket("localhost", fixture.port());
        RawClient client = new RawClient(socket);
        socket.startHandshake();
        return client;
    }

    static RawClient plain(int port) throws IOException {
        return new RawClient(new Socket("127.0.0.1", port));
    }

    RawClient write(String text) throws IOException {
        return write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Writes a byte every 50 ms until the other end has had enough. */
    void dripUntilClosed(String endlessly) throws InterruptedException {
        try {
            for (int i = 0; ; i++) {
                write(endlessly.substring(i % endlessly.length(), i % endlessly.length() + 1));
                Thread.sleep(50);
            }
        } catch (IOException e) {
            // The other end closed, which is what was waited for.
            return;
        }
    }

    /** All that comes until the other end closes or breaks the connection. */
    String readAll() {
        StringBuilder text = new StringBuilder();
        try {
            InputStream in = socket.getInputStream();
            for (int c = in.read(); c >= 0; c = in.read()) {
                text.append((char) c);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the connection stayed open; so far came: " + text, e);
        } catch (IOException e) {
            // A connection that breaks ends as well.
            return text.toString();
        }
        return text.toString();
    }

    /** Reads one answer without a body's end: as far as the empty line. */
    String readHead() throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                break;
            }
            text.append((char) c);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
