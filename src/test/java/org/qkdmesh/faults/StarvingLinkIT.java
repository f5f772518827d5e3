package org.qkdmesh.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.testing.FreePorts;
import org.qkdmesh.testing.TestCertificates;
import org.qkdmesh.transport.TestClient;

/**
 * Two nodes and the KMEs between them, each a process, over a link that gives fewer keys than are asked for: eight SAEs that
 * ask again as soon as they are answered, six requests each at a time, and two that ask now and then.
 */
@Tag("faults")
class StarvingLinkIT {

    private static final int GREEDY = 8;
    private static final int AT_ONCE = 6;
    private static final int MODEST = 2;
    private static final long BITS_PER_SECOND = 30_000;
    private static final int ASKS_PER_SECOND = 2;
    private static final int SECONDS = 10;

    @TempDir
    private Path folder;

    private final List<Process> processes = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int ports = FreePorts.several(7);
    private volatile boolean over;

    private TestCertificates certificates;

    /** What one SAE asked for, and got. */
    private static final class Sae {

        private final TestClient client;
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger got = new AtomicInteger();

        Sae(TestClient client) {
            this.client = client;
        }

        void ask(String uri) {
            asked.incrementAndGet();
            if (client.get(uri).statusCode() == 200) {
                got.incrementAndGet();
            }
        }

        void forget() {
            asked.set(0);
            got.set(0);
        }

        double satisfaction() {
            return (double) got.get() / asked.get();
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        over = true;
        threads.shutdown();
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            process.waitFor(20, TimeUnit.SECONDS);
            process.destroyForcibly();
        }
    }

    @Test
    void twoModestSaes_getWhatTheyAskFor_besideEightGreedyOnes() throws Exception {
        startNetwork();
        List<Sae> greedy = saes(0, GREEDY);
        List<Sae> modest = saes(GREEDY, MODEST);
        String uri = "https://localhost:" + ports + "/api/v1/keys/slave/enc_keys";
        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> modest.get(0).client.get(uri).statusCode() == 200);

        greedy.forEach(sae -> IntStream.range(0, AT_ONCE)
                .forEach(i -> threads.execute(() -> {
                    while (!over) {
                        sae.ask(uri);
                    }
                })));
        // The stock of before is used up when more is asked for than comes.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> greedy.stream().anyMatch(sae -> sae.asked.get() > AT_ONCE + sae.got.get()));
        greedy.forEach(Sae::forget);
        for (int i = 0; i < SECONDS * ASKS_PER_SECOND; i++) {
            modest.forEach(sae -> threads.execute(() -> sae.ask(uri)));
            TimeUnit.MILLISECONDS.sleep(1000 / ASKS_PER_SECOND);
        }
        over = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();

        List<Double> satisfied = modest.stream().map(Sae::satisfaction).toList();
        List<Double> shares = greedy.stream().map(sae -> (double) sae.got.get()).toList();
        String figures = String.format(
                Locale.ROOT,
                "modest: %s of what they asked for, Jain's index %.4f; greedy: %.0f keys of %d asked for, Jain's index %.4f",
                satisfied,
                jain(satisfied),
                shares.stream().mapToDouble(Double::doubleValue).sum(),
                greedy.stream().mapToInt(sae -> sae.asked.get()).sum(),
                jain(shares));
        System.out.println(figures);
        assertThat(jain(satisfied)).as(figures).isGreaterThan(0.9);
        assertThat(satisfied).as(figures).allMatch(share -> share > 0.9);
        assertThat(jain(shares)).as(figures).isGreaterThan(0.9);
    }

    private List<Sae> saes(int first, int number) {
        return IntStream.range(first, first + number)
                .mapToObj(i -> new Sae(TestClient.tls(
                        certificates.sae("sae-" + i), certificates.authorities(), Version.HTTP_2, "TLSv1.3")))
                .toList();
    }

    private static double jain(List<Double> values) {
        double sum = values.stream().mapToDouble(Double::doubleValue).sum();
        return sum
                * sum
                / (values.size() * values.stream().mapToDouble(x -> x * x).sum());
    }

    private void startNetwork() throws IOException {
        certificates = new TestCertificates(folder.resolve("certs"));
        Stream.of("tn-1", "tn-2").forEach(certificates::node);
        Stream.of("kme-1", "kme-2").forEach(certificates::kme);
        start("kme-sim", """
                simulator: true
                management: 127.0.0.1:%d
                data: %s
                ca: %s
                keys: {min_size: 64, max_size: 1024, default_size: 256, max_per_request: 50}
                pairs:
                  - rate: %d
                    capacity: %d
                    kmes:
                      - {id: kme-1, listen: "127.0.0.1:%d", certificate: %s, key: %s, sae: tn-1}
                      - {id: kme-2, listen: "127.0.0.1:%d", certificate: %s, key: %s, sae: tn-2}
                """.formatted(
                        ports + 6,
                        folder.resolve("kme-sim"),
                        certificates.ca(),
                        BITS_PER_SECOND,
                        BITS_PER_SECOND,
                        ports + 4,
                        certificates.certificate("kme-1"),
                        certificates.key("kme-1"),
                        ports + 5,
                        certificates.certificate("kme-2"),
                        certificates.key("kme-2")));
        String masters = IntStream.range(0, GREEDY + MODEST)
                .mapToObj(i -> "  - {id: sae-" + i + "}")
                .collect(Collectors.joining("\n"));
        startNode(1, 2, masters);
        startNode(2, 1, "  - {id: slave}");
    }

    private void startNode(int number, int other, String saes) throws IOException {
        String id = "tn-" + number;
        start("node", """
                id: %s
                listen: 127.0.0.1:%d
                management: 127.0.0.1:%d
                tls: {certificate: %s, key: %s, ca: %s}
                data: %s
                saes:
                %s
                pairs: any
                link_keys: {floor_bits: 16384, capacity_bits: 32768}
                neighbours:
                  - id: tn-%d
                    url: https://localhost:%d
                    kmes:
                      - {id: kme-%d, peer: kme-%d, url: "https://localhost:%d"}
                """.formatted(
                        id,
                        ports + number - 1,
                        ports + number + 1,
                        certificates.certificate(id),
                        certificates.key(id),
                        certificates.ca(),
                        folder.resolve(id),
                        saes,
                        other,
                        ports + other - 1,
                        number,
                        other,
                        ports + 3 + number));
    }

    private void start(String command, String config) throws IOException {
        Path file = folder.resolve(command + processes.size() + ".yaml");
        Files.writeString(file, config);
        processes.add(new ProcessBuilder("./qkd-mesh", command, "--config", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(file.getFileName() + ".log").toFile())
                .start());
    }
}
