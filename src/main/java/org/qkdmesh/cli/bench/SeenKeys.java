package org.qkdmesh.cli.bench;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Every key and every key id that came in, as 64 bits of each, to notice one that comes again. Among n keys chance makes a
 * false alarm with a probability of n² / 2^65: among ten million, once in 300 000 runs. Takes some 30 bytes for each key.
 * Not safe for use by several threads.
 */
final class SeenKeys {

    private static final int SHARDS = 256;
    private static final int LEAST_BYTES = 8;

    private final LongSet[] ids = shards();
    private final LongSet[] keys = shards();

    /** Whether this id was never there before. */
    boolean addId(String id) {
        UUID uuid = UUID.fromString(id);
        return add(ids, uuid.getMostSignificantBits() * 0x9E3779B97F4A7C15L ^ uuid.getLeastSignificantBits());
    }

    /** Whether this key was never there before; of keys under 64 bits, which repeat by chance, nothing is known. */
    boolean addKey(byte[] key) {
        return key.length < LEAST_BYTES || add(keys, ByteBuffer.wrap(key).getLong());
    }

    private static boolean add(LongSet[] shards, long value) {
        return shards[(int) (value & SHARDS - 1)].add(value);
    }

    private static LongSet[] shards() {
        LongSet[] shards = new LongSet[SHARDS];
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new LongSet();
        }
        return shards;
    }

    /** Open addressing; the values are random, so their upper bits are as good as a hash. */
    private static final class LongSet {

        private long[] slots = new long[64];
        private int size;
        private boolean hasZero;

        boolean add(long value) {
            if (value == 0) {
                boolean fresh = !hasZero;
                hasZero = true;
                return fresh;
            }
            if (3 * ++size > 2 * slots.length) {
                grow();
            }
            boolean fresh = put(slots, value);
            size -= fresh ? 0 : 1;
            return fresh;
        }

        private static boolean put(long[] slots, long value) {
            int mask = slots.length - 1;
            int at = (int) (value >>> 32) & mask;
            while (slots[at] != 0) {
                if (slots[at] == value) {
                    return false;
                }
                at = at + 1 & mask;
            }
            slots[at] = value;
            return true;
        }

        private void grow() {
            long[] larger = new long[2 * slots.length];
            for (long value : slots) {
                if (value != 0) {
                    put(larger, value);
                }
            }
            slots = larger;
        }
    }
}
