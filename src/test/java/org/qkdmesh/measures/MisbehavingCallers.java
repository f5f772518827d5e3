package org.qkdmesh.measures;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.testing.Attacker;
import org.qkdmesh.testing.RawSae;
import org.qkdmesh.transport.TlsManagers;

/**
 * The figures of {@code docs/reference/misbehaving-callers.md}: the example network as processes, a load of SAEs that
 * behave, and one attack after the other by a process of its own. Run by its name alone: it takes minutes, and what it measures
 * depends on what else the machine does.
 */
class MisbehavingCallers {

    private static final String OFFSET = System.getProperty("port.offset", "16000");
    private static final int PORT = 9000 + Integer.parseInt(OFFSET);

    /** Of pairs a second: a part of what a slow machine can do, so that what is measured is not its own limit. */
    private static final String RATE = "20";

    /**
     * Long enough that what stalls a machine now and then by itself comes before an attack and during it, and that the
     * 99th percentile is not the third of a few.
     */
    private static final String SECONDS = "60";

    private static final Set<Attacker.Kind> OF_A_NEIGHBOUR = EnumSet.of(Attacker.Kind.IDS, Attacker.Kind.MESSAGES);

    private static final Set<Attacker.Kind> KINDS = kinds(System.getProperty("attacks", ""));

    /** As nodes run, and not as the demo does, which is over before the second compiler is worth its while. */
    private static final String AS_NODES_RUN = "-XX:+UseSerialGC -Xss512k -Xms32m -Xmx512m -XX:MinHeapFreeRatio=70";

    /**
     * An attacker has a machine of his own. Where Linux shares the processors by sessions, a process is no nicer to those of
     * other sessions than its session is.
     */
    private static final String LOWEST_PRIORITY = "echo 19 >/proc/self/autogroup; exec nice -n 19 \"$@\"";

    /** A third of the processors is the compilers' for a while, where an attack has a node do what it never did. */
    private static final long ATTACK_BEFORE_MILLIS = 20_000;

    private static final long PROBE_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long STALL_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    @TempDir
    private Path folder;

    /** @param names with commas between; empty for all */
    private static Set<Attacker.Kind> kinds(String names) {
        return names.isEmpty()
                ? EnumSet.allOf(Attacker.Kind.class)
                : Stream.of(names.split(","))
                        .map(Attacker.Kind::valueOf)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Attacker.Kind.class)));
    }

    @Test
    void figures() throws Exception {
        run("demo", "--detach", "--port-offset", OFFSET);
        assertThat(Path.of("data", "demo-" + OFFSET, "processes")).exists();
        try {
            warmUp();
            System.out.println(
                    "| attack | enc_keys before | during | dec_keys before | during | new connection before | during | stall before | during | errors |");
            System.out.println("|---|---|---|---|---|---|---|---|---|---|");
            for (Attacker.Kind kind : KINDS) {
                row(kind, PORT, kind.name());
            }
            if (KINDS.contains(Attacker.Kind.FLOOD)) {
                row(Attacker.Kind.FLOOD, PORT + 10, "FLOOD of what it may ask");
            }
        } finally {
            run("demo", "--stop", "--port-offset", OFFSET);
        }
    }

    private void row(Attacker.Kind kind, int port, String name) throws Exception {
        Measured before = measured();
        Measured during = measuredUnder(kind, port);
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %s | %d | %d | %d |%n",
                name,
                before.millis("enc_keys"),
                during.millis("enc_keys"),
                before.millis("dec_keys"),
                during.millis("dec_keys"),
                before.overNewConnections(),
                during.overNewConnections(),
                before.longestStallMillis(),
                during.longestStallMillis(),
                during.load().path("errors").asInt());
    }

    private Measured measuredUnder(Attacker.Kind kind, int port) throws Exception {
        Process attacker = new ProcessBuilder(
                        "setsid",
                        "sh",
                        "-c",
                        LOWEST_PRIORITY,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Draw-sae.from=127.0.0.2",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Attacker.class.getName(),
                        kind.name(),
                        "" + port,
                        "certs",
                        OF_A_NEIGHBOUR.contains(kind) ? "tn-2-a2b1" : "sae-c")
                .redirectErrorStream(true)
                .redirectOutput(new File("target", "attacker-" + kind + ".log"))
                .start();
        try {
            Thread.sleep(ATTACK_BEFORE_MILLIS);
            return measured();
        } finally {
            attacker.destroyForcibly().waitFor();
        }
    }

    /**
     * What SAEs that behave notice: those that keep their connections, and one that opens one for each request.
     *
     * @param longestStallMillis that a program which does nothing was kept from running: of the machine, not of a node
     */
    private record Measured(JsonNode load, List<Long> millisOverNewConnections, long longestStallMillis) {

        /** The 50th and the 99th percentile. */
        String millis(String request) {
            JsonNode times = load.path(request + "_millis");
            return times.path("p50").asLong() + " / " + times.path("p99").asLong();
        }

        String overNewConnections() {
            return overNewConnections(0.5) + " / " + overNewConnections(0.99);
        }

        private long overNewConnections(double share) {
            List<Long> sorted = millisOverNewConnections.stream().sorted().toList();
            return sorted.get((int) (share * (sorted.size() - 1)));
        }
    }

    private Measured measured() throws Exception {
        Path certs = Path.of("certs");
        TlsCredentials own = PemFiles.credentials(certs.resolve("sae-a.crt"), certs.resolve("sae-a.key"));
        List<X509Certificate> authorities = PemFiles.certificates(certs.resolve("ca.crt"));
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<List<Long>> probes = CompletableFuture.supplyAsync(() -> {
            List<Long> millis = new ArrayList<>();
            while (!over.get() || millis.isEmpty()) {
                // Each time another, so that the handshake is a whole one.
                SSLContext identity = TlsManagers.context(own, authorities);
                long began = System.nanoTime();
                ask(() -> RawSae.http1(identity, PORT));
                millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
                LockSupport.parkNanos(PROBE_EVERY_NANOS);
            }
            return millis;
        });
        CompletableFuture<Long> stall = CompletableFuture.supplyAsync(() -> longestStallMillisUntil(over));
        JsonNode load = load();
        over.set(true);
        return new Measured(load, probes.get(5, TimeUnit.MINUTES), stall.get());
    }

    private static long longestStallMillisUntil(AtomicBoolean over) {
        long longest = 0;
        while (!over.get()) {
            long began = System.nanoTime();
            LockSupport.parkNanos(STALL_EVERY_NANOS);
            longest = Math.max(longest, System.nanoTime() - began - STALL_EVERY_NANOS);
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }

    /** Until there is an answer. */
    private static void ask(Callable<RawSae> newConnection) {
        while (true) {
            try (RawSae sae = newConnection.call()) {
                sae.write("GET /api/v1/keys/sae-b/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
                if (!sae.readHead().isEmpty()) {
                    return;
                }
            } catch (Exception closedByTheNode) {
                // What an SAE would do: once more.
                continue;
            }
        }
    }

    /** As much as they can do, so that compilers are done with what follows. */
    private void warmUp() throws Exception {
        run("bench", "--port-offset", OFFSET, "--clients", "8", "--warmup", "200", "--seconds", "5", "--json");
    }

    private JsonNode load() throws Exception {
        String figures =
                run("bench", "--port-offset", OFFSET, "--rate", RATE, "--warmup", "4", "--seconds", SECONDS, "--json");
        return new ObjectMapper().readTree(figures).at("/measurements/0");
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("./qkd-mesh"));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        ProcessBuilder program = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile());
        program.environment().put("QKD_MESH_JAVA_OPTS", AS_NODES_RUN);
        Process process = program.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return Files.readString(out);
    }
}
