package org.qkdmesh.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;

/** What the entries of {@code pairs} have to do with each other, and with what the node gives at most. */
final class PairChecks {

    private final Section keys;
    private final int nodeMin;
    private final int nodeMax;

    PairChecks(Section keys) {
        this.keys = keys;
        this.nodeMin = keys.number("min_size").orElse(KeyChecks.MIN_SIZE);
        this.nodeMax = keys.number("max_size").orElse(KeyChecks.MAX_SIZE);
    }

    void check(List<Section> pairs) {
        Map<PairPolicies.Entry, Section> exact = new HashMap<>();
        List<Map.Entry<PairPolicies.Entry, Section>> patterns = new ArrayList<>();
        for (Section pair : pairs) {
            NodeConfigReader.pairs(pair, PairPolicy.UNLIMITED).ifPresent(entry -> {
                names(pair, entry);
                Optional.ofNullable(exact.get(entry))
                        .or(() -> patterns.stream()
                                .filter(earlier -> earlier.getKey().covers(entry))
                                .map(Map.Entry::getValue)
                                .findFirst())
                        .ifPresent(earlier -> pair.mistake(
                                "master",
                                "this entry is never used, " + earlier.full("master")
                                        + " comes first and covers it: put it before that one, or leave it out"));
                if (entry.isExact()) {
                    exact.putIfAbsent(entry, pair);
                } else {
                    patterns.add(Map.entry(entry, pair));
                }
            });
            sizes(pair);
            atMost(pair, "max_per_request", keys.number("max_per_request").orElse(NodeConfigReader.MAX_PER_REQUEST));
            atMost(pair, "max_count", keys.number("max_count").orElse(NodeConfigReader.MAX_COUNT));
        }
    }

    private static void names(Section pair, PairPolicies.Entry entry) {
        if (entry.isExact() && entry.master().equals(entry.slave())) {
            pair.mistake("slave", "expected another SAE than the master");
        }
    }

    private void sizes(Section pair) {
        within(pair, "min_size");
        within(pair, "max_size");
        int max = pair.number("max_size").orElse(nodeMax);
        pair.number("min_size")
                .filter(min -> min > max && min <= nodeMax)
                .ifPresent(min -> pair.mistake("min_size", "expected max_size (" + max + ") or less, found " + min));
    }

    private void within(Section pair, String key) {
        pair.number(key)
                .filter(bits -> bits < nodeMin || bits > nodeMax)
                .ifPresent(bits -> pair.mistake(
                        key,
                        "expected " + keys.full("min_size") + " (" + nodeMin + ") to " + keys.full("max_size") + " ("
                                + nodeMax + "), found " + bits));
    }

    private void atMost(Section pair, String key, int most) {
        pair.number(key)
                .filter(number -> number > most)
                .ifPresent(number ->
                        pair.mistake(key, "expected " + keys.full(key) + " (" + most + ") or less, found " + number));
    }
}
