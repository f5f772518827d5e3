package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Stands before a server of this machine and hands on what comes, both ways, as well or badly as it is told. What passes
 * is TLS, which it does not look into. Listens on the loopback address only. Safe for use by several threads.
 */
final class Proxy implements AutoCloseable {

    /** What is done to the connections. */
    enum Trouble {
        NONE,
        CUT,
        DELAY,
        NARROW,
        DRIP,
        BLACK_HOLE,
        NO_ANSWERS,
        LOSE_ANSWER
    }

    private record State(Trouble trouble, int amount) {}

    private static final State WELL = new State(Trouble.NONE, 0);
    private static final int BUFFER = 16 * 1024;
    private static final int BACKLOG = 200;

    /** Of the dripping. */
    private static final int DRIP_MILLIS = 20;

    /** How often the direction changes while TLS is set up; the next answer is the server's to a request. */
    private static final int TURNS_OF_HANDSHAKE = 4;

    private final ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final int target;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private State state = WELL;

    /** @param target the port that it stands before */
    Proxy(int target) throws IOException {
        this.target = target;
        begin("proxy-" + target, this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /**
     * From now on, until told otherwise.
     *
     * @param amount of {@link Trouble#DELAY} milliseconds, of {@link Trouble#NARROW} bytes a second, of {@link
     *     Trouble#DRIP} bytes at a time
     */
    synchronized void set(Trouble trouble, int amount) {
        state = new State(trouble, amount);
        notifyAll();
        if (trouble == Trouble.CUT) {
            reset();
        }
    }

    void heal() {
        set(Trouble.NONE, 0);
    }

    /** Ends all connections that there are with a reset. */
    void reset() {
        connections.forEach(Connection::reset);
    }

    private synchronized State state() {
        return state;
    }

    /** Waits while nothing passes. */
    private synchronized State passable(boolean isAnswer) throws InterruptedException {
        while (state.trouble() == Trouble.BLACK_HOLE || isAnswer && state.trouble() == Trouble.NO_ANSWERS) {
            wait();
        }
        return state;
    }

    /** Waits so long, or until another state begins: what is healed holds nothing up any more. */
    private synchronized void pauseWhile(State troubled, long millis) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = until - System.nanoTime(); state == troubled && left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private void accept() throws IOException {
        while (true) {
            Connection connection = new Connection(server.accept());
            connections.add(connection);
            if (state().trouble() == Trouble.CUT) {
                connection.reset();
            } else {
                begin("proxy-" + target, connection::run);
            }
        }
    }

    /** One connection of a client, and the one to the server that belongs to it. */
    private final class Connection {

        private final Socket client;
        private volatile Socket upstream;
        private volatile boolean ended;
        private boolean answering;
        private int turns;
        private int waysEnded;

        Connection(Socket client) {
            this.client = client;
        }

        private void run() throws IOException, InterruptedException {
            try {
                passable(false);
                upstream = new Socket(InetAddress.getLoopbackAddress(), target);
                upstream.setTcpNoDelay(true);
                client.setTcpNoDelay(true);
            } catch (IOException e) {
                reset();
                return;
            }
            if (ended) {
                closeHard(upstream);
                return;
            }
            begin("proxy-" + target, () -> handOn(upstream, client, true));
            handOn(client, upstream, false);
        }

        private void handOn(Socket from, Socket to, boolean isAnswer) throws InterruptedException {
            byte[] bytes = new byte[BUFFER];
            try {
                for (int n = from.getInputStream().read(bytes);
                        n >= 0;
                        n = from.getInputStream().read(bytes)) {
                    if (hasTurned(isAnswer) && isAnswer && state().trouble() == Trouble.LOSE_ANSWER) {
                        reset();
                        return;
                    }
                    write(to.getOutputStream(), bytes, n, passable(isAnswer));
                }
                to.shutdownOutput();
                oneWayEnded();
            } catch (IOException e) {
                reset();
            }
        }

        private synchronized void oneWayEnded() throws IOException {
            if (++waysEnded == 2) {
                ended = true;
                connections.remove(this);
                client.close();
                upstream.close();
            }
        }

        /** Counts the changes of direction; true once TLS is set up. */
        private synchronized boolean hasTurned(boolean isAnswer) {
            if (isAnswer != answering) {
                answering = isAnswer;
                turns++;
            }
            return turns > TURNS_OF_HANDSHAKE;
        }

        private void write(OutputStream out, byte[] bytes, int length, State now)
                throws IOException, InterruptedException {
            switch (now.trouble()) {
                case DELAY -> pauseWhile(now, now.amount());
                case NARROW -> pauseWhile(now, length * 1000L / now.amount());
                default -> {
                    // At once.
                }
            }
            int piece = now.trouble() == Trouble.DRIP ? now.amount() : length;
            for (int at = 0; at < length; at += piece) {
                out.write(bytes, at, Math.min(piece, length - at));
                if (now.trouble() == Trouble.DRIP) {
                    pauseWhile(now, DRIP_MILLIS);
                }
            }
        }

        /** What was sent is thrown away, and both ends are told so. */
        private synchronized void reset() {
            if (ended) {
                return;
            }
            ended = true;
            connections.remove(this);
            for (Socket socket : new Socket[] {client, upstream}) {
                if (socket != null) {
                    closeHard(socket);
                }
            }
        }
    }

    private static void closeHard(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already.
        }
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is left to close.
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void begin(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException ended) {
                        // So has this connection, or the proxy.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        reset();
        heal();
    }
}
