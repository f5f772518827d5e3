package org.qkdmesh.cli.torture;

/**
 * Something that is broken for a while.
 *
 * @param at milliseconds after the schedule begins
 * @param forMillis how long; what happens in an instant has 0
 * @param target a process, or a connection as {@code who>whom}, or a KME
 * @param amount milliseconds, bytes a second, or whatever the kind needs; else 0
 */
record Fault(long at, long forMillis, Kind kind, String target, int amount) {

    /** What a fault is done to. */
    enum Of {
        PROCESS,
        NODE,
        CONNECTION,
        KME
    }

    /** What is broken, and how. */
    enum Kind {
        /** SIGKILL, and another start when the time is over. */
        KILL(Of.PROCESS, "killed"),
        /** SIGSTOP. */
        PAUSE(Of.PROCESS, "stopped"),
        /** All connections end, and each new one at once. */
        CUT(Of.CONNECTION, "cut"),
        /** Connections that there are end with a reset; new ones work. */
        RESET(Of.CONNECTION, "reset"),
        /** Each piece of data takes so many milliseconds. */
        DELAY(Of.CONNECTION, "slow"),
        /** So many bytes a second. */
        NARROW(Of.CONNECTION, "narrow"),
        /** A few bytes at a time. */
        DRIP(Of.CONNECTION, "dripping"),
        /** Connections stay and new ones are taken, but nothing comes through. */
        BLACK_HOLE(Of.CONNECTION, "swallowing all"),
        /** What is asked comes through, the answers don't. */
        NO_ANSWERS(Of.CONNECTION, "swallowing answers"),
        /** A request is worked on, and when its answer comes the connection is reset. */
        LOSE_ANSWER(Of.CONNECTION, "losing answers"),
        KME_EMPTY(Of.KME, "empty"),
        KME_SLOW(Of.KME, "slow"),
        KME_ERROR(Of.KME, "failing"),
        KME_FEWER(Of.KME, "giving fewer keys"),
        KME_WRONG_KEY(Of.KME, "giving other bytes than the far end"),
        KME_WRONG_SIZE(Of.KME, "giving keys of another size"),
        KME_REPEAT(Of.KME, "giving a key twice"),
        KME_LATE(Of.KME, "late to know fresh keys"),
        KME_FORGET(Of.KME, "without the keys that waited"),
        KME_LIMIT(Of.KME, "giving fewer at once than it says"),
        KME_TEXT(Of.KME, "answering with text"),
        KME_DETAIL(Of.KME, "failing with a detail"),
        KME_GET_ONLY(Of.KME, "knowing GET only"),
        KME_POST_ONLY(Of.KME, "knowing POST only"),
        KME_DOWN(Of.KME, "down"),
        /** SIGKILL, and what was not synced is gone; another start when the time is over. */
        POWER_CUT(Of.NODE, "without power"),
        /** No byte more fits on the node's disk. */
        DISK_FULL(Of.NODE, "disk full"),
        /** Every fsync fails. */
        FSYNC_ERROR(Of.NODE, "fsync fails"),
        /** SIGKILL inside the n-th fsync from now on, if there are so many; another start when the time is over. */
        SYNC_KILL(Of.NODE, "killed at a sync"),
        /** The wall clock is so many milliseconds off. */
        CLOCK(Of.NODE, "clock wrong");

        private final Of of;
        private final String words;

        Kind(Of of, String words) {
            this.of = of;
            this.words = words;
        }

        Of of() {
            return of;
        }

        String words() {
            return words;
        }
    }

    long until() {
        return at + forMillis;
    }

    String inShort() {
        return target + " " + kind.words();
    }

    @Override
    public String toString() {
        String howMuch = amount == 0 ? "" : " (" + amount + ")";
        return target + " " + kind.words() + howMuch + (forMillis == 0 ? "" : " for " + forMillis + " ms");
    }
}
