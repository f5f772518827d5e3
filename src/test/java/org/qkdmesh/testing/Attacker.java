package org.qkdmesh.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.transport.TlsManagers;

/**
 * A program of its own: an SAE that attacks a node until it is ended, with the certificate of its network.
 * {@code Attacker KIND PORT CERTS SAE}
 */
public final class Attacker {

    /** What it does. */
    public enum Kind {
        /** Asks for keys by ids that it makes up, over 32 connections. */
        GUESS,
        /** Opens connections as fast as 16 threads can, and keeps those that it gets. */
        CONNECTIONS,
        /** Opens connections, finishes the handshake and ends them, as fast as 16 threads can. */
        HANDSHAKES,
        /** Opens connections and never says a word, as fast as it can. */
        SILENCE,
        /** Sends requests over 16 connections of HTTP/2 and reads no answer. */
        UNREAD,
        /** Sends requests over 64 connections as fast as it can, and reads the answers. */
        FLOOD,
        /** Sends requests and takes them back, again and again. */
        RESETS,
        /** Sends bodies without end over 32 connections. */
        BODIES
    }

    private static final int AHEAD = 16;
    private static final String MANY =
            "GET /api/v1/keys/sae-b/status HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(AHEAD);
    private static final String GUESS =
            "GET /api/v1/keys/sae-b/dec_keys?key_ID=00000000-0000-4000-8000-%012x HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String ENDLESS =
            "POST /api/v1/keys/sae-b/enc_keys HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNK = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
    private static final int WINDOW = 65_535;

    private final SSLContext identity;
    private final int port;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final List<AutoCloseable> held = new ArrayList<>();

    private interface Attack {
        void once() throws IOException;
    }

    private Attacker(SSLContext identity, int port) {
        this.identity = identity;
        this.port = port;
    }

    public static void main(String[] args) throws Exception {
        Path certs = Path.of(args[2]);
        SSLContext identity = TlsManagers.context(
                PemFiles.credentials(certs.resolve(args[3] + ".crt"), certs.resolve(args[3] + ".key")),
                PemFiles.certificates(certs.resolve("ca.crt")));
        Attacker attacker = new Attacker(identity, Integer.parseInt(args[1]));
        attacker.begin(Kind.valueOf(args[0]));
        while (true) {
            Thread.sleep(1000);
            System.out.println("done " + attacker.done + ", failed " + attacker.failed);
        }
    }

    private void begin(Kind kind) {
        switch (kind) {
            case GUESS -> withThreads(32, () -> converse(GUESS));
            case CONNECTIONS -> withThreads(16, () -> hold(RawSae.http1(identity, port)));
            case HANDSHAKES ->
                withThreads(16, () -> RawSae.http1(identity, port).close());
            case SILENCE ->
                withThreads(
                        1,
                        () -> hold(new Socket(
                                InetAddress.getLoopbackAddress(), port, InetAddress.getByName(RawSae.FROM), 0)));
            case UNREAD ->
                withThreads(16, () -> {
                    RawSae sae = RawSae.http2(identity, port, 0);
                    for (int i = 0; i < 1000; i++) {
                        sae.get("/api/v1/keys/sae-b/status", 10);
                    }
                });
            case FLOOD -> withThreads(64, this::flood);
            case RESETS ->
                withThreads(16, () -> {
                    try (RawSae sae = RawSae.http2(identity, port, WINDOW)) {
                        for (int i = 0; i < 100; i++) {
                            sae.getAndReset("/api/v1/keys/sae-b/status", 20);
                            done.addAndGet(20);
                        }
                    }
                });
            case BODIES ->
                withThreads(32, () -> {
                    try (RawSae sae = RawSae.http1(identity, port)) {
                        sae.write(ENDLESS);
                        while (true) {
                            sae.write(CHUNK);
                        }
                    }
                });
        }
    }

    private void converse(String request) throws IOException {
        try (RawSae sae = RawSae.http1(identity, port)) {
            while (true) {
                sae.write(request.formatted(done.incrementAndGet()));
                String head = sae.readHead();
                if (head.isEmpty()) {
                    return;
                }
                sae.skipBody(head);
            }
        }
    }

    /** As far ahead as is borne, so that the connection lasts. */
    private void flood() throws IOException {
        try (RawSae sae = RawSae.http1(identity, port)) {
            while (true) {
                sae.write(MANY);
                for (int i = 0; i < AHEAD; i++) {
                    String head = sae.readHead();
                    if (head.isEmpty()) {
                        return;
                    }
                    sae.skipBody(head);
                    done.incrementAndGet();
                }
            }
        }
    }

    private synchronized void hold(AutoCloseable one) {
        held.add(one);
    }

    private void withThreads(int threads, Attack attack) {
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> {
                while (true) {
                    try {
                        attack.once();
                        done.incrementAndGet();
                    } catch (IOException e) {
                        failed.incrementAndGet();
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }
}
