package org.qkdmesh.relay;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many relay messages of neighbours are worked on at once. A message that has far to go needs more free slots than
 * one near its end, so that floods in opposite directions can not starve each other. Safe for use by several threads.
 */
final class Slots {

    private final int size;
    private final AtomicInteger free;

    Slots(int size) {
        this.size = size;
        this.free = new AtomicInteger(size);
    }

    /** Takes a slot for a message with so many hops to go, this one included, or says at once that there is none. */
    boolean tryTake(int hopsToGo) {
        int reserved = Math.min(size - 1, Math.max(hopsToGo - 1, size * (hopsToGo - 1) / 20));
        int now;
        do {
            now = free.get();
            if (now <= reserved) {
                return false;
            }
        } while (!free.compareAndSet(now, now - 1));
        return true;
    }

    void release() {
        free.incrementAndGet();
    }
}
