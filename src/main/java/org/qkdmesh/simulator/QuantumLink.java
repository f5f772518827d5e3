package org.qkdmesh.simulator;

import java.util.random.RandomGenerator;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SecretBytes;

/**
 * The quantum link between two simulated KMEs: key bits come into being at a steady rate, up to a capacity, and either
 * end may draw them. Empty at the start. Safe for use by several threads.
 */
final class QuantumLink {

    private final long bitsPerSecond;
    private final long capacityBits;
    private final NodeClock clock;
    private final RandomGenerator random;

    /** Thousandths of a bit, so that no fraction gets lost between two looks at the clock. */
    private long milliBits;

    private long filledAt;

    /**
     * @param bitsPerSecond 0 to 10^12
     * @param capacityBits 0 to 10^12
     * @param random cryptographically strong; the keys come from it
     */
    QuantumLink(long bitsPerSecond, long capacityBits, NodeClock clock, RandomGenerator random) {
        this.bitsPerSecond = inRange("rate", bitsPerSecond);
        this.capacityBits = inRange("capacity", capacityBits);
        this.clock = clock;
        this.random = random;
        this.filledAt = clock.monotonicMillis();
    }

    synchronized long availableBits() {
        long now = clock.monotonicMillis();
        // After a long pause the link is full, however long it was.
        long elapsed = Math.min(now - filledAt, capacityBits * 1000 / Math.max(1, bitsPerSecond) + 1);
        milliBits = Math.min(capacityBits * 1000, milliBits + elapsed * bitsPerSecond);
        filledAt = now;
        return milliBits / 1000;
    }

    /** Takes so many bits all at once, or none of them. */
    synchronized boolean draw(long bits) {
        if (availableBits() < bits) {
            return false;
        }
        milliBits -= bits * 1000;
        return true;
    }

    SecretBytes key(int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        random.nextBytes(bytes);
        return SecretBytes.owning(bytes);
    }

    RandomGenerator random() {
        return random;
    }

    private static long inRange(String what, long bits) {
        if (bits < 0 || bits > 1_000_000_000_000L) {
            throw new IllegalArgumentException(what + " of a simulated link shall be 0 to 10^12 bit");
        }
        return bits;
    }
}
