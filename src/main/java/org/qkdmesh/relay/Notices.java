package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.DurableStep;
import org.qkdmesh.store.KeyOwners;
import org.qkdmesh.store.KeyRecord;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;

/**
 * Acts on notices for this node and passes others on. A notice is believed only from the end that the record or the key
 * names; what is unknown is acknowledged, so that its sender can forget it. Safe for use by several threads.
 */
public final class Notices {

    /** The header that counts down, so that a notice does not wander for ever. */
    public static final String HOPS_LEFT_HEADER = "QKD-Hops-Left";

    private static final String DOOR = "notices";

    private final NodeId self;
    private final NodeStore store;
    private final Courier courier;
    private final NodeSigner signer;
    private final NodeVerifier verifier;
    private final RelayLimits limits;
    private final EventLog events;

    public Notices(
            NodeId self,
            NodeStore store,
            Courier courier,
            NodeSigner signer,
            NodeVerifier verifier,
            RelayLimits limits,
            EventLog events) {
        this.self = self;
        this.store = store;
        this.courier = courier;
        this.signer = signer;
        this.verifier = verifier;
        this.limits = limits;
        this.events = events;
    }

    /**
     * Takes a notice.
     *
     * @param peer the neighbour that handed it over
     * @param hopsLeft how often it may still be passed on
     */
    public Handling receive(NodeId peer, String signedNotice, int hopsLeft) {
        return handle(peer, signedNotice, hopsLeft).counted(events, DOOR, peer);
    }

    private Handling handle(NodeId peer, String signedNotice, int hopsLeft) {
        try {
            NodeVerifier.Signed signed = verifier.verify(Notice.STATEMENT, signedNotice);
            Notice notice = NoticeCodec.decode(signed.payload());
            if (!notice.from().equals(signed.signer())) {
                return Handling.refused(RefusalReason.UNAUTHORIZED, "from: another node has signed this notice");
            }
            if (!notice.to().equals(self)) {
                return courier.passOn(peer, notice.to(), hopsLeft);
            }
            Acted acted = store.transact(DurableStep.NOTICE_TAKEN, tx -> act(tx, notice));
            if (!acted.accepted()) {
                return Handling.refused(RefusalReason.KEY_LIMIT, "too many voids of keys that never came");
            }
            if (acted.foreign() > 0) {
                events.refused(DOOR, "foreign_ids", notice.from().text());
            }
            if (acted.lost() > 0) {
                events.alarm(
                        "keys-destroyed",
                        notice.from() + " has destroyed " + acted.lost() + " keys that were given to "
                                + notice.pair().master() + " here and that "
                                + notice.pair().slave() + " had not fetched");
            }
            return new Handling.Answered(NoticeAck.sign(signer, signedNotice));
        } catch (NodeVerifier.Unreadable e) {
            return Handling.refused(RefusalReason.INVALID, e.getMessage());
        } catch (NodeVerifier.InvalidSignature e) {
            return Handling.refused(RefusalReason.UNAUTHORIZED, e.getMessage());
        } catch (MalformedMessage e) {
            return Handling.refused(RefusalReason.INVALID, e.getMessage());
        } catch (StoreFailure e) {
            return Handling.refused(RefusalReason.STORE_UNAVAILABLE, "the key store does not answer");
        }
    }

    /**
     * @param accepted false, with nothing changed, when there would be too many tombstones
     * @param lost how many keys that a master here was given its slave will never get
     * @param foreign how many keys it names that are there and none of its business: they stay as they are
     */
    private record Acted(boolean accepted, int lost, int foreign) {}

    private Acted act(StoreTransaction tx, Notice notice) {
        return notice.type() == NoticeType.VOID ? actOnVoid(tx, notice) : actOnDelivered(tx, notice);
    }

    /**
     * Removes the keys, for whichever slaves they wait here, and leaves tombstones, so that a late relay message can not
     * bring them back. From the egress, it says that the keys were destroyed where they waited for this slave.
     */
    private Acted actOnVoid(StoreTransaction tx, Notice notice) {
        SaeId slave = notice.pair().slave();
        Set<KeyId> given = notice.keyIds().stream()
                .filter(id -> tx.record(id, slave)
                        .filter(record -> record.egress().equals(notice.from()))
                        .isPresent())
                .collect(Collectors.toSet());
        List<KeyId> unmarked = notice.keyIds().stream()
                .filter(id -> !given.contains(id) && !tx.hasTombstone(notice.from(), id))
                .toList();
        if (tx.countTombstones(notice.from()) + unmarked.size() > limits.maxTombstonesPerNode()) {
            return new Acted(false, 0, 0);
        }
        given.forEach(id -> tx.removeRecord(id, slave));
        long until = tx.now() + notice.secondsLeft() * 1000;
        for (KeyId id : unmarked) {
            tx.putTombstone(notice.from(), id, until);
        }
        int foreign = 0;
        Set<KeyId> voided = new LinkedHashSet<>(given);
        for (KeyId id : notice.keyIds()) {
            Optional<NodeId> ingress = tx.keyOwners(id).map(KeyOwners::ingress);
            if (ingress.filter(notice.from()::equals).isPresent()) {
                tx.removeKey(id);
                voided.add(id);
            } else if (!given.contains(id)
                    && (ingress.filter(node -> !node.equals(self)).isPresent() || isForeign(tx, id, notice))) {
                foreign++;
            }
            if (tx.removeIncompleteKey(notice.from(), id)) {
                voided.add(id);
            }
        }
        if (!voided.isEmpty()) {
            tx.audit(event(AuditEvent.What.VOIDED, notice, voided).with("reason", "by notice"));
        }
        return new Acted(true, given.size(), foreign);
    }

    /** Whether this slave's node is another than the one that tells of the key. */
    private static boolean isForeign(StoreTransaction tx, KeyId id, Notice notice) {
        return tx.record(id, notice.pair().slave())
                .filter(record -> !record.egress().equals(notice.from()))
                .isPresent();
    }

    /** @param ids those that were here: nothing is told of what did not happen */
    private static AuditEvent event(AuditEvent.What what, Notice notice, Collection<KeyId> ids) {
        return AuditEvent.of(what)
                .saes(notice.pair())
                .with("from", notice.from().text())
                .keys(List.copyOf(ids));
    }

    private static Acted actOnDelivered(StoreTransaction tx, Notice notice) {
        SaeId slave = notice.pair().slave();
        int foreign = 0;
        List<KeyId> delivered = new ArrayList<>();
        for (KeyId id : notice.keyIds()) {
            Optional<KeyRecord> record = tx.record(id, slave);
            if (record.isEmpty()) {
                continue;
            }
            if (record.get().egress().equals(notice.from())) {
                tx.removeRecord(id, slave);
                delivered.add(id);
            } else {
                foreign++;
            }
        }
        if (!delivered.isEmpty()) {
            tx.audit(event(AuditEvent.What.DELIVERED, notice, delivered));
        }
        return new Acted(true, 0, foreign);
    }
}
