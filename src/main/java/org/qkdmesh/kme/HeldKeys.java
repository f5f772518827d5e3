package org.qkdmesh.kme;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
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
        private final BitSet used = new BitSet();

        Held(UUID announcement, SecretBytes bytes, long until) {
            this.announcement = announcement;
            this.bytes = bytes;
            this.until = until;
        }
    }

    private final Map<KeyId, Held> keys = new HashMap<>();
    private long heldBytes;

    /** Whether the key is here because of this announcement. */
    boolean isHeldFor(KeyId id, UUID announcement) {
        Held key = keys.get(id);
        return key != null && key.announcement.equals(announcement);
    }

    long heldBytes() {
        return heldBytes;
    }

    void add(KeyId id, UUID announcement, SecretBytes bytes, long until) {
        keys.put(id, new Held(announcement, bytes, until));
        heldBytes += bytes.lengthBytes();
    }

    /** Checks all ranges, and only then takes and erases their bytes. */
    Redemption redeem(List<KeyRange> ranges) {
        Map<KeyId, BitSet> named = new HashMap<>();
        int total = 0;
        for (KeyRange range : ranges) {
            Held key = keys.get(range.keyId());
            if (key == null) {
                return new Redemption.UnknownKey(range.keyId());
            }
            if (range.end() > key.bytes.lengthBytes()) {
                return new Redemption.Invalid("a range reaches beyond its key");
            }
            BitSet here = named.computeIfAbsent(range.keyId(), id -> new BitSet());
            if (touches(here, range)) {
                return new Redemption.Invalid("two ranges overlap");
            }
            if (touches(key.used, range)) {
                return new Redemption.Invalid("a byte was used before");
            }
            here.set(range.offset(), range.end());
            total += range.length();
        }
        byte[] taken = new byte[total];
        int filled = 0;
        for (KeyRange range : ranges) {
            Held key = keys.get(range.keyId());
            byte[] source = key.bytes.insecureAccess();
            System.arraycopy(source, range.offset(), taken, filled, range.length());
            Arrays.fill(source, range.offset(), range.end(), (byte) 0);
            key.used.set(range.offset(), range.end());
            filled += range.length();
        }
        removeIf(entry -> named.containsKey(entry.getKey())
                && entry.getValue().used.cardinality() == entry.getValue().bytes.lengthBytes());
        return new Redemption.Bytes(SecretBytes.owning(taken));
    }

    private static boolean touches(BitSet used, KeyRange range) {
        int next = used.nextSetBit(range.offset());
        return next >= 0 && next < range.end();
    }

    void discard(KeyId id) {
        removeIf(entry -> entry.getKey().equals(id));
    }

    void expire(long now) {
        removeIf(entry -> now >= entry.getValue().until);
    }

    void clear() {
        removeIf(entry -> true);
    }

    private void removeIf(Predicate<Map.Entry<KeyId, Held>> which) {
        keys.entrySet().removeIf(entry -> {
            if (!which.test(entry)) {
                return false;
            }
            heldBytes -= entry.getValue().bytes.lengthBytes();
            entry.getValue().bytes.close();
            return true;
        });
    }
}
