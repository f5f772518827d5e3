package org.qkdmesh.node;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.NeighbourState;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.LinkState;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.node.processors.HousekeepingProcessors;
import org.qkdmesh.routing.EdgeStandings;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.Tally;

/**
 * What the metrics say of the state of a node: links, KMEs, mesh, store, certificates, disk. Looked at when somebody asks
 * for the metrics, and then once, so that the numbers of one answer fit together. Nothing here waits for the store.
 */
final class NodeMeters {

    /** Bits of key. Prometheus takes plain bits for a measure of memory, which it wants in bytes. */
    private static final String KEY_BITS = "keybits";

    private final PrometheusMeterRegistry meters;
    private final Supplier<Collection<LinkKeys>> links;
    private final Discovery discovery;
    private final HousekeepingProcessors housekeeping;

    private final MultiGauge stock;
    private final MultiGauge available;
    private final MultiGauge demand;
    private final MultiGauge refill;
    private final MultiGauge untilEmpty;
    private final MultiGauge missed;
    private final MultiGauge unconfirmed;
    private final MultiGauge grants;
    private final MultiGauge granted;
    private final MultiGauge neighbourUp;
    private final MultiGauge kmeUp;
    private final MultiGauge kmeStoredKeys;
    private final MultiGauge rows;
    private final MultiGauge breakers;
    private final Supplier<CircuitBreakerRegistry> breakerRegistry;

    private volatile Topology topology;

    NodeMeters(
            PrometheusMeterRegistry meters,
            Supplier<Collection<LinkKeys>> links,
            Discovery discovery,
            HousekeepingProcessors housekeeping,
            EdgeStandings standings,
            Supplier<Identities> identities,
            NodeClock clock,
            Supplier<Double> diskFreeBytes,
            Supplier<CircuitBreakerRegistry> breakerRegistry) {
        this.meters = meters;
        this.links = links;
        this.discovery = discovery;
        this.housekeeping = housekeeping;
        this.breakerRegistry = breakerRegistry;
        this.topology = discovery.topology();
        stock = gauges(
                "qkd.link.stock",
                KEY_BITS,
                "Link keys that messages can still use, by direction (ours: sent by this node) and KME pair");
        available = gauges(
                "qkd.link.available",
                KEY_BITS,
                "What messages can use of a link: the stock of all KME pairs, or of the poorest where they are combined");
        demand = gauges(
                "qkd.link.demand", KEY_BITS + "_per_second", "Link keys that messages used, mean of the last minute");
        refill = gauges("qkd.link.refill", KEY_BITS + "_per_second", "Link keys that came in, mean of the last minute");
        untilEmpty = gauges(
                "qkd.link.until.empty",
                "seconds",
                "When the stock is used up if demand and refill stay as they are; +Inf when refill keeps up");
        missed = gauges(
                "qkd.link.missed",
                KEY_BITS + "_per_second",
                "Link keys that messages asked for and did not find, mean of the last minute");
        unconfirmed =
                gauges("qkd.link.unconfirmed", KEY_BITS, "Link keys fetched that the neighbour has not confirmed yet");
        grants = gauges(
                "qkd.link.grants",
                null,
                "Grants of link keys since the start, given to the neighbour and taken from it");
        granted = gauges(
                "qkd.link.granted",
                KEY_BITS,
                "Link keys that changed their owner since the start, given to the neighbour and taken from it");
        neighbourUp = gauges("qkd.neighbour.up", null, "1 when the neighbour answers, 0 when it does not");
        kmeUp = gauges("qkd.kme.up", null, "1 when the own KME of a link gives usable keys, 0 when it does not");
        kmeStoredKeys = gauges(
                "qkd.kme.stored.keys", null, "Keys that the own KME of a link said that it has, when last asked");
        breakers = gauges(
                "qkd.breaker.open",
                null,
                "1 while a neighbour is left alone, 0.5 while it is tried again, 0 when messages go to it as usual");
        rows = gauges("qkd.store.rows", null, "Rows in the key store by kind, looked at every few seconds");
        gauge(
                "qkd.outbox.notices",
                null,
                "Notices owed to other nodes",
                () -> count(Tally.Kind.VOID, Tally.Kind.DELIVERED));
        gauge(
                "qkd.outbox.oldest",
                "seconds",
                "Age of the oldest notice that is owed; 0 when none is",
                housekeeping::oldestNoticeSeconds);
        gauge("qkd.adverts", null, "Adverts that are believed now, the own one included", () ->
                (double) discovery.adverts().size());
        gauge("qkd.mesh.nodes", null, "Nodes that usable links lead to or from, this one included", this::nodes);
        gauge("qkd.mesh.links", null, "Usable links, each direction counted", () ->
                (double) topology.links().size());
        gauge(
                "qkd.mesh.links.avoided",
                null,
                "Links, each direction counted, that are left out of paths since keys did not arrive over them",
                () -> (double) standings.avoided().size());
        gauge("qkd.mesh.saes", null, "SAEs whose node is known", () ->
                (double) topology.homes().size());
        certificate("own", () -> List.of(identities.get().own().certificate()), clock);
        certificate("ca", () -> identities.get().authorities(), clock);
        Gauge.builder("qkd.node.info", () -> 1)
                .description("Which node this is")
                .tags("node", discovery.topology().self().text(), "version", version())
                .register(meters);
        gauge("qkd.disk.free", BaseUnits.BYTES, "Space left where the node keeps its data", diskFreeBytes);
    }

    /** The metrics in Prometheus' text form. */
    synchronized String scrape() {
        topology = discovery.topology();
        List<LinkState> states = links.get().stream().map(LinkKeys::state).toList();
        stock.register(directions(states, LinkState.Direction::stockBits), true);
        available.register(perDirection(states, LinkState.Direction::stockBits), true);
        demand.register(directions(states, LinkState.Direction::demandBitsPerSecond), true);
        refill.register(directions(states, LinkState.Direction::refillBitsPerSecond), true);
        untilEmpty.register(perDirection(states, LinkState.Direction::secondsUntilEmpty), true);
        missed.register(perLink(states, LinkState::missedBitsPerSecond), true);
        unconfirmed.register(perLink(states, LinkState::unconfirmedBits), true);
        grants.register(grants(states, LinkState.Grants::count), true);
        granted.register(grants(states, LinkState.Grants::bits), true);
        Map<NodeId, Boolean> up =
                discovery.neighbours().stream().collect(Collectors.toMap(NeighbourState::id, NeighbourState::up));
        neighbourUp.register(perLink(states, state -> up.getOrDefault(state.neighbour(), false) ? 1 : 0), true);
        kmeUp.register(perPair(states, pair -> pair.trouble().isEmpty() ? 1 : 0), true);
        kmeStoredKeys.register(
                perPair(states, pair -> pair.kme()
                        .map(KmeClient.Status::storedKeys)
                        .map(Integer::doubleValue)
                        .orElse(Double.NaN)),
                true);
        breakers.register(breakers(states), true);
        rows.register(
                Arrays.stream(Tally.Kind.values())
                        .<Row<?>>map(kind ->
                                Row.of(Tags.of("kind", kind.name().toLowerCase(java.util.Locale.ROOT)), count(kind)))
                        .toList(),
                true);
        return meters.scrape();
    }

    /** Of a neighbour whose breaker was taken out of the routes, or is called otherwise there, nothing is known. */
    private List<Row<?>> breakers(List<LinkState> states) {
        CircuitBreakerRegistry registry = breakerRegistry.get();
        List<Row<?>> found = new ArrayList<>();
        for (LinkState state : states) {
            registry.find(NodeRoutes.breaker(state.neighbour()))
                    .ifPresent(breaker -> found.add(Row.of(tags(state), open(breaker.getState()))));
        }
        return found;
    }

    private static double open(CircuitBreaker.State state) {
        return switch (state) {
            case OPEN, FORCED_OPEN -> 1;
            case HALF_OPEN -> 0.5;
            case CLOSED, DISABLED, METRICS_ONLY -> 0;
        };
    }

    private static List<Row<?>> directions(List<LinkState> states, ToDoubleFunction<LinkState.Direction> value) {
        List<Row<?>> found = new ArrayList<>();
        for (LinkState state : states) {
            for (LinkState.Pair pair : state.pairs()) {
                found.add(Row.of(tags(state, pair).and("direction", "ours"), value.applyAsDouble(pair.ours())));
                found.add(Row.of(tags(state, pair).and("direction", "theirs"), value.applyAsDouble(pair.theirs())));
            }
        }
        return found;
    }

    /** Of all pairs of a link together. */
    private static List<Row<?>> perDirection(List<LinkState> states, ToDoubleFunction<LinkState.Direction> value) {
        List<Row<?>> found = new ArrayList<>();
        for (LinkState state : states) {
            found.add(Row.of(tags(state).and("direction", "ours"), value.applyAsDouble(state.ours())));
            found.add(Row.of(tags(state).and("direction", "theirs"), value.applyAsDouble(state.theirs())));
        }
        return found;
    }

    private static List<Row<?>> grants(List<LinkState> states, ToDoubleFunction<LinkState.Grants> value) {
        List<Row<?>> found = new ArrayList<>();
        for (LinkState state : states) {
            found.add(Row.of(tags(state).and("what", "given"), value.applyAsDouble(state.given())));
            found.add(Row.of(tags(state).and("what", "taken"), value.applyAsDouble(state.taken())));
        }
        return found;
    }

    private static List<Row<?>> perLink(List<LinkState> states, ToDoubleFunction<LinkState> value) {
        return states.stream()
                .<Row<?>>map(state -> Row.of(tags(state), value.applyAsDouble(state)))
                .toList();
    }

    private static List<Row<?>> perPair(List<LinkState> states, ToDoubleFunction<LinkState.Pair> value) {
        List<Row<?>> found = new ArrayList<>();
        for (LinkState state : states) {
            state.pairs().forEach(pair -> found.add(Row.of(tags(state, pair), value.applyAsDouble(pair))));
        }
        return found;
    }

    private static Tags tags(LinkState state) {
        return Tags.of("neighbour", state.neighbour().text());
    }

    private static Tags tags(LinkState state, LinkState.Pair pair) {
        return tags(state)
                .and(
                        "kme",
                        pair.kmes().own().text(),
                        "peer_kme",
                        pair.kmes().far().text());
    }

    private double count(Tally.Kind... kinds) {
        List<Tally.Kind> counted = List.of(kinds);
        return housekeeping.tallies().stream()
                .filter(tally -> counted.contains(tally.kind()))
                .mapToInt(Tally::rows)
                .sum();
    }

    private double nodes() {
        return Math.max(1, topology.edges().stream().map(Edge::from).distinct().count());
    }

    private void certificate(String whose, Supplier<List<X509Certificate>> certificates, NodeClock clock) {
        Gauge.builder(
                        "qkd.certificate.left",
                        () -> (double) firstEnd(certificates.get())
                                - clock.wall().getEpochSecond())
                .description("Time until the first of these certificates ends (own, ca: the authorities)")
                .baseUnit("seconds")
                .tag("certificate", whose)
                .strongReference(true)
                .register(meters);
    }

    private static long firstEnd(List<X509Certificate> certificates) {
        return certificates.stream()
                .mapToLong(certificate -> certificate.getNotAfter().toInstant().getEpochSecond())
                .min()
                .orElseThrow();
    }

    private static String version() {
        return Optional.ofNullable(NodeMeters.class.getPackage().getImplementationVersion())
                .orElse("unknown");
    }

    private void gauge(String name, String unit, String meaning, Supplier<Double> value) {
        Gauge.builder(name, value::get)
                .description(meaning)
                .baseUnit(unit)
                .strongReference(true)
                .register(meters);
    }

    private MultiGauge gauges(String name, String unit, String meaning) {
        return MultiGauge.builder(name).description(meaning).baseUnit(unit).register(meters);
    }
}
