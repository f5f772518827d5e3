package org.qkdmesh.store;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/**
 * What can be read and written inside a transaction. Valid only while the transaction runs. What has an expiry is not
 * found from that age on. A row that is put replaces the one of the same id, but for keys. Every method throws a
 * {@link StoreFailure} when the store fails; nothing of the transaction is written then.
 */
public interface StoreTransaction {

    /** The age of the store, milliseconds; the same during the whole transaction. */
    long now();

    // Keys that wait for their slaves (egress): one sealed copy for each slave, gone or set aside when the slave has
    // had it.

    /** The slave's copy, its bytes the caller's to erase. One that cannot be read any more is removed, and not found. */
    Optional<StoredKey> key(KeyId id, SaeId slave);

    /** As {@link #key}, but the copy that was set aside when the slave had it. */
    Optional<StoredKey> fetchedKey(KeyId id, SaeId slave);

    /** Whose the key is, without opening it; empty when there is no copy of it any more, waiting or set aside. */
    Optional<KeyOwners> keyOwners(KeyId id);

    /** Whether a copy for any slave is there, waiting or set aside, without opening it. */
    boolean hasKey(KeyId id);

    /**
     * Puts a copy for each slave in; the bytes stay the caller's to erase.
     *
     * @throws IllegalStateException when there is a key of this id, for whomever
     */
    void putKey(StoredKey key);

    /**
     * Sets the slave's copy, which waits, aside: from now on only {@link #fetchedKey} finds it.
     *
     * @param until its expiry from now on, unless that is sooner anyhow
     */
    void keepFetched(KeyId id, SaeId slave, long until);

    /** Removes the slave's copy that waits; those of others stay. */
    void removeKey(KeyId id, SaeId slave);

    /** Removes all copies. */
    void removeKey(KeyId id);

    /** How many keys of this pair are here, those that were set aside or are not complete included. */
    int countKeys(SaePair pair);

    /** Whether there would be {@code most} keys of this pair at most if so many more came. */
    boolean hasRoom(SaePair pair, int more, int most);

    int countKeys();

    /** Some of the keys that wait, unopened, in no particular order. */
    List<WaitingKey> waitingKeys(int limit);

    /** Removes the keys that were stored before the given age, complete, set aside or not; returns how many. */
    int removeKeysStoredBefore(long age);

    /**
     * As {@link #removeKeysStoredBefore}, but takes no longer where there are a million: none of them is found any more, and
     * {@link #removeExpired} removes them.
     *
     * @return how many keys there were, whatever their age
     */
    int dropKeysStoredBefore(long age);

    // Keys of which not all shares have come (egress). What is there of a key is found until it is removed, also when
    // it is
    // too late to complete it, so that it is not begun anew.

    /**
     * What has come of the key, its bytes the caller's to erase.
     *
     * @throws StoreFailure also when it cannot be read any more
     */
    Optional<IncompleteKey> incompleteKey(KeyId id);

    /** Puts it in, for all its slaves, in the place of what had come of it before; the bytes stay the caller's to erase. */
    void putIncompleteKey(IncompleteKey key);

    /** Removes it, if it is of that ingress; returns whether it was there. */
    boolean removeIncompleteKey(NodeId ingress, KeyId id);

    /**
     * Removes some of those that there are, each of which leaves a tombstone for as long as it would have been kept.
     *
     * @return those, once for each slave
     */
    List<WaitingKey> removeIncompleteKeys(int limit);

    // Records of keys that the master was given (ingress), one for each slave.

    Optional<KeyRecord> record(KeyId id, SaeId slave);

    void putRecord(KeyRecord record);

    void removeRecord(KeyId id, SaeId slave);

    int countRecords();

    // Intents: attempts that are not decided.

    Optional<Intent> intent(UUID relayId);

    void putIntent(Intent intent);

    void removeIntent(UUID relayId);

    /** In the order they were made. */
    List<Intent> intents();

    // Outbox.

    void putNotice(OutboxNotice notice);

    void removeNotice(UUID id);

    /** Whether this one is owed still; not past its expiry. */
    boolean hasNotice(UUID id);

    /** The nodes that unexpired notices are owed to, in the order of their ids. */
    List<NodeId> nodesOwed();

    /** Unexpired notices of a type for a node, oldest first. */
    List<OutboxNotice> notices(NodeId to, NoticeType type, int limit);

    /** When the oldest unexpired notice was put; empty when none is owed. */
    OptionalLong oldestNotice();

    /** How many notices are owed to this node. */
    int countNotices(NodeId to);

    // Tombstones: ids that the named origin voided before their keys came.

    void putTombstone(NodeId origin, KeyId id, long expiresAt);

    boolean hasTombstone(NodeId origin, KeyId id);

    /** How many unexpired tombstones this origin has. */
    int countTombstones(NodeId origin);

    // SAE directory.

    void putHome(SaeHome home);

    void removeHome(SaeId sae);

    List<SaeHome> homes();

    // Advert sequences.

    Optional<Sequence> sequence(NodeId node);

    void putSequence(Sequence sequence);

    List<Sequence> sequences();

    void removeSequence(NodeId node);

    // What pairs of SAEs used, by day.

    /** Adds this to what the pair used today, in UTC by the wall clock; no figure falls below zero. */
    void addUse(PairUse use);

    /** What was used on these days, both included, oldest first. */
    List<DayUse> uses(LocalDate from, LocalDate to, int limit);

    /** How many keys the master of the pair was given today. */
    long keysGivenToday(SaePair pair);

    // Audit: what happened, until it is in the files of the audit log.

    /**
     * Has the audit log tell of this, if one is kept. Where too many events wait to be written to their files, one more is
     * counted as lost.
     *
     * @throws StoreFailure when the event {@linkplain AuditEvent.What#movesKeys() moves keys}, and must not happen since the
     *     files can not be written
     */
    void audit(AuditEvent event);

    /** The oldest events that are not in the files yet, in the order of their numbers. */
    List<AuditRow> auditRows(int limit);

    /** How far the files are. */
    AuditExport auditExport();

    /** The files are so far now; what is in them is removed here. The numbers of events go on from there. */
    void auditExported(AuditExport export);

    /**
     * How many rows there are, those past their expiry that are not removed yet included, for an operator to look at: at
     * most one tally for each kind, pair and node. Takes no longer where a million keys wait.
     */
    List<Tally> tallies();

    /**
     * Removes keys that were dropped, keys that are not complete and will not be, each of which leaves a tombstone for as long
     * as it would have been kept, and keys, records, intents, notices, tombstones and use past their expiry, so many of them at most that others need
     * not wait long; returns how many. There may be more when it is as many as the limit.
     */
    Removed removeExpired(int limit);
}
