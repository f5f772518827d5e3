package org.qkdmesh.config;

import java.time.Duration;

/**
 * How long keys are there.
 *
 * @param life how long a slave can fetch a key, 1 s to 7 days
 * @param fetchWindow a key is given to its master only while at least so much of its life is left; less than the life
 * @param redeliveryWindow how long a slave that was given a key may ask for it again, at most 1 h; 0 for not at all
 */
public record KeyTimes(Duration life, Duration fetchWindow, Duration redeliveryWindow) {

    static final Duration LONGEST_REDELIVERY = Duration.ofHours(1);

    private static final Duration USUAL_FETCH_WINDOW = Duration.ofMinutes(1);

    /** @throws IllegalArgumentException when a time is out of its range */
    public KeyTimes {
        if (life.compareTo(Duration.ofSeconds(1)) < 0 || life.compareTo(Duration.ofDays(7)) > 0) {
            throw new IllegalArgumentException("the life of keys shall be 1 s to 7 days");
        }
        if (fetchWindow.isNegative() || fetchWindow.compareTo(life) >= 0) {
            throw new IllegalArgumentException("the fetch window shall be shorter than the life of keys");
        }
        if (redeliveryWindow.isNegative() || redeliveryWindow.compareTo(LONGEST_REDELIVERY) > 0) {
            throw new IllegalArgumentException("the redelivery window shall be at most 1 h");
        }
    }

    /** Keys that a slave gets once. */
    public static KeyTimes ofLife(Duration life) {
        return new KeyTimes(life, usualFetchWindow(life), Duration.ZERO);
    }

    static Duration usualFetchWindow(Duration life) {
        Duration half = life.dividedBy(2);
        return half.compareTo(USUAL_FETCH_WINDOW) < 0 ? half : USUAL_FETCH_WINDOW;
    }
}
