package org.qkdmesh.model;

/** Waits for threads. */
public final class Threads {

    private Threads() {}

    /** Waits until the thread has ended, also when interrupted: what it does last ends soon, and has to be done. */
    public static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
