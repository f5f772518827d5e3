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

    private static final int ROWS_AT_ONCE = 1024;
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 4_000;

    /**
     * A signed notice ready to go.
     *
     * @param way that it goes
     * @param rows the rows of the outbox that it covers
     */
    public record Parcel(NodePath way, NoticeType type, String signedNotice, List<UUID> rows) {

        public NodeId to() {
            return way.egress();
        }

        /** Whom to hand it to. */
        public NodeId neighbour() {
            return way.node(1);
        }
    }

    private record Subject(NodeId to, NoticeType type, SaePair pair) {}

    /** What is settled or refused together: a node that has no room for voids still takes what was delivered. */
    private record Debt(NodeId to, NoticeType type) {}

    private record Pause(long untilMillis, long lengthMillis) {}

    private final NodeId self;
    private final NodeStore store;
    private final Courier courier;
    private final NodeSigner signer;
    private final NodeVerifier verifier;
    private final NodeClock clock;
    private final Map<Debt, Pause> pauses = new ConcurrentHashMap<>();

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
     * failed the last time goes one notice of the type that failed, to see whether it is back.
     */
    public List<Parcel> due() {
        List<NodeId> owed = store.transact(StoreTransaction::nodesOwed);
        if (owed.isEmpty()) {
            return List.of();
        }
        List<Debt> debts = owed.stream()
                .flatMap(node -> Arrays.stream(NoticeType.values()).map(type -> new Debt(node, type)))
                .filter(debt -> !isPaused(debt))
                .toList();
        Map<NodeId, NodePath> ways = new LinkedHashMap<>();
        debts.stream().map(Debt::to).distinct().forEach(node -> courier.way(node)
                .ifPresent(way -> ways.put(node, way)));
        if (ways.isEmpty()) {
            return List.of();
        }
        List<Parcel> parcels = new ArrayList<>();
        store
                .transact(tx -> debts.stream()
                        .filter(debt -> ways.containsKey(debt.to()))
                        .flatMap(debt ->
                                tx
                                        .notices(debt.to(), debt.type(), pauses.containsKey(debt) ? 1 : ROWS_AT_ONCE)
                                        .stream())
                        .toList())
                .stream()
                .collect(Collectors.groupingBy(
                        row -> new Subject(row.to(), row.type(), row.pair()), LinkedHashMap::new, Collectors.toList()))
                .forEach((subject, rows) -> pack(subject, rows, ways.get(subject.to()), parcels));
        return parcels;
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
        return new Parcel(
                way, subject.type(), signed, rows.stream().map(OutboxNotice::id).toList());
    }

    private boolean isPaused(Debt debt) {
        Pause pause = pauses.get(debt);
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
        Debt debt = new Debt(parcel.to(), parcel.type());
        if (!settled) {
            pauses.compute(debt, (same, before) -> {
                long length =
                        before == null ? FIRST_PAUSE_MILLIS : Math.min(LONGEST_PAUSE_MILLIS, 2 * before.lengthMillis());
                return new Pause(clock.monotonicMillis() + length, length);
            });
            return;
        }
        pauses.remove(debt);
        store.transact(DurableStep.NOTICE_SETTLED, tx -> {
            parcel.rows().forEach(tx::removeNotice);
            return null;
        });
    }
}
