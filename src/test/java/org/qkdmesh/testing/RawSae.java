package org.qkdmesh.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A connection of an SAE that keeps to no rules: it writes what it is told, byte for byte, and reads when it likes. Over
 * HTTP/2 its streams have odd numbers from 1 on.
 */
public final class RawSae implements AutoCloseable {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM_AND_HEADERS = 5;
    private static final int ACK = 1;
    private static final int CANCEL = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;

    /** The address that it comes from: all of 127.0.0.0/8 is this machine on Linux. */
    static final String FROM = System.getProperty("raw-sae.from", "127.0.0.1");

    private final SSLSocket socket;
    private int stream = -1;

    private RawSae(SSLContext identity, int port, String protocol, String... alpn) throws IOException {
        socket = (SSLSocket) identity.getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(FROM), 0);
        try {
            socket.setSoTimeout(30_000);
            SSLParameters parameters = new SSLParameters(null, new String[] {protocol});
            parameters.setApplicationProtocols(alpn);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    public static RawSae http1(SSLContext identity, int port) throws IOException {
        return new RawSae(identity, port, "TLSv1.3", "http/1.1");
    }

    public static RawSae overTls12(SSLContext identity, int port) throws IOException {
        return new RawSae(identity, port, "TLSv1.2", "http/1.1");
    }

    /** @param window how many bytes of each answer the other end may send unasked */
    public static RawSae http2(SSLContext identity, int port, int window) throws IOException {
        RawSae sae = new RawSae(identity, port, "TLSv1.3", "h2");
        sae.write(PREFACE);
        sae.frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6)
                        .putShort((short) INITIAL_WINDOW_SIZE)
                        .putInt(window)
                        .array());
        return sae;
    }

    /** Says that it heard the settings of the other end, whether it did or not. */
    public RawSae acknowledgeSettings() throws IOException {
        frame(SETTINGS, ACK, 0, new byte[0]);
        return this;
    }

    public RawSae write(String text) throws IOException {
        return write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawSae write(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
        return this;
    }

    /** Sends so many requests at once, one stream each, without waiting for any answer. */
    public RawSae get(String path, int times) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            frames.writeBytes(frameOf(HEADERS, END_STREAM_AND_HEADERS, nextStream(), headers(path)));
        }
        return write(frames.toByteArray());
    }

    /** Sends so many requests at once, and takes each back at once. */
    public RawSae getAndReset(String path, int times) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            int id = nextStream();
            frames.writeBytes(frameOf(HEADERS, END_STREAM_AND_HEADERS, id, headers(path)));
            frames.writeBytes(frameOf(
                    RST_STREAM, 0, id, ByteBuffer.allocate(4).putInt(CANCEL).array()));
        }
        return write(frames.toByteArray());
    }

    /** Begins a request whose headers go on and on; throws once the other end has had enough. */
    public void headersWithoutEnd(String path) throws IOException {
        int id = nextStream();
        frame(HEADERS, 0, id, headers(path));
        byte[] more = literal("x-more", "x".repeat(1000));
        while (true) {
            frame(CONTINUATION, 0, id, more);
        }
    }

    /** Begins another handshake on the same connection, which TLS 1.2 has. */
    public void renegotiate() throws IOException {
        socket.getSession().invalidate();
        socket.startHandshake();
        write("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
        readHead();
    }

    private int nextStream() {
        stream += 2;
        return stream;
    }

    private void frame(int type, int flags, int id, byte[] payload) throws IOException {
        write(frameOf(type, flags, id, payload));
    }

    private static byte[] frameOf(int type, int flags, int id, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(id)
                .put(payload)
                .array();
    }

    /** {@code GET}, {@code https}, then path and authority, none of them remembered. */
    private static byte[] headers(String path) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(0x82);
        block.write(0x87);
        block.write(0x04);
        text(block, path);
        block.write(0x01);
        text(block, "localhost");
        return block.toByteArray();
    }

    private static byte[] literal(String name, String value) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(0);
        text(block, name);
        text(block, value);
        return block.toByteArray();
    }

    /** A length in 7 bits, or 127 and the rest in groups of 7. */
    private static void text(ByteArrayOutputStream block, String text) {
        int rest = text.length() - 127;
        if (rest < 0) {
            block.write(text.length());
        } else {
            block.write(127);
            for (; rest >= 128; rest >>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads one answer over HTTP/1.1 as far as the empty line; empty when the connection has ended. */
    public String readHead() throws IOException {
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

    /** Reads as many bytes as the head of an answer says that there are. */
    public void skipBody(String head) throws IOException {
        Matcher length = LENGTH.matcher(head);
        if (length.find()) {
            socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        }
    }

    /** Reads until the other end closes or breaks the connection. */
    public void awaitEnd() throws IOException {
        try {
            InputStream in = socket.getInputStream();
            byte[] some = new byte[8192];
            while (in.read(some) >= 0) {
                // What it says is of no interest.
            }
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // A connection that breaks ends as well.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
