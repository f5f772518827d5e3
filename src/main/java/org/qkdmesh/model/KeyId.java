package org.qkdmesh.model;

import java.util.HexFormat;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** The id of a link key or a session key: a UUID, compared without regard to case, written in lower case. */
public record KeyId(UUID uuid) implements Comparable<KeyId> {

    private static final int LENGTH = 36;

    public KeyId {
        java.util.Objects.requireNonNull(uuid, "uuid");
    }

    /**
     * Reads the 36-character form.
     *
     * @throws IllegalArgumentException when {@code text} is not a UUID in that form
     */
    public static KeyId parse(String text) {
        if (text == null || !hasForm(text)) {
            throw new IllegalArgumentException("not a UUID of 36 characters");
        }
        return new KeyId(UUID.fromString(text));
    }

    /** By hand, since ids are read by the hundred for each message. */
    private static boolean hasForm(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean fits = i == 8 || i == 13 || i == 18 || i == 23 ? c == '-' : HexFormat.isHexDigit(c);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** A fresh id: 122 bits of the given source, in the form of a version 4 UUID. */
    public static KeyId random(RandomGenerator random) {
        long high = random.nextLong() & 0xffff_ffff_ffff_0fffL | 0x4000L;
        long low = random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new KeyId(new UUID(high, low));
    }

    @Override
    public int compareTo(KeyId other) {
        return uuid.compareTo(other.uuid);
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
