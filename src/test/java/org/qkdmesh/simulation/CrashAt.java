package org.qkdmesh.simulation;

import org.qkdmesh.store.MemoryStore;

/**
 * Where a node is made to die besides all that happens by chance.
 *
 * @param number which of the transactions that any node of the network commits, from 1 on
 * @param moment before it is on disk, or after it and before anybody learns of it
 */
record CrashAt(long number, MemoryStore.Moment moment) {

    /** Nowhere. */
    static final CrashAt NONE = new CrashAt(0, MemoryStore.Moment.BEFORE_COMMIT);
}
