package org.qkdmesh.config;

import org.qkdmesh.model.SaeGroup;

/**
 * What a 014 API gives.
 *
 * @param minSizeBits smallest key; sizes are multiples of 8, from 8 on
 * @param maxSizeBits largest key
 * @param defaultSizeBits size of a key when a request names none
 * @param maxPerRequest keys in one request, 1 to 1024
 * @param maxCount keys that may wait for one slave, at least 1
 * @param maxSaeIds further slaves that a request may name, 0 to 63; 0 where several can not share a key
 */
public record KeySettings(
        int minSizeBits, int maxSizeBits, int defaultSizeBits, int maxPerRequest, int maxCount, int maxSaeIds) {

    /** @throws IllegalArgumentException when a number is out of its range or they contradict each other */
    public KeySettings {
        if (minSizeBits % 8 != 0 || maxSizeBits % 8 != 0 || defaultSizeBits % 8 != 0) {
            throw new IllegalArgumentException("key sizes shall be multiples of 8");
        }
        if (minSizeBits < 8 || minSizeBits > defaultSizeBits || defaultSizeBits > maxSizeBits) {
            throw new IllegalArgumentException("8 <= min size <= default size <= max size shall hold");
        }
        if (maxPerRequest < 1 || maxPerRequest > 1024 || maxCount < 1) {
            throw new IllegalArgumentException("1 to 1024 keys per request and at least one in all shall be allowed");
        }
        if (maxSaeIds < 0 || maxSaeIds >= SaeGroup.MAX_SLAVES) {
            throw new IllegalArgumentException(
                    "0 to " + (SaeGroup.MAX_SLAVES - 1) + " further slaves shall be allowed");
        }
    }

    /** Those of an API where each key has one slave. */
    public KeySettings(int minSizeBits, int maxSizeBits, int defaultSizeBits, int maxPerRequest, int maxCount) {
        this(minSizeBits, maxSizeBits, defaultSizeBits, maxPerRequest, maxCount, 0);
    }
}
