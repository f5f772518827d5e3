package org.qkdmesh.measures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.transport.TestClient;

/**
 * What the nodes of the example network keep in memory after many keys, each looked at after a full collection. A
 * hundred thousand keys, unless {@code -Dheap.keys} says how many.
 */
@Tag("measures")
class HeapIT {

    private static final int PORT_OFFSET = 20_500;
    private static final Path DATA = Path.of("data", "demo-" + PORT_OFFSET);
    private static final long PATIENCE_SECONDS = 300;
    private static final int FEW_KEYS = 10_000;
    private static final int MANY_KEYS = Integer.getInteger("heap.keys", 100_000);

    /** Ids of link keys that are remembered of a link, and the bytes that each takes. */
    private static final long MOST_IDS = 1 << 18;

    private static final int BYTES_OF_ID = 16;
    private static final int LINKS = 2;

    /** Pools and buffers that fill under load and stay. A leak of a hundred bytes a key would be four times as much. */
    private static final long NOISE = 2 << 20;

    private static final int COLLECTIONS = 4;

    private static final String GIVEN = "qkd_keys_given_total";

    private static final Map<String, Integer> MANAGEMENT =
            Map.of("tn-1-a2b2", 9001, "tn-2-a2b1", 9011, "tn-3-a1b3", 9021, "tn-4-a3b3", 9031);

    @TempDir
    private Path folder;

    @AfterEach
    void stop() throws Exception {
        run("./qkd-mesh", "demo", "--stop", "--port-offset", "" + PORT_OFFSET);
    }

    @Test
    void heapAfterManyKeys_isThatAfterFew_butForTheIdsOfLinkKeys() throws Exception {
        run("./qkd-mesh", "demo", "--detach", "--port-offset", "" + PORT_OFFSET);
        giveUntil(FEW_KEYS, 5);
        Map<String, Long> few = heap();
        giveUntil(MANY_KEYS, 20);
        Map<String, Long> many = heap();
        double given = metric("tn-1-a2b2", GIVEN);
        System.out.printf("Heap in bytes after %d keys: %s, after %.0f: %s%n", FEW_KEYS, few, given, many);
        long rememberedIds = bytesOfIds(given);
        many.forEach((node, bytes) -> assertThat(bytes).as(node).isLessThan(few.get(node) + rememberedIds + NOISE));
    }

    /** Link keys also make tags, and some wait for their use; what remembers ids grows to twice its size. */
    private static long bytesOfIds(double keys) {
        long ids = Math.min(MOST_IDS, 2 * Long.highestOneBit((long) (keys * 9 / 8)));
        return LINKS * BYTES_OF_ID * ids;
    }

    private void giveUntil(int keys, int seconds) throws Exception {
        while (metric("tn-1-a2b2", GIVEN) < keys) {
            run(
                    "./qkd-mesh",
                    "bench",
                    "--port-offset",
                    "" + PORT_OFFSET,
                    "--warmup",
                    "0",
                    "--number",
                    "128",
                    "--seconds",
                    "" + seconds);
        }
    }

    /** The least of some collections, since connections to KMEs, which have their buffers, end when idle for five seconds. */
    private Map<String, Long> heap() throws Exception {
        Map<String, Long> heap = new TreeMap<>();
        List<String[]> nodes = Files.readAllLines(DATA.resolve("processes")).stream()
                .map(line -> line.split(" "))
                .filter(process -> MANAGEMENT.containsKey(process[0]))
                .toList();
        for (int i = 0; i < COLLECTIONS; i++) {
            for (String[] process : nodes) {
                run("jcmd", process[1], "GC.run");
                heap.merge(process[0], (long) metric(process[0], "jvm_gc_live_data_size_bytes"), Math::min);
            }
        }
        return heap;
    }

    /** The sum of all series that begin so. */
    private static double metric(String node, String series) {
        int port = MANAGEMENT.get(node) + PORT_OFFSET;
        return TestClient.plain()
                .get("http://127.0.0.1:" + port + "/observe/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private void run(String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "log", "");
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroy();
        assertThat(ended).as(Files.readString(log)).isTrue();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }
}
