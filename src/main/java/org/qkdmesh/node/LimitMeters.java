package org.qkdmesh.node;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.node.processors.HousekeepingProcessors;
import org.qkdmesh.relay.Receiver;
import org.qkdmesh.store.Tally;

/** How full each thing is that others can make grow: 0 when empty, 1 when one more is refused. Nothing here waits. */
record LimitMeters(
        NodeConfig config,
        HousekeepingProcessors housekeeping,
        Receiver receiver,
        Neighbours neighbours,
        Discovery discovery) {

    void register(MeterRegistry meters) {
        NodeConfig.Limits limits = config.limits();
        gauge(
                meters,
                "waiting-keys",
                () -> fullest(EnumSet.of(Tally.Kind.WAITING, Tally.Kind.INCOMPLETE, Tally.Kind.FETCHED), Tally::pair)
                        / config.keys().maxCount());
        gauge(
                meters,
                "notices",
                () -> fullest(EnumSet.of(Tally.Kind.DELIVERED, Tally.Kind.VOID), Tally::node)
                        / limits.noticesPerNode());
        gauge(
                meters,
                "tombstones",
                () -> fullest(EnumSet.of(Tally.Kind.TOMBSTONE), Tally::node) / limits.tombstonesPerNode());
        gauge(meters, "relay-results", receiver::resultsUsed);
        gauge(meters, "held-link-keys", this::heldLinkKeys);
        gauge(meters, "nodes", () -> (double) discovery.kept().nodes() / limits.nodes());
        gauge(meters, "directory", () -> (double) discovery.kept().homes() / limits.directory());
    }

    static void gauge(MeterRegistry meters, String limit, Supplier<Number> used) {
        Gauge.builder("qkd.limit.used", used)
                .description(
                        "How full it is, where it is bounded for each node, pair or link the fullest: 1 when one more"
                                + " is refused")
                .baseUnit("ratio")
                .tag("limit", limit)
                .strongReference(true)
                .register(meters);
    }

    /** The most rows of these kinds that there are for one owner. */
    private double fullest(Set<Tally.Kind> kinds, Function<Tally, Optional<?>> owner) {
        Map<Optional<?>, Integer> rows = housekeeping.tallies().stream()
                .filter(tally -> kinds.contains(tally.kind()))
                .collect(Collectors.groupingBy(owner, Collectors.summingInt(Tally::rows)));
        return rows.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private double heldLinkKeys() {
        return neighbours.all().stream()
                .mapToDouble(link -> link.incoming().heldShare())
                .max()
                .orElse(0);
    }
}
