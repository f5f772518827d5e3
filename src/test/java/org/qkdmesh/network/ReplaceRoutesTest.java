package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes that are replaced while keys go through them. */
class ReplaceRoutesTest {

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder).start();
        network.awaitKeys(1, 4);
        network.awaitKeys(4, 1);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void replacedOnAllNodesAtOnceUnderLoad_noRequestFails() throws Exception {
        CamelContext before = network.running(1).camelContext();
        try (SteadyLoad load = new SteadyLoad(network)) {
            await().until(() -> load.delivered() > 10);
            List<CompletableFuture<Void>> nodes = new ArrayList<>();
            for (int i = 1; i <= ExampleNetwork.NODES; i++) {
                int number = i;
                nodes.add(CompletableFuture.runAsync(() -> replaceRoutes(number), task -> new Thread(task).start()));
            }
            nodes.forEach(CompletableFuture::join);
            int until = load.delivered();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.delivered() > until + 20);
            assertThat(load.failures()).isEmpty();
        }
        assertThat(network.running(1).camelContext()).isNotSameAs(before);
        assertThat(before.isStopped()).isTrue();
    }

    private static void replaceRoutes(int number) {
        try {
            network.running(number).replaceRoutes();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }
}
