package org.qkdmesh.simulator;

import java.util.Locale;
import java.util.Optional;

/**
 * What a simulated KME does wrong.
 *
 * @param millis how long {@link Kind#SLOW} waits before it answers, and how old a key is before {@link Kind#LATE} knows it,
 *     0 to {@value #MAX_MILLIS}
 * @param status the HTTP status that {@link Kind#ERROR}, {@link Kind#DETAIL} and {@link Kind#LIMIT} answer with, 400 to 599
 */
public record KmeFault(Kind kind, int millis, int status) {

    /** Longer than any caller waits, short enough not to hold threads for long. */
    public static final int MAX_MILLIS = 60_000;

    /** The kinds of faults; their names in lower case are their names on the wire. */
    public enum Kind {
        /** Works as it should. */
        NONE,
        /** Has no keys to give; keys that were given at the other end can still be fetched. */
        EMPTY,
        /** Answers late. */
        SLOW,
        /** Answers every call with an HTTP error. */
        ERROR,
        /** Gives half as many keys as were asked for, at least one. */
        FEWER,
        /** Gives other bytes than the far end under the same ids. */
        WRONG_KEY,
        /** Gives keys a byte longer than asked for. */
        WRONG_SIZE,
        /** Gives one key of the answer before once more. */
        REPEAT,
        /** Does not know keys yet that were given at the far end a moment ago. */
        LATE,
        /** Has lost the keys that waited here, as by a restart, and loses those that come. */
        FORGET,
        /** Answers a request for more than a quarter of what its status allows with an HTTP error. */
        LIMIT,
        /** Answers every call with 200 and a text. */
        TEXT,
        /** Answers every call with an HTTP error whose text is in {@code detail}, not {@code message}. */
        DETAIL,
        /** Knows GET only. */
        GET_ONLY,
        /** Knows POST only, but for status. */
        POST_ONLY,
        /** Accepts no connections. */
        DOWN;

        public static Optional<Kind> ofWireName(String name) {
            for (Kind kind : values()) {
                if (kind.wireName().equals(name)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final KmeFault NONE = new KmeFault(Kind.NONE, 0, 503);

    public KmeFault {
        if (millis < 0 || millis > MAX_MILLIS) {
            throw new IllegalArgumentException("millis shall be an integer from 0 to " + MAX_MILLIS);
        }
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status shall be an integer from 400 to 599");
        }
    }

    /** A fault that needs no number. */
    public static KmeFault of(Kind kind) {
        return new KmeFault(kind, 0, 503);
    }

    /** How long to wait before an answer, milliseconds. */
    public int delayMillis() {
        return kind == Kind.SLOW ? millis : 0;
    }
}
