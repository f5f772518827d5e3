package org.qkdmesh.kme;

import java.util.Arrays;
import java.util.UUID;
import org.qkdmesh.model.KeyId;

/**
 * The ids of link keys that came in since the start, so that none comes in twice. Remembers the last
 * {@value #MOST}; a KME that repeats an id after so many others is not noticed. Not safe for use by several threads.
 *
 * <p>Kept are 64 bits of each id, well mixed, in plain arrays: some 16 bytes, where a set of ids takes more than 100, for
 * what is by far the most that a node remembers. A new id is taken for one that was seen with a probability below 2^-46.
 */
final class SeenIds {

    static final int MOST = 1 << 18;

    private static final int FIRST = 1 << 6;
    private static final int FREE = 0;

    private final int most;

    /** In the order they came; once it is as long as may be, a new one takes the place of the oldest. */
    private long[] order;

    private int next;
    private int size;

    /**
     * A hash table with open addressing, twice as long, so that what is looked for is never far: where in the order an id
     * stands, counted from 1.
     */
    private int[] table;

    SeenIds() {
        this(MOST);
    }

    /** @param most a power of two */
    SeenIds(int most) {
        this.most = most;
        order = new long[Math.min(FIRST, most)];
        table = new int[2 * order.length];
    }

    /** False when the id was seen before. */
    boolean add(KeyId id) {
        long print = print(id);
        if (table[placeOf(print)] != FREE) {
            return false;
        }
        if (size == order.length) {
            makeRoom();
        }
        order[next] = print;
        table[placeOf(print)] = next + 1;
        next = next + 1 & order.length - 1;
        size++;
        return true;
    }

    boolean contains(KeyId id) {
        return table[placeOf(print(id))] != FREE;
    }

    private void makeRoom() {
        if (size == most) {
            remove(order[next]);
            size--;
            return;
        }
        // Nothing was overwritten yet, so the oldest is the first.
        order = Arrays.copyOf(order, 2 * size);
        next = size;
        table = new int[2 * order.length];
        for (int i = 0; i < size; i++) {
            table[placeOf(order[i])] = i + 1;
        }
    }

    /** Where it stands, or the free place where it would. */
    private int placeOf(long print) {
        int place = (int) print & table.length - 1;
        while (table[place] != FREE && order[table[place] - 1] != print) {
            place = place + 1 & table.length - 1;
        }
        return place;
    }

    /** Leaves no gap that would hide those behind it. */
    private void remove(long print) {
        int mask = table.length - 1;
        int gap = placeOf(print);
        table[gap] = FREE;
        for (int place = gap + 1 & mask; table[place] != FREE; place = place + 1 & mask) {
            int wanted = (int) order[table[place] - 1] & mask;
            if ((place - wanted & mask) >= (place - gap & mask)) {
                table[gap] = table[place];
                table[place] = FREE;
                gap = place;
            }
        }
    }

    private static long print(KeyId id) {
        UUID uuid = id.uuid();
        return mix(mix(uuid.getMostSignificantBits()) ^ uuid.getLeastSignificantBits());
    }

    /** The last step of MurmurHash3 (Appleby): each bit of the result depends on each bit of the value. */
    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ mixed >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
