package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.torture.Violation.Rule;

/** What the nodes still hold when all is over, as they say themselves. */
final class Leftovers {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final TortureNetwork network;

    Leftovers(TortureNetwork network) {
        this.network = network;
    }

    /** How many keys the nodes hold together, by state. */
    Map<String, Long> counts() throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        for (String node : network.nodes()) {
            for (JsonNode count : new ManagementClient(network.address(node), PATIENCE)
                    .read("/manage/keys")
                    .path("counts")) {
                counts.merge(count.path("state").asText(), count.path("keys").asLong(), Long::sum);
            }
        }
        return counts;
    }

    /**
     * Waits until no attempt is undecided, no notice owed and no key in want of shares, and no more keys wait than can be explained.
     *
     * @param explained keys that nobody is going to fetch
     */
    List<Violation> check(long explained, Duration patience) throws IOException, InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            Map<String, Long> counts = counts();
            boolean clean = !counts.containsKey("intent")
                    && !counts.containsKey("void")
                    && !counts.containsKey("delivered")
                    && !counts.containsKey("incomplete")
                    && counts.getOrDefault("waiting", 0L) <= explained
                    && counts.getOrDefault("record", 0L) <= explained;
            if (clean) {
                return List.of();
            }
            if (System.nanoTime() > until) {
                return List.of(new Violation(
                        Rule.LEFTOVER,
                        "the nodes still hold " + counts + ", but only " + explained
                                + " keys have nobody to fetch them"));
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    /** Waits until the nodes hold nothing at all. */
    List<Violation> checkEmpty(Duration patience) throws IOException, InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        Map<String, Long> counts = counts();
        while (!counts.isEmpty() && System.nanoTime() < until) {
            TimeUnit.SECONDS.sleep(1);
            counts = counts();
        }
        return counts.isEmpty()
                ? List.of()
                : List.of(new Violation(Rule.LEFTOVER, "after the life of every key the nodes still hold " + counts));
    }
}
