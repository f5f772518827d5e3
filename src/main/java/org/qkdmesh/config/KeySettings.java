package org.qkdmesh.config;

/**
 * What a 014 API gives.
 *
 * @param minSizeBits smallest key; sizes are multiples of 8, from 8 on
 * @param maxSizeBits largest key
 * @param defaultSizeBits size of a key when a request names none
 * @param maxPerRequest keys in one request, 1 to 1024
 * @param maxCount keys that may wait for one slave, at least 1
 */
public record KeySettings(int minSizeBits, int maxSizeBits, int defaultSizeBits, int maxPerRequest, int maxCount) {

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
    }
}
