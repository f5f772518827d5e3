package org.qkdmesh.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands before a node and hands bytes on both ways; frozen, it accepts connections and hands on nothing; cut, it ends
 * those that there are and each new one at once.
 */
final class FreezingProxy implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private boolean frozen;
    private volatile boolean cut;

    FreezingProxy(int target) throws IOException {
        this.target = target;
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    synchronized void freeze(boolean frozen) {
        this.frozen = frozen;
        notifyAll();
    }

    void cut(boolean isCut) throws IOException {
        cut = isCut;
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private synchronized void awaitThaw() throws InterruptedException {
        while (frozen) {
            wait();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket caller = server.accept();
            if (cut) {
                caller.close();
                continue;
            }
            sockets.add(caller);
            start(() -> connect(caller));
        }
    }

    private void connect(Socket caller) throws IOException, InterruptedException {
        awaitThaw();
        try (caller;
                Socket node = new Socket(InetAddress.getLoopbackAddress(), target)) {
            sockets.add(node);
            start(() -> handOn(node, caller));
            handOn(caller, node);
        }
    }

    private void handOn(Socket from, Socket to) throws IOException, InterruptedException {
        byte[] bytes = new byte[8192];
        try (from;
                to) {
            for (int n = from.getInputStream().read(bytes);
                    n >= 0;
                    n = from.getInputStream().read(bytes)) {
                awaitThaw();
                to.getOutputStream().write(bytes, 0, n);
            }
        }
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException ended) {
                        // so has this connection
                    }
                },
                "freezing-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        freeze(false);
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }
}
