package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.policy.PairPolicy;

/** Two masters of one node ask for more than its link gives, again as soon as they are answered. */
class PriorityTest {

    private static final int AT_ONCE = 6;

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newFixedThreadPool(2 * AT_ONCE);
    private final AtomicInteger preferred = new AtomicInteger();
    private final AtomicInteger other = new AtomicInteger();
    private volatile boolean over;
    private ExampleNetwork network;

    @BeforeEach
    void start() throws Exception {
        PairPolicy any = PairPolicy.UNLIMITED;
        network = new ExampleNetwork(folder, new ExampleNetwork.Link(1, 2, 20_000))
                .withPolicy("sae-1", "sae-2", new PairPolicy(any.bounds(), any.rates(), 4, any.seal(), any.paths()))
                .start();
        network.awaitKeys(1, 2);
    }

    @AfterEach
    void stop() throws InterruptedException {
        over = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        network.close();
    }

    @Test
    void pairWithAPriority_hasThatManyTimesAsMuch_ofALinkThatIsShortOfKeys() {
        // What is in stock goes first: so many keys do not come in while a request may wait.
        await().atMost(Duration.ofMinutes(1)).until(() -> encKeys("sae-1", 100) == 503);
        for (int i = 0; i < AT_ONCE; i++) {
            threads.execute(() -> ask("sae-1", preferred));
            threads.execute(() -> ask("sae-1b", other));
        }
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            preferred.set(0);
            other.set(0);
            await().atMost(Duration.ofMinutes(1)).until(() -> preferred.get() + other.get() >= 40);
            return preferred.get() >= 2.5 * other.get();
        });
    }

    private void ask(String master, AtomicInteger got) {
        while (!over) {
            if (encKeys(master, 1) == 200) {
                got.incrementAndGet();
            }
        }
    }

    private int encKeys(String master, int number) {
        return network.as(master)
                .get(network.api(1) + "sae-2/enc_keys?size=1024&number=" + number)
                .statusCode();
    }
}
