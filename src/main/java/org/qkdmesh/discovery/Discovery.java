package org.qkdmesh.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoredKey;

/**
 * What this node knows of the mesh, and the steps by which it learns and tells.
 *
 * <p>Somebody else carries the messages: {@link #tick} names the neighbours that an exchange is due with; for each of
 * them {@link #request} gives what to send, and {@link #answered} or {@link #failed} must follow. What a neighbour sends
 * goes to {@link #received}. No step waits for the network; those that learn something wait for the store. A step that
 * fails with {@link StoreFailure} has changed nothing in memory and can be tried again.
 *
 * <p>Safe for use by several threads; {@link #topology} and {@link #mayServe} never wait.
 */
public final class Discovery {

    /** How much of adverts goes into one exchange; what does not fit follows in the next. */
    private static final int CHARS_PER_EXCHANGE = 512 * 1024;

    private final NodeId self;
    /** Replaced as a whole. */
    private volatile Map<NodeId, Neighbour> neighbours = Map.of();

    private final NodeClock clock;
    private final NodeStore store;
    private final EventLog events;
    private final ToLongFunction<NodeId> availableBytes;

    private final long startedAt;

    private final ReentrantLock lock = new ReentrantLock();
    private final AdvertReader reader;
    private final AdvertBook book;
    private final MeshKnowledge knowledge;
    private final StartGate gate;
    private final OwnAdvert own;
    private final MeshView view;
    private final FirstComparison comparison;

    private List<Advert.Link> ownLinks = List.of();
    private boolean changed = true;
    private boolean transit = true;

    /**
     * @param availableBytes how many bytes of link key this node has in stock for sending to a neighbour; asked often,
     *     so it must not wait or call back
     * @param noticeIds random ids
     * @throws StoreFailure when the store does not tell what it remembers
     */
    public Discovery(
            DiscoverySettings settings,
            NodeClock clock,
            NodeStore store,
            NodeSigner signer,
            NodeVerifier verifier,
            EventLog events,
            ToLongFunction<NodeId> availableBytes,
            Supplier<UUID> noticeIds) {
        this.self = settings.self();
        this.clock = clock;
        this.startedAt = clock.monotonicMillis();
        this.store = store;
        this.events = events;
        this.availableBytes = availableBytes;
        this.book = new AdvertBook(self, settings.limits().nodes());
        this.reader = new AdvertReader(verifier, clock, events);
        this.knowledge = new MeshKnowledge(settings, clock, store, events, book);
        this.gate = new StartGate(self, store, clock, events, noticeIds);
        this.own = new OwnAdvert(settings, clock, signer, gate);
        this.view = new MeshView(self);
        this.comparison = new FirstComparison(self, knowledge);
        take(settings.neighbours());
        refresh();
    }

    /**
     * Goes by another configuration of this node from now on. What was learnt stays, and so does the standing of the
     * neighbours that are there in both; an exchange with one that is gone may still end.
     */
    public void configure(DiscoverySettings settings) {
        locked(() -> {
            take(settings.neighbours());
            knowledge.configure(settings);
            own.attached(settings.saes());
            changed = true;
            refresh();
            issue();
            return null;
        });
    }

    private void take(List<NodeId> configured) {
        Map<NodeId, Neighbour> next = new LinkedHashMap<>();
        configured.forEach(id -> next.put(id, neighbours.getOrDefault(id, new Neighbour(id, clock.monotonicMicros()))));
        neighbours = Collections.unmodifiableMap(next);
        if (next.isEmpty()) {
            comparison.skip();
            gate.neighbourKnows(0);
        }
    }

    /** The mesh as it is known now; a new object whenever something changed. */
    public Topology topology() {
        return view.topology();
    }

    /** Whether the slave may have this key now; false only for a while after a start. */
    public boolean mayServe(StoredKey key) {
        return gate.mayServe(key);
    }

    /**
     * To be called a few times a second: lets adverts end, issues this node's own when it is due, and opens the gate
     * when nobody answers after a start.
     *
     * @return the neighbours that an exchange is due with now
     */
    public List<NodeId> tick() {
        return locked(() -> {
            changed |= book.dropEnded(clock.monotonicMillis());
            gate.tick();
            refresh();
            issue();
            List<NodeId> due = new ArrayList<>();
            for (Neighbour neighbour : neighbours.values()) {
                if (neighbour.isDue(book, clock.monotonicMillis())) {
                    due.add(neighbour.id());
                }
            }
            return due;
        });
    }

    /** Begins an exchange; {@link #answered} or {@link #failed} must follow. */
    public Exchange request(NodeId neighbour) {
        return locked(() -> {
            Neighbour to = neighbour(neighbour);
            to.begin(clock.monotonicMillis());
            return exchangeFor(to);
        });
    }

    /**
     * The neighbour's answer to {@link #request}: the link is up.
     *
     * @return whether it was down before
     */
    public boolean answered(NodeId neighbour, Exchange answer) {
        Collection<AdvertReader.Genuine> genuine = read(neighbour, answer);
        OptionalLong ofThisNode = believed(neighbour, answer);
        return locked(() -> {
            Neighbour from = neighbours.get(neighbour);
            if (from == null) {
                return false;
            }
            from.ended();
            ofThisNode.ifPresent(gate::neighbourKnows);
            boolean learnt = accept(neighbour, genuine);
            from.knows(answer.known());
            // What it knows and this node refuses stays lacking; that is no reason to ask again and again.
            boolean more = learnt && lacksSomeOf(answer);
            boolean wasUp = from.isUp(clock.monotonicMillis());
            from.succeeded(clock.monotonicMillis(), more, !comparison.isDone());
            if (!wasUp) {
                events.noted("neighbour-up", neighbour.text());
            }
            if (!more) {
                comparison.neighbourToldAll();
            }
            refresh();
            issue();
            return !wasUp;
        });
    }

    /** An exchange, or any other call to the neighbour, did not reach it: the link is down until one succeeds. */
    public void failed(NodeId neighbour) {
        locked(() -> {
            Neighbour to = neighbours.get(neighbour);
            if (to == null) {
                return null;
            }
            if (to.isUp(clock.monotonicMillis())) {
                events.noted("neighbour-down", neighbour.text());
            }
            to.failed();
            refresh();
            return null;
        });
    }

    /**
     * Whether a neighbour may call now: it has something to tell a few times a second at most. To be asked before
     * {@link #received}, and before its request is read.
     */
    public boolean mayCall(NodeId neighbour) {
        Neighbour from = neighbours.get(neighbour);
        boolean may = from == null || locked(() -> from.mayCall(clock.monotonicMicros()));
        if (!may) {
            events.refused(AdvertReader.DOOR, "too_often", neighbour.text());
        }
        return may;
    }

    /**
     * A neighbour calls.
     *
     * @return the answer
     * @throws Refusal (401) when the caller is not a neighbour
     */
    public Exchange received(NodeId neighbour, Exchange request) {
        if (!neighbours.containsKey(neighbour)) {
            events.refused(AdvertReader.DOOR, "not_a_neighbour", neighbour.text());
            throw Refusal.unauthorized("adverts are exchanged with neighbours only");
        }
        Collection<AdvertReader.Genuine> genuine = read(neighbour, request);
        OptionalLong ofThisNode = believed(neighbour, request);
        return locked(() -> {
            Neighbour from = neighbour(neighbour);
            // A request may have been on its way since before the start, so only what is news says something.
            ofThisNode.ifPresent(gate::heardOf);
            accept(neighbour, genuine);
            from.knows(request.known());
            from.called();
            refresh();
            return exchangeFor(from);
        });
    }

    /** A relay was refused for want of link keys on this link; it counts as empty until its sender's next advert. */
    public void shortage(Edge edge) {
        locked(() -> {
            view.shortage(edge);
            changed = true;
            refresh();
            return null;
        });
    }

    /**
     * The operator's word that an SAE does not belong where it was first seen. Another node that claims it gets it.
     *
     * @return whether it was known
     */
    public boolean clear(SaeId sae) {
        return locked(() -> {
            boolean known = knowledge.clear(sae);
            changed |= known;
            refresh();
            return known;
        });
    }

    /** Forgets what was not heard of for seven days; to be called now and then. */
    public void forgetOld() {
        locked(() -> {
            changed |= knowledge.forgetOld();
            refresh();
            return null;
        });
    }

    /**
     * Whether others may send through this node what is for somebody else; told to them with the next advert, within a
     * second. True after a start. What is for this node's own SAEs, or comes from them, is not concerned.
     */
    public void offerTransit(boolean offered) {
        locked(() -> {
            transit = offered;
            return null;
        });
    }

    /** The neighbours, in the order of the configuration, for an operator to look at. */
    public List<NeighbourState> neighbours() {
        return locked(() -> neighbours.values().stream()
                .map(neighbour -> neighbour.state(clock.monotonicMillis()))
                .toList());
    }

    /** The adverts that are believed now, this node's own included, for an operator to look at. */
    public List<Advert> adverts() {
        return locked(book::adverts);
    }

    /**
     * How much is kept of the mesh.
     *
     * @param nodes this one and all others that are kept track of, whether or not they are heard of now
     * @param homes of SAEs that were learnt
     */
    public record Kept(int nodes, int homes) {}

    /** For an operator to compare with the limits. */
    public Kept kept() {
        return locked(() -> new Kept(book.nodes(), knowledge.learntHomes()));
    }

    /** Reads and verifies, without the lock, what may be news; the newest of each node. */
    private Collection<AdvertReader.Genuine> read(NodeId from, Exchange exchange) {
        List<TimedAdvert> unknown = new ArrayList<>(exchange.adverts());
        locked(() -> unknown.removeIf(advert -> book.holds(advert.jws())));
        if (unknown.isEmpty()) {
            return List.of();
        }
        List<AdvertReader.Claim> claims = reader.claims(from, unknown);
        // One of this node's own says something only if it is of a history that this node has lost.
        List<AdvertReader.Claim> worth = locked(() -> knowledge.worthVerifying(
                from,
                claims.stream()
                        .filter(claim -> !claim.isOf(self) || gate.isNews(claim.sequence()))
                        .toList()));
        return reader.verify(from, worth);
    }

    /**
     * What a neighbour knows of this node. What would make this node an old copy, and cost its stored keys, is nothing
     * to take a neighbour's word for: it has to show the advert, which this node alone can have signed.
     *
     * @return empty when it is not to be believed
     */
    private OptionalLong believed(NodeId neighbour, Exchange exchange) {
        long claimed = exchange.highestOf(self);
        if (!locked(() -> gate.isNews(claimed))) {
            return OptionalLong.of(claimed);
        }
        if (reader.sequenceSignedBy(self, exchange.yours()) == claimed) {
            return OptionalLong.of(claimed);
        }
        events.refused(AdvertReader.DOOR, "unproven_sequence", neighbour.text());
        return OptionalLong.empty();
    }

    private boolean accept(NodeId from, Collection<AdvertReader.Genuine> genuine) {
        List<AdvertReader.Genuine> ofOthers = new ArrayList<>();
        for (AdvertReader.Genuine one : genuine) {
            if (one.advert().node().equals(self)) {
                gate.heardOf(one.advert().sequence());
            } else {
                ofOthers.add(one);
            }
        }
        List<NodeId> nodes = knowledge.accept(from, ofOthers);
        nodes.forEach(view::advertised);
        nodes.forEach(this::refuseUnknownLink);
        changed |= !nodes.isEmpty();
        return !nodes.isEmpty();
    }

    /** A link to this node that its configuration does not have leads nowhere, since a link counts when both ends tell of it. */
    private void refuseUnknownLink(NodeId node) {
        boolean claimed = !neighbours.containsKey(node)
                && book.advert(node).stream()
                        .flatMap(advert -> advert.links().stream())
                        .anyMatch(link -> link.up() && link.neighbour().equals(self));
        if (claimed) {
            events.refused(AdvertReader.DOOR, "unknown_link", node.text());
        }
    }

    private boolean lacksSomeOf(Exchange exchange) {
        Map<NodeId, Long> known = book.known();
        return exchange.known().entrySet().stream()
                .anyMatch(entry ->
                        !entry.getKey().equals(self) && entry.getValue() > known.getOrDefault(entry.getKey(), 0L));
    }

    private Exchange exchangeFor(Neighbour to) {
        long now = clock.monotonicMillis();
        // The own advert goes along each time: a neighbour that was started anew remembers only its sequence.
        Set<NodeId> nodes = new LinkedHashSet<>(List.of(self));
        nodes.addAll(to.lacks(book));
        List<TimedAdvert> adverts = new ArrayList<>();
        int chars = 0;
        for (NodeId node : nodes) {
            TimedAdvert advert = book.toSend(node, now).orElse(null);
            if (advert != null && (adverts.isEmpty() || chars + advert.jws().length() <= CHARS_PER_EXCHANGE)) {
                chars += advert.jws().length();
                adverts.add(advert);
                to.offer(node, book.highestOf(node));
            }
        }
        Map<NodeId, Long> known = book.known();
        long highest = book.highestOf(to.id());
        if (highest > 0) {
            known.put(to.id(), highest);
        }
        return new Exchange(adverts, known, book.proofOf(to.id()));
    }

    /** Brings links and snapshot up to date, if anything changed. */
    private void refresh() {
        long now = clock.monotonicMillis();
        List<Advert.Link> links = new ArrayList<>(neighbours.size());
        for (Neighbour neighbour : neighbours.values()) {
            long available = Math.max(0, availableBytes.applyAsLong(neighbour.id()));
            links.add(new Advert.Link(neighbour.id(), neighbour.isUp(now), Long.highestOneBit(available)));
        }
        if (knowsItsLinks()) {
            changed |= comparison.becomesDone(links, now - startedAt < StartGate.PATIENCE_MS);
        }
        if (changed || !links.equals(ownLinks)) {
            ownLinks = List.copyOf(links);
            view.update(ownLinks, knowledge.others(), knowledge.homes(), comparison.isDone(), knowledge.isComplete());
            changed = false;
        }
    }

    /**
     * Until the first own advert, others believe that of the run before. It waits a moment for every neighbour, since one
     * that named only those which answered first would take the other links down for all.
     */
    private boolean knowsItsLinks() {
        if (clock.monotonicMillis() - startedAt >= OwnAdvert.MIN_DISTANCE_MS) {
            return true;
        }
        for (Neighbour neighbour : neighbours.values()) {
            if (!neighbour.wasTried()) {
                return false;
            }
        }
        return true;
    }

    private void issue() {
        if (!knowsItsLinks()) {
            return;
        }
        if (own.issueIfDue(ownLinks, transit, book, store.age())) {
            changed |= view.advertised(self);
            refresh();
        }
    }

    private Neighbour neighbour(NodeId id) {
        Neighbour neighbour = neighbours.get(id);
        if (neighbour == null) {
            throw new IllegalArgumentException(id + " is not a neighbour of this node");
        }
        return neighbour;
    }

    private <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }
}
