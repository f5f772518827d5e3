package org.qkdmesh.kme;

import java.util.List;
import org.qkdmesh.model.KeyId;

/**
 * What the owner of link keys gives away: whole keys of which it has used no byte and will use none. They are the other
 * end's to use, and are never granted again.
 *
 * @param keys at most {@value LinkKeyAnnouncement#MAX_KEYS}, none twice; none when there is nothing to give now
 * @param lifeMillis how long the new owner may use them, counted from when it first sent its request
 */
public record Grant(List<KeyId> keys, long lifeMillis) {

    /** A day. */
    public static final long LONGEST_LIFE_MILLIS = 86_400_000;

    static final Grant NOTHING = new Grant(List.of(), 0);

    public Grant {
        keys = List.copyOf(keys);
        if (keys.size() > LinkKeyAnnouncement.MAX_KEYS
                || keys.stream().distinct().count() < keys.size()) {
            throw new IllegalArgumentException(
                    "a grant has at most " + LinkKeyAnnouncement.MAX_KEYS + " keys, none twice");
        }
        if (lifeMillis < 0 || lifeMillis > LONGEST_LIFE_MILLIS) {
            throw new IllegalArgumentException("the life of a grant shall be 0 to " + LONGEST_LIFE_MILLIS + " ms");
        }
    }
}
