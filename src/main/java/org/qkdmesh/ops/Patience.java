package org.qkdmesh.ops;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.qkdmesh.policy.TokenBucket;

/**
 * How often each of many things may happen before somebody is told, which he is at most once a minute for each. What it
 * remembers is bounded: while it is full of things that keep happening, others go unwatched. Not safe for use by several
 * threads.
 */
final class Patience<K> {

    private static final long SILENCE_MICROS = TimeUnit.MINUTES.toMicros(1);

    private static final class Count {

        private final TokenBucket left;
        private int untold;
        private long silentUntil;

        Count(long now) {
            left = new TokenBucket(now);
            silentUntil = now;
        }
    }

    private final int perSecond;
    private final int many;
    private final int mostKept;
    private final Map<K, Count> counts = new HashMap<>();

    /**
     * @param perSecond that often is borne for ever
     * @param many and so many at once
     */
    Patience(int perSecond, int many, int mostKept) {
        this.perSecond = perSecond;
        this.many = many;
        this.mostKept = mostKept;
    }

    /**
     * It happened once more.
     *
     * @param isBad whether once is too often
     * @param now by a clock that never goes back, microseconds
     * @return how often it has happened since somebody was told last, when he is to be told now
     */
    Optional<Integer> tell(K what, boolean isBad, long now) {
        if (counts.size() >= mostKept && !counts.containsKey(what)) {
            counts.values().removeIf(count -> isCalm(count, now));
            if (counts.size() >= mostKept) {
                return Optional.empty();
            }
        }
        Count count = counts.computeIfAbsent(what, unknown -> new Count(now));
        if (!isBad && isCalm(count, now)) {
            count.untold = 0;
        }
        count.untold++;
        boolean tooOften = !count.left.tryTake(1, perSecond, many, now);
        if (!tooOften && !isBad || now < count.silentUntil) {
            return Optional.empty();
        }
        int times = count.untold;
        count.untold = 0;
        count.silentUntil = now + SILENCE_MICROS;
        return Optional.of(times);
    }

    private boolean isCalm(Count count, long now) {
        return now >= count.silentUntil && count.left.isFull(perSecond, now);
    }

    /** How many things it remembers. */
    int kept() {
        return counts.size();
    }
}
