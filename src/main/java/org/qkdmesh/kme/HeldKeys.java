package org.qkdmesh.kme;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.SecretBytes;

/**
 * Link keys that the neighbour owns and this node holds for it. Messages overtake each other, so the bytes of a key are
 * used in any order, each once. Not safe for use by several threads.
 */
final class HeldKeys {

    private static final class Held {
        private final UUID announcement;
        private final SecretBytes bytes;
        private final long until;
        private final PairLedger ledger;
        private final boolean granted;
        private final BitSet used = new BitSet();

        Held(UUID announcement, SecretBytes bytes, long until, PairLedger ledger, boolean granted) {
            this.announcement = announcement;
            this.bytes = bytes;
            this.until = until;
            this.ledger = ledger;
            this.granted = granted;
        }
    }

    /** In the order in which they came, which is the order in which they expire. */
    private final Map<KeyId, Held> keys = new LinkedHashMap<>();

    private final UsedUp usedUp = new UsedUp();
    private long heldBytes;

    /** Whether the key is here because of this announcement. */
    boolean isHeldFor(KeyId id, UUID announcement) {
        Held key = keys.get(id);
        return key != null && key.announcement.equals(announcement);
    }

    /** Length of all keys that are here, used parts included. */
    long heldBytes() {
        return heldBytes;
    }

    /**
     * @param until when it is too old, on the monotonic clock; not before that of the key added last
     * @param ledger where its bytes are counted
     */
    void add(KeyId id, UUID announcement, SecretBytes bytes, long until, PairLedger ledger) {
        add(id, new Held(announcement, bytes, until, ledger, false));
    }

    /** Adds a key that this node owned and has granted to the neighbour; the neighbour can't give it back. */
    void addGranted(Stock.Untouched key, UUID grant, long until) {
        add(key.id(), new Held(grant, key.bytes(), until, key.ledger(), true));
    }

    private void add(KeyId id, Held key) {
        keys.put(id, key);
        key.ledger.theirs.came(key.bytes.lengthBytes());
        heldBytes += key.bytes.lengthBytes();
    }

    /**
     * Takes a whole key that the neighbour grants to this node: it can't name bytes of it any more.
     *
     * @return empty, with nothing changed, when the key is not here, when the neighbour has used a byte of it, or when
     *     this node owned it before
     */
    Optional<Stock.Untouched> takeUntouched(KeyId id) {
        Held key = keys.get(id);
        if (key == null || key.granted || !key.used.isEmpty()) {
            return Optional.empty();
        }
        keys.remove(id);
        int lengthBytes = key.bytes.lengthBytes();
        heldBytes -= lengthBytes;
        key.ledger.theirs.erased(lengthBytes);
        return Optional.of(new Stock.Untouched(id, key.bytes, key.until, key.ledger));
    }

    boolean has(KeyId id) {
        return keys.containsKey(id);
    }

    /** Checks all ranges, and only then takes and erases their bytes. */
    Redemption redeem(List<KeyRange> ranges) {
        return objection(ranges).orElseGet(() -> new Redemption.Bytes(take(ranges)));
    }

    /** Why the bytes of these ranges can't be taken; empty when they can. */
    Optional<Redemption> objection(List<KeyRange> ranges) {
        Map<KeyId, BitSet> named = new HashMap<>();
        for (KeyRange range : ranges) {
            Held key = keys.get(range.keyId());
            if (key == null) {
                return Optional.of(new Redemption.UnknownKey(range.keyId()));
            }
            if (range.end() > key.bytes.lengthBytes()) {
                return invalid("a range reaches beyond its key");
            }
            BitSet here = named.computeIfAbsent(range.keyId(), id -> new BitSet());
            if (touches(here, range)) {
                return invalid("two ranges overlap");
            }
            if (touches(key.used, range)) {
                return invalid("a byte was used before");
            }
            here.set(range.offset(), range.end());
        }
        return Optional.empty();
    }

    private static Optional<Redemption> invalid(String reason) {
        return Optional.of(new Redemption.Invalid(reason));
    }

    /** Takes and erases the bytes of ranges that nothing was found against. */
    SecretBytes take(List<KeyRange> ranges) {
        byte[] taken = new byte[Math.toIntExact(KeyRange.totalLength(ranges))];
        int filled = 0;
        for (KeyRange range : ranges) {
            Held key = keys.get(range.keyId());
            byte[] source = key.bytes.insecureAccess();
            System.arraycopy(source, range.offset(), taken, filled, range.length());
            Arrays.fill(source, range.offset(), range.end(), (byte) 0);
            key.used.set(range.offset(), range.end());
            key.ledger.theirs.used(range.length());
            filled += range.length();
        }
        for (KeyRange range : ranges) {
            discardIfUsedUp(range.keyId());
        }
        return SecretBytes.owning(taken);
    }

    private static boolean touches(BitSet used, KeyRange range) {
        int next = used.nextSetBit(range.offset());
        return next >= 0 && next < range.end();
    }

    private void discardIfUsedUp(KeyId id) {
        Held key = keys.get(id);
        // Not there any more when an earlier range of the same message was of it as well.
        if (key != null && key.used.nextClearBit(0) >= key.bytes.lengthBytes()) {
            usedUp.add(id, key.ledger);
            discard(id);
        }
    }

    void discard(KeyId id) {
        Held key = keys.remove(id);
        if (key != null) {
            erase(key);
        }
    }

    /** Where a key came from that is here, or was used up lately. */
    Optional<PairLedger> origin(KeyId id) {
        return Optional.ofNullable(keys.get(id)).map(key -> key.ledger).or(() -> usedUp.origin(id));
    }

    void expire(long now) {
        Iterator<Held> oldestFirst = keys.values().iterator();
        while (oldestFirst.hasNext()) {
            Held key = oldestFirst.next();
            if (now < key.until) {
                return;
            }
            oldestFirst.remove();
            erase(key);
        }
    }

    void clear() {
        keys.values().forEach(this::erase);
        keys.clear();
    }

    private void erase(Held key) {
        heldBytes -= key.bytes.lengthBytes();
        key.ledger.theirs.erased(key.bytes.lengthBytes() - key.used.cardinality());
        key.bytes.close();
    }
}
