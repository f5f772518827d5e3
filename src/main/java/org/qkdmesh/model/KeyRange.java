package org.qkdmesh.model;

import java.util.List;
import java.util.Objects;

/** Bytes {@code offset} to {@code offset + length} of a link key, in bytes; length is at least 1. */
public record KeyRange(KeyId keyId, int offset, int length) {

    public KeyRange {
        Objects.requireNonNull(keyId, "keyId");
        if (offset < 0 || length < 1 || offset > Integer.MAX_VALUE - length) {
            throw new IllegalArgumentException("a range of a link key starts at 0 or later and has at least one byte");
        }
    }

    public int end() {
        return offset + length;
    }

    /** How many bytes ranges name together; one that is named twice counts twice. */
    public static long totalLength(List<KeyRange> ranges) {
        long total = 0;
        for (KeyRange range : ranges) {
            total += range.length;
        }
        return total;
    }
}
