package org.qkdmesh.sae;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.TokenBucket;

/**
 * Holds each pair of SAEs to the keys per second and per day that its policy allows: what its master asks for at this node.
 * The seconds are a token bucket; the day's bucket is filled at once, at midnight UTC. What was taken and not given in the
 * end is to be put back. Only pairs whose policy names rates are kept track of, and each only until its buckets are full
 * again. Safe for use by several threads.
 */
public final class KeyRates {

    /** As many are kept before those with full buckets are looked for. */
    private static final int FEW = 1024;

    private final NodeClock clock;
    private final ToLongFunction<SaePair> givenToday;
    private final Map<SaePair, Buckets> buckets = new HashMap<>();
    private int sweepAt = FEW;

    private static final class Buckets {

        private final TokenBucket second;
        private PairPolicy.Rates rates;
        private LocalDate day;
        private long today;
        private PairPolicies countedUnder;

        Buckets(PairPolicy.Rates rates, long now, LocalDate day) {
            this.second = new TokenBucket(now);
            this.rates = rates;
            this.day = day;
        }

        void isNow(LocalDate date) {
            // A clock that is set back does not make a day begin again.
            if (date.isAfter(day)) {
                day = date;
                today = 0;
            }
        }

        /** What is given while no limit for a day holds is not counted here, but in the store. */
        void isAtLeast(long given, PairPolicies policies) {
            today = Math.max(today, given);
            countedUnder = policies;
        }

        boolean isFull(long now) {
            OptionalInt perSecond = rates.perSecond();
            return today == 0 && (perSecond.isEmpty() || second.isFull(perSecond.getAsInt(), now));
        }

        void take(int keys) {
            second.take(keys);
            today += keys;
        }

        void giveBack(int keys, LocalDate taken) {
            second.giveBack(keys);
            if (taken.equals(day)) {
                today = Math.max(0, today - keys);
            }
        }
    }

    /**
     * @param givenToday how many keys a pair was given today, also before this node's start; asked when it first matters
     *     under policies that are new
     */
    public KeyRates(NodeClock clock, ToLongFunction<SaePair> givenToday) {
        this.clock = clock;
        this.givenToday = givenToday;
    }

    /** What a request has taken of the rates of its pairs. */
    public final class Taken {

        private final Map<SaePair, LocalDate> pairs = new HashMap<>();
        private final int keys;

        private Taken(int keys) {
            this.keys = keys;
        }

        /** Whether none of the pairs has a rate. */
        public boolean isNothing() {
            return pairs.isEmpty();
        }

        /** The master did not get the keys after all. To be called once at most. */
        public void giveBack() {
            synchronized (KeyRates.this) {
                pairs.forEach((pair, day) ->
                        Optional.ofNullable(buckets.get(pair)).ifPresent(its -> its.giveBack(keys, day)));
            }
        }
    }

    /**
     * Takes so many keys for each of these pairs.
     *
     * @throws Refusal 429 when one of the pairs has had as many as it may have for now; then nothing is taken of any; what
     *     asking for today's keys throws
     */
    public Taken take(PairPolicies policies, List<SaePair> pairs, int keys) {
        Taken taken = new Taken(keys);
        List<SaePair> rated = new ArrayList<>(pairs);
        rated.removeIf(pair -> rates(policies, pair).isNone());
        if (rated.isEmpty()) {
            return taken;
        }
        rated.forEach(pair -> remember(pair, policies));
        synchronized (this) {
            rated.forEach(pair -> refuseAboveRates(pair, rates(policies, pair), keys));
            rated.forEach(pair -> {
                Buckets its = buckets(pair, rates(policies, pair));
                its.take(keys);
                taken.pairs.put(pair, its.day);
            });
        }
        return taken;
    }

    /** How many keys the pair may have now by its rates. */
    public long left(PairPolicies policies, SaePair pair) {
        PairPolicy.Rates rates = rates(policies, pair);
        if (rates.isNone()) {
            return Long.MAX_VALUE;
        }
        remember(pair, policies);
        synchronized (this) {
            Buckets its = buckets(pair, rates);
            long now = clock.monotonicMicros();
            long left =
                    rates.perDay().isPresent() ? Math.max(0, rates.perDay().getAsInt() - its.today) : Long.MAX_VALUE;
            return rates.perSecond().isPresent()
                    ? Math.min(left, its.second.left(rates.perSecond().getAsInt(), rates.burst(), now))
                    : left;
        }
    }

    private static PairPolicy.Rates rates(PairPolicies policies, SaePair pair) {
        return policies.of(pair).map(PairPolicy::rates).orElse(PairPolicy.Rates.NONE);
    }

    private void refuseAboveRates(SaePair pair, PairPolicy.Rates rates, int keys) {
        Buckets its = buckets(pair, rates);
        if (rates.perDay().isPresent() && its.today + keys > rates.perDay().getAsInt()) {
            LocalTime time = LocalTime.ofInstant(clock.wall(), ZoneOffset.UTC);
            throw Refusal.tooMany(
                    "keys_per_day",
                    "this pair of SAEs may have " + rates.perDay().getAsInt() + " keys a day, of which " + its.today
                            + " are taken; the next day begins at midnight UTC",
                    TimeUnit.DAYS.toSeconds(1) - time.toSecondOfDay());
        }
        if (rates.perSecond().isPresent()) {
            int perSecond = rates.perSecond().getAsInt();
            long micros = its.second.microsUntil(keys, perSecond, rates.burst(), clock.monotonicMicros());
            if (micros > 0) {
                throw Refusal.tooMany(
                        "keys_per_second",
                        "this pair of SAEs may have " + perSecond + " keys a second",
                        1 + (micros - 1) / TimeUnit.SECONDS.toMicros(1));
            }
        }
    }

    /**
     * What was given without being counted here, before this node's start or under policies without a limit for a day, is
     * asked for while nobody waits for it.
     */
    private void remember(SaePair pair, PairPolicies policies) {
        PairPolicy.Rates rates = rates(policies, pair);
        if (rates.perDay().isEmpty() || isCounted(pair, policies)) {
            return;
        }
        long given = givenToday.applyAsLong(pair);
        synchronized (this) {
            buckets(pair, rates).isAtLeast(given, policies);
        }
    }

    private synchronized boolean isCounted(SaePair pair, PairPolicies policies) {
        Buckets its = buckets.get(pair);
        return its != null && its.countedUnder == policies;
    }

    private Buckets buckets(SaePair pair, PairPolicy.Rates rates) {
        LocalDate today = LocalDate.ofInstant(clock.wall(), ZoneOffset.UTC);
        Buckets its = buckets.get(pair);
        if (its == null) {
            sweep(today);
            its = new Buckets(rates, clock.monotonicMicros(), today);
            buckets.put(pair, its);
        }
        its.rates = rates;
        its.isNow(today);
        return its;
    }

    /** So seldom that it costs little for each that comes. */
    private void sweep(LocalDate today) {
        if (buckets.size() >= sweepAt) {
            long now = clock.monotonicMicros();
            buckets.values().removeIf(its -> {
                its.isNow(today);
                return its.isFull(now);
            });
            sweepAt = Math.max(FEW, 2 * buckets.size());
        }
    }
}
