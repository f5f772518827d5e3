package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.StoreTransaction;

/**
 * The notices that this node owes, from its disk, until the other end has acknowledged them or their keys have expired.
 * What is owed to one node about one SAE pair goes as one signed notice. Safe for use by several threads.
 */
public final class Outbox {

    private static final int ROWS_PER_NODE = 1024;
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 4_000;

    /**
     * A signed notice ready to go.
     *
     * @param way that it goes
     * @param rows the rows of the outbox that it covers
     */
    public record Parcel(NodePath way, String signedNotice, List<UUID> rows) {

        public NodeId to() {
            return way.egress();
        }

        /** Whom to hand it to. */
        public NodeId neighbour() {
            return way.node(1);
        }
    }

    private record Subject(NodeId to, NoticeType type, SaePair pair) {}

    private record Pause(long untilMillis, long lengthMillis) {}

    private final NodeId self;
    private final NodeStore store;
    private final Courier courier;
    private final NodeSigner signer;
    private final NodeVerifier verifier;
    private final NodeClock clock;
    private final Map<NodeId, Pause> pauses = new ConcurrentHashMap<>();

    public Outbox(
            NodeId self, NodeStore store, Courier courier, NodeSigner signer, NodeVerifier verifier, NodeClock clock) {
        this.self = self;
        this.store = store;
        this.courier = courier;
        this.signer = signer;
        this.verifier = verifier;
        this.clock = clock;
    }

    /**
     * What can be sent now: owed to nodes that there is a path to and that did not fail a moment ago. To a node that
     * failed the last time goes the oldest notice of each type, to see whether it is back: one that has no room for voids
     * still takes what was delivered.
     */
    public List<Parcel> due() {
        Map<NodeId, NodePath> ways = new LinkedHashMap<>();
        for (NodeId node : store.transact(StoreTransaction::nodesOwed)) {
            if (!isPaused(node)) {
                courier.way(node).ifPresent(way -> ways.put(node, way));
            }
        }
        if (ways.isEmpty()) {
            return List.of();
        }
        List<Parcel> parcels = new ArrayList<>();
        store
                .transact(tx -> ways.keySet().stream()
                        .flatMap(node -> toTry(node, tx.notices(node, ROWS_PER_NODE)))
                        .toList())
                .stream()
                .collect(Collectors.groupingBy(
                        row -> new Subject(row.to(), row.type(), row.pair()), LinkedHashMap::new, Collectors.toList()))
                .forEach((subject, rows) -> pack(subject, rows, ways.get(subject.to()), parcels));
        return parcels;
    }

    private Stream<OutboxNotice> toTry(NodeId node, List<OutboxNotice> rows) {
        if (!pauses.containsKey(node)) {
            return rows.stream();
        }
        return Arrays.stream(NoticeType.values())
                .flatMap(type -> rows.stream().filter(row -> row.type() == type).limit(1));
    }

    private void pack(Subject subject, List<OutboxNotice> rows, NodePath way, List<Parcel> parcels) {
        List<OutboxNotice> batch = new ArrayList<>();
        int ids = 0;
        for (OutboxNotice row : rows) {
            if (ids + row.keyIds().size() > Notice.MAX_KEYS) {
                parcels.add(parcel(subject, batch, way));
                batch = new ArrayList<>();
                ids = 0;
            }
            batch.add(row);
            ids += row.keyIds().size();
        }
        parcels.add(parcel(subject, batch, way));
    }

    private Parcel parcel(Subject subject, List<OutboxNotice> rows, NodePath way) {
        List<KeyId> ids =
                rows.stream().flatMap(row -> row.keyIds().stream()).distinct().toList();
        long lastExpiry = rows.stream().mapToLong(OutboxNotice::expiresAt).max().orElseThrow();
        long secondsLeft = Math.max(0, (lastExpiry - store.age()) / 1000 + 1);
        Notice notice =
                new Notice(rows.get(0).id(), subject.type(), self, subject.to(), subject.pair(), ids, secondsLeft);
        String signed = signer.sign(Notice.STATEMENT, NoticeCodec.encode(notice));
        return new Parcel(way, signed, rows.stream().map(OutboxNotice::id).toList());
    }

    private boolean isPaused(NodeId node) {
        Pause pause = pauses.get(node);
        return pause != null && clock.monotonicMillis() < pause.untilMillis();
    }

    /**
     * What came of sending a parcel.
     *
     * @param acknowledgement the answer, if there was one; only a valid one settles the debt
     */
    public void answered(Parcel parcel, Optional<String> acknowledgement) {
        boolean settled = acknowledgement
                .filter(text -> NoticeAck.isValid(verifier, parcel.to(), parcel.signedNotice(), text))
                .isPresent();
        courier.answered(parcel.way(), settled);
        if (!settled) {
            pauses.compute(parcel.to(), (node, before) -> {
                long length =
                        before == null ? FIRST_PAUSE_MILLIS : Math.min(LONGEST_PAUSE_MILLIS, 2 * before.lengthMillis());
                return new Pause(clock.monotonicMillis() + length, length);
            });
            return;
        }
        pauses.remove(parcel.to());
        store.transact(DurableStep.NOTICE_SETTLED, tx -> {
            parcel.rows().forEach(tx::removeNotice);
            return null;
        });
    }
}
