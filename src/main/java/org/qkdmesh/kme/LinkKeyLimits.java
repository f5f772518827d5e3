package org.qkdmesh.kme;

import java.time.Duration;

/**
 * How many link keys a node keeps for one neighbour, and how long.
 *
 * @param floorBytes what is kept in stock for a direction that is idle
 * @param capacityBytes the most that is ever in stock, up to one key; four times as much may be held for the neighbour,
 *     which drops its keys earlier
 * @param life how long the owner uses a key; the other end keeps it twice as long
 */
public record LinkKeyLimits(int floorBytes, int capacityBytes, Duration life) {

    public LinkKeyLimits {
        if (floorBytes < 1 || capacityBytes < floorBytes || life.isNegative() || life.isZero()) {
            throw new IllegalArgumentException("0 < floor <= capacity, and a life longer than nothing");
        }
    }

    /** 16 kbit when idle, 8 Mbit at most, 10 minutes. */
    public static LinkKeyLimits defaults() {
        return new LinkKeyLimits(2_048, 1 << 20, Duration.ofMinutes(10));
    }
}
