package org.qkdmesh.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.store.FullStore;
import org.qkdmesh.store.SqliteStore;
import org.qkdmesh.testing.NodeProcess;
import org.qkdmesh.transport.TestClient;

/**
 * A node in whose store very many keys wait beside as many records, next to one whose store is empty: it starts as soon,
 * its requests take as long, and what an operator does with the store holds none of them up. A hundred thousand keys,
 * unless {@code -Dwaiting.keys} says how many.
 */
@Tag("measures")
class ManyKeysIT {

    private static final int KEYS = Integer.getInteger("waiting.keys", 100_000);
    private static final int PAIRS = 200;
    private static final long LIFE_MILLIS = 3_600_000;
    private static final NodeId SELF = new NodeId("tn-1");
    private static final NodeId FAR = new NodeId("tn-2");

    private static final int STARTS = 2;
    private static final int WARM_UP = 800;
    private static final int MEASURED = 600;
    private static final double MOST = 1.5;
    private static final double MOST_MILLIS = 1_000;

    private static final int EMPTY_DEMO = 12_500;
    private static final int FULL_DEMO = 12_600;
    private static final int ROUNDS = 5;

    @TempDir
    static Path folder;

    private static NodeProcess empty;
    private static NodeProcess full;
    private static double emptyStart;
    private static double fullStart;

    @BeforeAll
    static void start() throws Exception {
        empty = new NodeProcess(Files.createDirectory(folder.resolve("empty")));
        full = new NodeProcess(Files.createDirectory(folder.resolve("full")));
        fill(full.data(), KEYS, KEYS, LIFE_MILLIS);
        emptyStart = Double.MAX_VALUE;
        fullStart = Double.MAX_VALUE;
        for (int i = 0; i < STARTS; i++) {
            empty.close();
            full.close();
            emptyStart = Math.min(emptyStart, secondsUntilReady(empty));
            fullStart = Math.min(fullStart, secondsUntilReady(full));
        }
    }

    @AfterAll
    static void stop() {
        empty.close();
        full.close();
    }

    private static void fill(Path data, int keys, int records, long lifeMillis) {
        long begun = System.nanoTime();
        SaePair pair = new SaePair(new SaeId("sae-1"), new SaeId("sae-2"));
        FullStore.fill(data, SELF, FAR, pairs(pair), keys, records, lifeMillis);
        say("%d keys and %d records put down in %.1f s", keys, records, seconds(begun));
    }

    /** This one, and others of the same master. */
    private static List<SaePair> pairs(SaePair first) {
        return IntStream.range(0, PAIRS)
                .mapToObj(i -> i == 0 ? first : new SaePair(first.master(), new SaeId("sae-of-before-" + i)))
                .toList();
    }

    private static double secondsUntilReady(NodeProcess node) throws IOException {
        long begun = System.nanoTime();
        node.startAndAwaitReady();
        return seconds(begun);
    }

    @Test
    void nodeWithManyKeys_isReadyAsSoonAsAnEmptyOne() throws Exception {
        Path data = folder.resolve("opened");
        fill(data, KEYS, KEYS, LIFE_MILLIS);
        long begun = System.nanoTime();
        SqliteStore.open(data, SELF, NodeClock.system(), EventLog.silent()).close();
        double opening = seconds(begun);
        say("ready after %.2f s, empty %.2f s; the store alone opens in %.3f s", fullStart, emptyStart, opening);
        assertThat(opening).isLessThan(1);
        assertThat(fullStart).isLessThan(emptyStart + 1.5);
    }

    @Test
    void requests_takeAsLongAsWhereNoKeyWaits() throws Exception {
        Client one = new Client(empty);
        Client other = new Client(full);
        for (int i = 0; i < WARM_UP; i++) {
            one.pair();
            other.pair();
        }
        one.forget();
        other.forget();
        // In turn, so that whatever else the machine does slows both.
        for (int i = 0; i < MEASURED; i++) {
            one.pair();
            other.pair();
        }
        say(
                "enc_keys p50 %.2f ms, empty %.2f ms; dec_keys p50 %.2f ms, empty %.2f ms",
                other.enc.millis(50), one.enc.millis(50), other.dec.millis(50), one.dec.millis(50));
        assertThat(other.enc.millis(50)).isLessThan(MOST * one.enc.millis(50));
        assertThat(other.dec.millis(50)).isLessThan(MOST * one.dec.millis(50));
    }

    /**
     * Over three hops, where the master's node has the records and the slave's node the keys. Takes minutes, and so runs by
     * command alone.
     */
    @Test
    void relays_takeAsLongAsWhereNoKeyWaits() throws Exception {
        assumeTrue(KEYS >= 1_000_000, "not run with less than a million keys");
        SaePair pair = new SaePair(new SaeId("sae-a"), new SaeId("sae-b"));
        FullStore.fill(
                demoData(FULL_DEMO).resolve("tn-1-a2b2"),
                new NodeId("tn-1-a2b2"),
                new NodeId("tn-4-a3b3"),
                pairs(pair),
                0,
                KEYS,
                LIFE_MILLIS);
        FullStore.fill(
                demoData(FULL_DEMO).resolve("tn-4-a3b3"),
                new NodeId("tn-4-a3b3"),
                new NodeId("tn-1-a2b2"),
                pairs(pair),
                KEYS,
                0,
                LIFE_MILLIS);
        List<double[]> encs = new ArrayList<>();
        List<double[]> decs = new ArrayList<>();
        try {
            for (int demo : List.of(EMPTY_DEMO, FULL_DEMO)) {
                run("./qkd-mesh", "demo", "--detach", "--port-offset", "" + demo);
            }
            for (int demo : List.of(EMPTY_DEMO, FULL_DEMO)) {
                bench(demo, 0, 25);
            }
            // In turn, so that whatever else the machine does slows both.
            for (int round = 0; round < ROUNDS; round++) {
                JsonNode without = bench(EMPTY_DEMO, 4, 6);
                JsonNode with = bench(FULL_DEMO, 4, 6);
                encs.add(p50s("enc_keys_millis", without, with));
                decs.add(p50s("dec_keys_millis", without, with));
            }
        } finally {
            for (int demo : List.of(EMPTY_DEMO, FULL_DEMO)) {
                run("./qkd-mesh", "demo", "--stop", "--port-offset", "" + demo);
                delete(demoData(demo));
            }
        }
        assertRatio("enc_keys", encs);
        assertRatio("dec_keys", decs);
    }

    private static Path demoData(int portOffset) {
        return Path.of("data", "demo-" + portOffset);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static JsonNode bench(int portOffset, int warmUp, int seconds) throws Exception {
        String said = run(
                "./qkd-mesh",
                "bench",
                "--port-offset",
                "" + portOffset,
                "--clients",
                "1",
                "--warmup",
                "" + warmUp,
                "--seconds",
                "" + seconds,
                "--json");
        return new ObjectMapper().readTree(said).path("measurements").path(0);
    }

    private static double[] p50s(String request, JsonNode without, JsonNode with) {
        return new double[] {
            without.path(request).path("p50").asDouble(),
            with.path(request).path("p50").asDouble()
        };
    }

    private static void assertRatio(String request, List<double[]> p50s) {
        double without = median(p50s.stream().mapToDouble(both -> both[0]));
        double with = median(p50s.stream().mapToDouble(both -> both[1]));
        say("over three hops, medians of %d runs: %s p50 %.2f ms, empty %.2f ms", p50s.size(), request, with, without);
        assertThat(without).isPositive();
        assertThat(with).as(request).isLessThan(MOST * without);
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    @Test
    void whatAnOperatorDoesWithTheStore_holdsNoRequestUp() throws Exception {
        Client client = new Client(full);
        for (int i = 0; i < 300; i++) {
            client.pair();
        }
        String config = full.config().toString();
        during("nothing else", client, () -> {
            TimeUnit.SECONDS.sleep(3);
            return null;
        });
        during("status", client, () -> run("./qkd-mesh", "status", "--config", config));
        during("metrics", client, () -> {
            for (int i = 0; i < 20; i++) {
                TestClient.plain().get(full.management("/observe/metrics"));
            }
            return null;
        });
        during("store check", client, () -> run("./qkd-mesh", "store", "check", "--config", config));
        during("store rekey", client, () -> run("./qkd-mesh", "store", "rekey", "--config", config));
        Path backup = folder.resolve("backup");
        during(
                "store backup",
                client,
                () -> run("./qkd-mesh", "store", "backup", "--config", config, backup.toString()));
        Files.delete(backup);
    }

    @Test
    void manyKeysPastTheirLife_areRemoved_andHoldNoRequestUp() throws Exception {
        try (NodeProcess node = new NodeProcess(Files.createDirectory(folder.resolve("late")))) {
            fill(node.data(), KEYS, KEYS, 0);
            node.startAndAwaitReady();
            Client client = new Client(node);
            for (int i = 0; i < 100; i++) {
                client.pair();
            }
            during("sweep", client, () -> {
                await().atMost(Duration.ofMinutes(10))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> rows(node) < KEYS / 10);
                return null;
            });
        }
    }

    /** Rows of keys and records. */
    private static double rows(NodeProcess node) {
        return TestClient.plain()
                .get(node.management("/observe/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith("qkd_store_rows{kind=\"waiting\"}")
                        || line.startsWith("qkd_store_rows{kind=\"record\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static <T> T during(String what, Client client, Callable<T> work) throws Exception {
        client.forget();
        client.start();
        long begun = System.nanoTime();
        T result;
        double took;
        try {
            result = work.call();
            took = seconds(begun);
        } finally {
            client.stop();
        }
        say(
                "%s: %.1f s; meanwhile %d pairs, enc_keys p50 %.1f, p99 %.1f, longest %.1f ms, dec_keys p50 %.1f, p99 %.1f, longest %.1f ms",
                what,
                took,
                client.enc.size,
                client.enc.millis(50),
                client.enc.millis(99),
                client.enc.millis(100),
                client.dec.millis(50),
                client.dec.millis(99),
                client.dec.millis(100));
        assertThat(client.enc.millis(99)).as("enc_keys during " + what).isLessThan(MOST_MILLIS);
        assertThat(client.dec.millis(99)).as("dec_keys during " + what).isLessThan(MOST_MILLIS);
        return result;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Path progress = Files.createTempFile(folder, "progress", "");
        Process process =
                new ProcessBuilder(command).redirectError(progress.toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said + Files.readString(progress)).isZero();
        return said;
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, "Of " + KEYS + " keys: " + format, values));
    }

    /** A master and a slave who get one key after the other. */
    private static final class Client {

        private static final ObjectMapper JSON = new ObjectMapper();

        final Times enc = new Times();
        final Times dec = new Times();
        private final NodeProcess node;
        private final TestClient master;
        private final TestClient slave;
        private volatile boolean over;
        private Thread thread;
        private volatile Throwable failure;

        Client(NodeProcess node) throws IOException {
            this.node = node;
            master = node.as("sae-1");
            slave = node.as("sae-2");
        }

        void pair() throws IOException {
            long begun = System.nanoTime();
            HttpResponse<String> given = master.get(node.api() + "sae-2/enc_keys");
            enc.add(System.nanoTime() - begun);
            JsonNode key = key(given);
            begun = System.nanoTime();
            HttpResponse<String> fetched = slave.get(
                    node.api() + "sae-1/dec_keys?key_ID=" + key.path("key_ID").asText());
            dec.add(System.nanoTime() - begun);
            assertThat(key(fetched)).isEqualTo(key);
        }

        private static JsonNode key(HttpResponse<String> answer) throws IOException {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body()).path("keys").get(0);
        }

        void start() {
            over = false;
            thread = new Thread(() -> {
                try {
                    while (!over) {
                        pair();
                    }
                } catch (IOException | RuntimeException | Error e) {
                    failure = e;
                }
            });
            thread.start();
        }

        void stop() throws InterruptedException {
            over = true;
            thread.join();
            assertThat(failure).isNull();
        }

        void forget() {
            enc.size = 0;
            dec.size = 0;
        }
    }

    /** How long requests took. */
    private static final class Times {

        private long[] nanos = new long[1024];
        private int size;

        void add(long time) {
            nanos = size == nanos.length ? Arrays.copyOf(nanos, 2 * size) : nanos;
            nanos[size++] = time;
        }

        double millis(int percentile) {
            long[] sorted = Arrays.copyOf(nanos, size);
            Arrays.sort(sorted);
            return size == 0 ? Double.NaN : sorted[(int) Math.min(size - 1L, (long) size * percentile / 100)] / 1e6;
        }
    }
}
