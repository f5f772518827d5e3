package org.qkdmesh.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** Takes connections and requests, and never says a word to them: a hop that hangs. */
final class SilentServer implements AutoCloseable {

    private final ServerSocket server;
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();
    private final AtomicInteger spokenTo = new AtomicInteger();

    SilentServer(int port, SSLContext tls) throws IOException {
        server = tls.getServerSocketFactory().createServerSocket(port, 200, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private void accept() throws IOException {
        while (true) {
            Socket socket = server.accept();
            accepted.add(socket);
            start(() -> listen(socket));
        }
    }

    private void listen(Socket socket) throws IOException {
        boolean first = true;
        while (socket.getInputStream().read() >= 0) {
            if (first) {
                spokenTo.incrementAndGet();
                first = false;
            }
        }
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // the end of it
                    }
                },
                "silent-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Connections that brought at least the beginning of a request. */
    int spokenTo() {
        return spokenTo.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }
}
