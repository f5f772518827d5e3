package org.qkdmesh.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** SAEs at both ends of the line that ask for keys and fetch them, one after the other, and put up with no failure. */
final class SteadyLoad implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ExampleNetwork network;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<CompletableFuture<Void>> clients = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger delivered = new AtomicInteger();
    private volatile boolean over;

    SteadyLoad(ExampleNetwork network) {
        this.network = network;
        for (int client = 0; client < 2; client++) {
            clients.add(CompletableFuture.runAsync(() -> run(1, ExampleNetwork.NODES), threads));
            clients.add(CompletableFuture.runAsync(() -> run(ExampleNetwork.NODES, 1), threads));
        }
    }

    private void run(int from, int to) {
        String master = ExampleNetwork.sae(from);
        String slave = ExampleNetwork.sae(to);
        while (!over) {
            HttpResponse<String> given = network.as(master).get(network.api(from) + slave + "/enc_keys");
            if (given.statusCode() != 200) {
                failures.add("enc_keys " + given.statusCode() + " " + given.body());
                continue;
            }
            String id = id(given.body());
            HttpResponse<String> fetched = network.as(slave).get(network.api(to) + master + "/dec_keys?key_ID=" + id);
            if (!fetched.body().equals(given.body())) {
                failures.add("dec_keys " + fetched.statusCode() + " " + fetched.body());
            }
            delivered.incrementAndGet();
        }
    }

    private static String id(String container) {
        try {
            return JSON.readTree(container).at("/keys/0/key_ID").asText();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(container, e);
        }
    }

    /** Keys that both ends have, until now. */
    int delivered() {
        return delivered.get();
    }

    /** What went wrong until now. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Ends when the last requests are answered; fails when a client failed. */
    @Override
    public void close() {
        over = true;
        clients.forEach(CompletableFuture::join);
        threads.shutdown();
    }
}
