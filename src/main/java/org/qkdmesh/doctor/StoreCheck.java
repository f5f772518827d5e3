package org.qkdmesh.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreInspection;

/** The key store: of a node that runs by what it says, of one that does not by opening it. */
final class StoreCheck implements Check {

    private static final Duration SLOW = Duration.ofMillis(50);

    private final NodeId node;
    private final Path data;
    private final NodeState state;

    StoreCheck(NodeId node, Path data, NodeState state) {
        this.node = node;
        this.data = data;
        this.state = state;
    }

    @Override
    public String title() {
        return "store";
    }

    @Override
    public List<Finding> run() {
        return state.runs() ? asked() : opened();
    }

    private List<Finding> asked() {
        for (JsonNode check : state.said().path("checks")) {
            if (check.path("name").asText().equals("store")) {
                return check.path("status").asText().equals("UP")
                        ? counted()
                        : List.of(trouble(check.path("reason").asText("it is not well")));
            }
        }
        return List.of(Finding.ok("in use by the running node, which says nothing against it"));
    }

    static String rowsInWords(long rows) {
        return rows == 1 ? "1 row" : rows + " rows";
    }

    /** What the running node has counted since its start. */
    private List<Finding> counted() {
        List<Finding> findings = new ArrayList<>();
        OptionalDouble rows = state.metric("qkd_store_rows");
        findings.add(Finding.ok("the running node reads and writes it"
                + (rows.isPresent() ? ", " + rowsInWords((long) rows.getAsDouble()) : "")));
        OptionalDouble seconds = state.metric("qkd_store_commit_seconds_sum");
        OptionalDouble commits = state.metric("qkd_store_commit_seconds_count");
        if (seconds.isPresent() && commits.orElse(0) > 0) {
            findings.add(commit(Duration.ofNanos((long) (1e9 * seconds.getAsDouble() / commits.getAsDouble()))));
        }
        return findings;
    }

    private static Finding commit(Duration time) {
        String text = "a commit takes " + millis(time) + " ms";
        return time.compareTo(SLOW) < 0
                ? Finding.ok(text)
                : Finding.warn(
                        text + ", and every key waits for two",
                        "Move the data directory to a faster disk, best an SSD with a protected write cache.");
    }

    private List<Finding> opened() {
        if (!Files.isDirectory(data)) {
            return List.of(willBeMade());
        }
        try {
            Optional<StoreInspection> store = StoreInspection.of(data);
            return store.isEmpty()
                    ? List.of(Finding.ok("there is none in " + data + " yet: made at the first start"))
                    : judged(store.get());
        } catch (StoreFailure e) {
            return List.of(trouble(e.getMessage()));
        }
    }

    private Finding willBeMade() {
        Path parent = data.toAbsolutePath();
        while (!Files.exists(parent)) {
            parent = parent.getParent();
        }
        return Files.isWritable(parent)
                ? Finding.ok(data + " is not there yet: made at the first start")
                : Finding.fail(
                        data + " is not there, and this user may not make it in " + parent,
                        "Make it for the node's user: install -d -m 700 -o USER " + data);
    }

    private List<Finding> judged(StoreInspection store) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("opens, with its key " + data.resolve("kek")));
        store.node()
                .filter(owner -> !owner.equals(node.text()))
                .ifPresent(owner -> findings.add(Finding.fail(
                        "is the store of node " + owner + ", and " + node + " does not start on it",
                        "Name the data directory of " + node
                                + " in its configuration (data), or move this one away.")));
        findings.add(
                store.damage().isEmpty()
                        ? Finding.ok("is whole: "
                                + new TreeMap<>(store.rows())
                                        .entrySet().stream()
                                                .map(table -> table.getValue() + " in " + table.getKey())
                                                .collect(Collectors.joining(", ")))
                        : Finding.fail(
                                "is damaged: " + String.join("; ", store.damage()),
                                "Look after the disk first. Then move " + data
                                        + " away, to begin with an empty store: keys that"
                                        + " were not fetched yet are lost."));
        if (store.unreadable() > 0) {
            findings.add(Finding.warn(
                    "the seal of " + store.unreadable() + " stored keys does not open",
                    "They are never given to anybody: each is removed, with an alarm, when its slave asks for it."));
        }
        findings.add(commit(StoreInspection.commitTime(data)));
        return findings;
    }

    private Finding trouble(String why) {
        if (why.contains("in use by another process")) {
            return Finding.fail(
                            why + ", although nothing answers at the management address",
                            "A node that hangs, or one that was started with another file, has it: end that one.")
                    .next("fuser -v " + data.resolve("store.db"));
        }
        if (why.contains("disk is full")) {
            return Finding.fail(why, "Make room: no key can be stored until then.")
                    .next("df -h " + data);
        }
        if (why.contains("expected 0600")) {
            return Finding.fail(why, "Narrow it; the store does not open before.")
                    .next("chmod 600 " + data.resolve("kek"));
        }
        return Finding.fail(
                        why,
                        "See who owns the files, and whether the disk is well; docs/operating/back-up.md says what"
                                + " belongs together.")
                .next("ls -l " + data);
    }

    private static String millis(Duration time) {
        return String.format(Locale.ROOT, "%.1f", time.toNanos() / 1e6);
    }
}
