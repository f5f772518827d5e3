package org.qkdmesh.kme;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.qkdmesh.model.KeyId;

/**
 * The ids of link keys that came in since the start, so that none comes in twice. Remembers the last
 * {@value #MOST}; a KME that repeats an id after so many others is not noticed. Not safe for use by several threads.
 */
final class SeenIds {

    static final int MOST = 1 << 18;

    private final Set<KeyId> ids = new LinkedHashSet<>();

    /** False when the id was seen before. */
    boolean add(KeyId id) {
        if (!ids.add(id)) {
            return false;
        }
        if (ids.size() > MOST) {
            Iterator<KeyId> oldest = ids.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }

    boolean contains(KeyId id) {
        return ids.contains(id);
    }
}
