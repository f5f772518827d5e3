package org.qkdmesh.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocket;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.testing.TestCertificates;

/** The other end of a call, as badly behaved as a test wants it; counts connections and requests. */
public final class RawServer implements AutoCloseable {

    /** What the server does with one connection. */
    public interface Behaviour {
        void serve(Conversation conversation) throws IOException, InterruptedException;
    }

    /** One connection as the server sees it. */
    public final class Conversation {
        private final InputStream in;
        private final OutputStream out;

        private Conversation(Socket socket) throws IOException {
            in = socket.getInputStream();
            out = socket.getOutputStream();
        }

        /** The head of the next request, its body skipped; empty at the end of the connection. */
        public String request() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int c = in.read();
                if (c < 0) {
                    return "";
                }
                head.append((char) c);
            }
            requests.add(head.toString());
            int length = head.toString()
                    .lines()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
                    .mapToInt(line -> Integer.parseInt(
                            line.substring(line.indexOf(':') + 1).strip()))
                    .findFirst()
                    .orElse(0);
            in.readNBytes(length);
            return head.toString();
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Passes everything on to another port of this machine, and back. */
        void pass(int port) throws IOException {
            try (Socket other = new Socket(InetAddress.getLoopbackAddress(), port)) {
                threads.execute(() -> copy(other));
                in.transferTo(other.getOutputStream());
            }
        }

        private void copy(Socket other) {
            try {
                other.getInputStream().transferTo(out);
            } catch (IOException e) {
                // One of the two ends closed.
                return;
            }
        }

        public void drip(String text) throws IOException, InterruptedException {
            for (int i = 0; ; i++) {
                write(text.substring(i % text.length(), i % text.length() + 1));
                Thread.sleep(50);
            }
        }
    }

    public final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private RawServer(ServerSocket server, Behaviour behaviour) {
        this.server = server;
        threads.execute(() -> accept(behaviour));
    }

    static RawServer plain(Behaviour behaviour) throws IOException {
        return new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), behaviour);
    }

    public static RawServer tls(
            TestCertificates certificates, TlsCredentials own, List<String> protocols, Behaviour behaviour)
            throws IOException {
        SSLServerSocket socket = (SSLServerSocket) TlsManagers.context(own, certificates.authorities())
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        socket.setNeedClientAuth(true);
        socket.setEnabledProtocols(protocols.toArray(String[]::new));
        return new RawServer(socket, behaviour);
    }

    /** Answers every request with 200 and {@code ok}. */
    static Behaviour polite() {
        return answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    static Behaviour answering(String answer) {
        return conversation -> {
            while (!conversation.request().isEmpty()) {
                conversation.write(answer);
            }
        };
    }

    public int port() {
        return server.getLocalPort();
    }

    private void accept(Behaviour behaviour) {
        try {
            while (true) {
                Socket socket = server.accept();
                connections.incrementAndGet();
                threads.execute(() -> serve(socket, behaviour));
            }
        } catch (SocketException e) {
            // The server was closed.
            return;
        } catch (IOException e) {
            throw new IllegalStateException("the server of a test", e);
        }
    }

    private void serve(Socket socket, Behaviour behaviour) {
        try (socket) {
            behaviour.serve(new Conversation(socket));
        } catch (IOException e) {
            // The other end had enough, or the handshake failed; tests look at what the caller made of it.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
