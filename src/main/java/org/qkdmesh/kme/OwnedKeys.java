package org.qkdmesh.kme;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.SecretBytes;

/**
 * The stock: link keys that this node owns and the neighbour has confirmed. Ranges only grow; a byte that was handed out
 * is erased here and never handed out again. Not safe for use by several threads.
 */
final class OwnedKeys {

    private static final class Owned {
        private final KeyId id;
        private final SecretBytes bytes;
        private final long until;
        private int used;

        Owned(KeyId id, SecretBytes bytes, long until) {
            this.id = id;
            this.bytes = bytes;
            this.until = until;
        }

        int left() {
            return bytes.lengthBytes() - used;
        }
    }

    private final Deque<Owned> keys = new ArrayDeque<>();
    private long available;

    long available() {
        return available;
    }

    void add(KeyId id, SecretBytes bytes, long until) {
        keys.add(new Owned(id, bytes, until));
        available += bytes.lengthBytes();
    }

    /** Empty, with nothing taken, when there are fewer bytes. */
    Optional<LinkBytes> take(int length, UUID neighbourEpoch) {
        if (length > available) {
            return Optional.empty();
        }
        byte[] taken = new byte[length];
        List<KeyRange> ranges = new ArrayList<>();
        int filled = 0;
        while (filled < length) {
            Owned key = keys.getFirst();
            int part = Math.min(key.left(), length - filled);
            byte[] source = key.bytes.insecureAccess();
            System.arraycopy(source, key.used, taken, filled, part);
            Arrays.fill(source, key.used, key.used + part, (byte) 0);
            ranges.add(new KeyRange(key.id, key.used, part));
            key.used += part;
            filled += part;
            if (key.left() == 0) {
                keys.removeFirst();
                key.bytes.close();
            }
        }
        available -= length;
        return Optional.of(new LinkBytes(ranges, SecretBytes.owning(taken), neighbourEpoch));
    }

    void drop(KeyId id) {
        removeIf(key -> key.id.equals(id));
    }

    void expire(long now) {
        removeIf(key -> now >= key.until);
    }

    void clear() {
        removeIf(key -> true);
    }

    private void removeIf(Predicate<Owned> which) {
        for (Iterator<Owned> all = keys.iterator(); all.hasNext(); ) {
            Owned key = all.next();
            if (which.test(key)) {
                all.remove();
                available -= key.left();
                key.bytes.close();
            }
        }
    }
}
