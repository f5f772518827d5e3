package org.qkdmesh.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.transport.TestClient;
import org.qkdmesh.transport.TlsManagers;

/**
 * A program of its own: an SAE or a neighbour that attacks a node until it is ended, with a certificate of its network.
 * {@code Attacker KIND PORT CERTS NAME}
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
        BODIES,
        /** As a neighbour, announces link keys by ids that it makes up, a thousand at a time over 16 connections. */
        IDS,
        /** As a neighbour, sends relay messages that are none over 16 connections. */
        MESSAGES
    }

    private static final int AHEAD = 16;
    private static final String MANY =
            "GET /api/v1/keys/sae-b/status HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(AHEAD);
    private static final String GUESS =
            "GET /api/v1/keys/sae-b/dec_keys?key_ID=00000000-0000-4000-8000-%012x HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String ENDLESS =
            "POST /api/v1/keys/sae-b/enc_keys HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNK = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
    private static final String NO_MESSAGE =
            "POST /kmapi/v1/ext_keys HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n{\"keys\":";
    private static final int IDS_AT_ONCE = 1024;
    private static final int WINDOW = 65_535;

    private final SSLContext identity;
    private final TestClient client;
    private final int port;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final List<AutoCloseable> held = new ArrayList<>();

    private interface Attack {
        void once() throws IOException;
    }

    private Attacker(TlsCredentials own, List<X509Certificate> authorities, int port) {
        this.identity = TlsManagers.context(own, authorities);
        this.client = TestClient.tls(own, authorities);
        this.port = port;
    }

    public static void main(String[] args) throws Exception {
        Path certs = Path.of(args[2]);
        TlsCredentials own = PemFiles.credentials(certs.resolve(args[3] + ".crt"), certs.resolve(args[3] + ".key"));
        List<X509Certificate> authorities = PemFiles.certificates(certs.resolve("ca.crt"));
        Attacker attacker = new Attacker(own, authorities, Integer.parseInt(args[1]));
        attacker.begin(Kind.valueOf(args[0]));
        while (true) {
            Thread.sleep(1000);
            System.out.println("done " + attacker.done + ", failed " + attacker.failed);
        }
    }

    private void begin(Kind kind) throws IOException {
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
            case IDS -> {
                String announcement = announcement();
                withThreads(16, () -> converse(announcement));
            }
            case MESSAGES -> withThreads(16, () -> converse(NO_MESSAGE));
        }
    }

    /** As the second node of the example network would send it to the first, but that nobody has such keys. */
    private String announcement() throws IOException {
        JsonNode mesh = new ObjectMapper()
                .readTree(client.get("https://localhost:" + port + "/kmapi/versions")
                        .body())
                .at("/extension/E32473_qkd_mesh");
        String keys = IntStream.range(0, IDS_AT_ONCE)
                .mapToObj(i -> "{\"key_id\":\"" + UUID.randomUUID() + "\",\"length\":128}")
                .collect(Collectors.joining(","));
        String body = "{\"announcement_id\":\"00000000-0000-4000-8000-%012x\",\"kme\":\"ndk-kme-a2\","
                + "\"peer_kme\":\"ndk-kme-b2\",\"epochs\":{\"sender\":" + mesh.path("known_epoch") + ",\"receiver\":"
                + mesh.path("epoch") + "},\"keys\":[" + keys + "]}";
        return "POST /mesh/v1/link-keys HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + body.formatted(0).length() + "\r\n\r\n" + body;
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
