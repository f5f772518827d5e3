package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.SecretBytes;

/**
 * Link keys that this node owns and the neighbour has confirmed, oldest first. Ranges only grow; a byte that was handed
 * out is erased here and never handed out again. Not safe for use by several threads.
 */
final class Stock {

    private static final class Owned {
        private final KeyId id;
        private final SecretBytes bytes;
        private final long until;
        private final PairLedger ledger;
        private final boolean granted;
        private int used;

        Owned(KeyId id, SecretBytes bytes, long until, PairLedger ledger, boolean granted) {
            this.id = id;
            this.bytes = bytes;
            this.until = until;
            this.ledger = ledger;
            this.granted = granted;
        }

        int left() {
            return bytes.lengthBytes() - used;
        }
    }

    private final Map<KeyId, Owned> keys = new LinkedHashMap<>();

    private final UsedUp usedUp = new UsedUp();

    /** No key expires before: a look at the stock happens often, and at each key of it almost never. */
    private long firstExpiry = Long.MAX_VALUE;

    private long availableBytes;

    long availableBytes() {
        return availableBytes;
    }

    /**
     * @param until when the owner stops using it, on the monotonic clock
     * @param ledger where its bytes are counted
     */
    void add(KeyId id, SecretBytes bytes, long until, PairLedger ledger) {
        add(new Owned(id, bytes, until, ledger, false));
    }

    /** Adds a key that the neighbour granted: it is never granted again. */
    void addGranted(KeyId id, SecretBytes bytes, long until, PairLedger ledger) {
        add(new Owned(id, bytes, until, ledger, true));
    }

    private void add(Owned key) {
        keys.put(key.id, key);
        int lengthBytes = key.bytes.lengthBytes();
        key.ledger.ours.came(lengthBytes);
        availableBytes += lengthBytes;
        firstExpiry = Math.min(firstExpiry, key.until);
    }

    /** A whole key that left the stock with none of its bytes used. */
    record Untouched(KeyId id, SecretBytes bytes, long until, PairLedger ledger) {}

    /**
     * Takes whole keys of which no byte was ever handed out, the newest first, for the neighbour to own; not those that
     * the neighbour owned before. As many as one grant can name.
     *
     * @param wantedBytes when so many are together, it is enough
     * @param mostBytes never more than this
     * @param until keys that are not usable until then stay
     */
    List<Untouched> takeUntouched(long wantedBytes, long mostBytes, long until) {
        List<Owned> newestFirst = new ArrayList<>(keys.values());
        Collections.reverse(newestFirst);
        List<Untouched> taken = new ArrayList<>();
        long total = 0;
        for (Owned key : newestFirst) {
            if (total >= wantedBytes || taken.size() >= LinkKeyAnnouncement.MAX_KEYS) {
                break;
            }
            int lengthBytes = key.bytes.lengthBytes();
            if (key.used == 0 && !key.granted && key.until >= until && total + lengthBytes <= mostBytes) {
                keys.remove(key.id);
                availableBytes -= lengthBytes;
                key.ledger.ours.erased(lengthBytes);
                total += lengthBytes;
                taken.add(new Untouched(key.id, key.bytes, key.until, key.ledger));
            }
        }
        return taken;
    }

    /** Whether {@link #take} would give so many bytes. */
    boolean has(int lengthBytes, long now, int mostRanges) {
        return !choose(lengthBytes, mostRanges, now, any -> true).isEmpty();
    }

    /**
     * Takes keys of the first of these groups of pairs that has enough.
     *
     * @param mostRanges a message can name so many
     * @return empty, with nothing taken, when there are fewer bytes, or so scattered that no message could name them
     */
    Optional<LinkBytes> take(
            int lengthBytes, int mostRanges, UUID neighbourEpoch, long now, List<Predicate<PairLedger>> groups) {
        List<Owned> chosen = List.of();
        for (int group = 0; group < groups.size() && chosen.isEmpty(); group++) {
            chosen = choose(lengthBytes, mostRanges, now, groups.get(group));
        }
        if (chosen.isEmpty()) {
            return Optional.empty();
        }
        byte[] taken = new byte[lengthBytes];
        List<KeyRange> ranges = new ArrayList<>(chosen.size());
        int filled = 0;
        for (Owned key : chosen) {
            int part = Math.min(key.left(), lengthBytes - filled);
            byte[] source = key.bytes.insecureAccess();
            System.arraycopy(source, key.used, taken, filled, part);
            Arrays.fill(source, key.used, key.used + part, (byte) 0);
            ranges.add(new KeyRange(key.id, key.used, part));
            key.used += part;
            key.ledger.ours.used(part);
            filled += part;
            if (key.left() == 0) {
                keys.remove(key.id);
                usedUp.add(key.id, key.ledger);
                key.bytes.close();
            }
        }
        availableBytes -= lengthBytes;
        return Optional.of(new LinkBytes(ranges, SecretBytes.owning(taken), neighbourEpoch));
    }

    /** The oldest keys that together have so many bytes; none when all of them have not. Drops what expired on its way. */
    private List<Owned> choose(int lengthBytes, int mostRanges, long now, Predicate<PairLedger> from) {
        List<Owned> chosen = new ArrayList<>();
        int found = 0;
        Iterator<Owned> oldestFirst = keys.values().iterator();
        while (found < lengthBytes && oldestFirst.hasNext()) {
            Owned key = oldestFirst.next();
            if (now >= key.until) {
                oldestFirst.remove();
                erase(key);
            } else if (from.test(key.ledger)) {
                chosen.add(key);
                found += key.left();
            }
        }
        return found < lengthBytes || chosen.size() > mostRanges ? List.of() : chosen;
    }

    void drop(KeyId id) {
        Owned key = keys.remove(id);
        if (key != null) {
            erase(key);
        }
    }

    /** Where a key came from that is here, or was used up lately. */
    Optional<PairLedger> origin(KeyId id) {
        return Optional.ofNullable(keys.get(id)).map(key -> key.ledger).or(() -> usedUp.origin(id));
    }

    void expire(long now) {
        if (now < firstExpiry) {
            return;
        }
        eraseIf(key -> now >= key.until);
        firstExpiry = keys.values().stream().mapToLong(key -> key.until).min().orElse(Long.MAX_VALUE);
    }

    void clear() {
        eraseIf(key -> true);
    }

    private void eraseIf(Predicate<Owned> which) {
        keys.values().removeIf(key -> {
            boolean erased = which.test(key);
            if (erased) {
                erase(key);
            }
            return erased;
        });
    }

    private void erase(Owned key) {
        availableBytes -= key.left();
        key.ledger.ours.erased(key.left());
        key.bytes.close();
    }
}
