package org.qkdmesh.etsi020;

import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;

/**
 * Says that what a message carries are not session keys but shares of them: a session key is the XOR of all its shares, each
 * of which goes another way. The shares have ids of their own.
 *
 * @param set names the shares that belong together
 * @param index of this one, 0 to {@code of} - 1
 * @param of how many there are, {@value #FEWEST} to {@value #MOST}
 * @param keyIds of the session keys, in the order of the shares
 */
public record Share(UUID set, int index, int of, List<KeyId> keyIds) {

    public static final int FEWEST = 2;
    public static final int MOST = 8;

    public Share {
        keyIds = List.copyOf(keyIds);
        if (of < FEWEST || of > MOST || index < 0 || index >= of) {
            throw new IllegalArgumentException("a share is one of " + FEWEST + " to " + MOST);
        }
    }

    /** For people: which one of how many, counted from 1. */
    public String place() {
        return index + 1 + " of " + of;
    }
}
