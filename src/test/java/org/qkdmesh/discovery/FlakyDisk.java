package org.qkdmesh.discovery;

import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreFailure;

/** Lets the next commits of a store fail, and counts all of them. */
final class FlakyDisk implements MemoryStore.CrashPoint {

    private int failures;
    private int commits;

    void failNext(int times) {
        failures = times;
    }

    int commits() {
        return commits;
    }

    @Override
    public void reached(MemoryStore.Moment moment) {
        if (moment == MemoryStore.Moment.BEFORE_COMMIT) {
            commits++;
            if (failures > 0) {
                failures--;
                throw new StoreFailure("the test wants it", true, null);
            }
        }
    }
}
