package org.qkdmesh.etsi014;

/**
 * What a server of the API gives.
 *
 * @param minSizeBits smallest key, at least 8
 * @param maxSizeBits largest key
 * @param defaultSizeBits size of a key when the request names none
 * @param maxPerRequest keys per request, at least 1
 * @param maxCount keys that may wait for one slave, at least 1
 * @param maxSaeIds further slaves that a request may name; 0 where several can not share a key
 */
public record KeyLimits(
        int minSizeBits, int maxSizeBits, int defaultSizeBits, int maxPerRequest, int maxCount, int maxSaeIds) {

    /** @throws IllegalArgumentException when a size is no multiple of 8 or the numbers contradict each other */
    public KeyLimits {
        if (minSizeBits % 8 != 0 || maxSizeBits % 8 != 0 || defaultSizeBits % 8 != 0) {
            throw new IllegalArgumentException("key sizes shall be multiples of 8");
        }
        if (minSizeBits < 8 || minSizeBits > defaultSizeBits || defaultSizeBits > maxSizeBits) {
            throw new IllegalArgumentException("8 <= min size <= default size <= max size shall hold");
        }
        if (maxPerRequest < 1 || maxCount < 1) {
            throw new IllegalArgumentException("at least one key per request and in all shall be allowed");
        }
        if (maxSaeIds < 0) {
            throw new IllegalArgumentException("the number of further slaves can not be negative");
        }
    }

    /** Those of a server where each key has one slave. */
    public KeyLimits(int minSizeBits, int maxSizeBits, int defaultSizeBits, int maxPerRequest, int maxCount) {
        this(minSizeBits, maxSizeBits, defaultSizeBits, maxPerRequest, maxCount, 0);
    }
}
