package org.qkdmesh.faults;

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

/** What the nodes of the example network keep in memory after many keys, each looked at after a full collection. */
@Tag("faults")
class HeapIT {

    private static final int PORT_OFFSET = 20_500;
    private static final Path DATA = Path.of("data", "demo-" + PORT_OFFSET);
    private static final long PATIENCE_SECONDS = 300;
    private static final int FEW_KEYS = 10_000;
    private static final int MANY_KEYS = 200_000;

    /** Of a link, 16 bytes for each of the last 262 144 link keys are remembered; a node has two links at most here. */
    private static final long REMEMBERED_IDS = 2L * 16 * (1 << 18);

    private static final long NOISE = 2 << 20;

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
        giveUntil(FEW_KEYS, 3);
        Map<String, Long> few = heap();
        giveUntil(MANY_KEYS, 20);
        Map<String, Long> many = heap();
        System.out.println("Heap in bytes after " + FEW_KEYS + " keys: " + few + ", after " + MANY_KEYS + ": " + many);
        many.forEach((node, bytes) -> assertThat(bytes).as(node).isLessThan(few.get(node) + REMEMBERED_IDS + NOISE));
    }

    private void giveUntil(int keys, int seconds) throws Exception {
        while (metric("tn-1-a2b2", "qkd_keys_given_total") < keys) {
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

    private Map<String, Long> heap() throws Exception {
        Map<String, Long> heap = new TreeMap<>();
        for (String line : Files.readAllLines(DATA.resolve("processes"))) {
            String[] process = line.split(" ");
            if (MANAGEMENT.containsKey(process[0])) {
                // What the first one finds to be finalised, the second one takes away.
                run("jcmd", process[1], "GC.run");
                run("jcmd", process[1], "GC.run");
                heap.put(process[0], (long) metric(process[0], "jvm_gc_live_data_size_bytes"));
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
