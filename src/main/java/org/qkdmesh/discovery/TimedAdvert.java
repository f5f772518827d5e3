package org.qkdmesh.discovery;

import java.util.Objects;

/**
 * A signed advert as it travels.
 *
 * @param jws the advert as its node signed it
 * @param lifeMs how long it may still be believed, 0 to {@value #FULL_LIFE_MS} milliseconds; not signed, since it
 *     shrinks on the way. Whoever hears of it for the first time believes it until its node's next one is due, however
 *     short that is, so that to cut it short on the way is of no use
 */
public record TimedAdvert(String jws, long lifeMs) {

    /** The life of a new advert: three refreshes and a bit. */
    public static final long FULL_LIFE_MS = 100_000;

    public TimedAdvert {
        Objects.requireNonNull(jws, "jws");
        if (lifeMs < 0 || lifeMs > FULL_LIFE_MS) {
            throw new IllegalArgumentException("life_ms shall lie between 0 and " + FULL_LIFE_MS);
        }
    }
}
