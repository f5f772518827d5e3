package org.qkdmesh.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.SaePattern;
import org.qkdmesh.testing.ManualClock;

class KeyRatesTest {

    private static final SaePair A_B = pair("a", "b");
    private static final SaePair A_C = pair("a", "c");

    private final ManualClock clock = new ManualClock();
    private long givenBefore;
    private final KeyRates rates = new KeyRates(clock, pair -> givenBefore);

    @Test
    void aPair_mayHaveABurstAtOnce_thenAsMuchAsComesIn() {
        PairPolicies policies = perSecond(10, 20);
        rates.take(policies, List.of(A_B), 20);
        assertThat(refused(policies, 1, A_B).retryAfterSeconds()).isEqualTo(1);
        clock.advance(Duration.ofMillis(500));
        rates.take(policies, List.of(A_B), 5);
        refused(policies, 1, A_B);
        clock.advance(Duration.ofSeconds(60));
        assertThat(rates.left(policies, A_B)).isEqualTo(20);
    }

    @Test
    void refusal_saysWhenThereWillBeEnough_andThenThereIs() {
        PairPolicies policies = perSecond(2, 10);
        rates.take(policies, List.of(A_B), 10);
        Refusal refusal = refused(policies, 7, A_B);
        assertThat(refusal.status()).isEqualTo(Refusal.Status.TOO_MANY_REQUESTS);
        assertThat(refusal.reason()).isEqualTo("keys_per_second");
        assertThat(refusal).hasMessage("this pair of SAEs may have 2 keys a second");
        assertThat(refusal.retryAfterSeconds()).isEqualTo(4);
        clock.advance(Duration.ofSeconds(4));
        rates.take(policies, List.of(A_B), 7);
    }

    @Test
    void moreThanABurstAtOnce_isServedByAFullBucket_andPaidOffBeforeTheNext() {
        PairPolicies policies = perSecond(10, 10);
        rates.take(policies, List.of(A_B), 30);
        assertThat(refused(policies, 1, A_B).retryAfterSeconds()).isEqualTo(3);
        clock.advance(Duration.ofMillis(2_099));
        refused(policies, 1, A_B);
        clock.advance(Duration.ofMillis(1));
        rates.take(policies, List.of(A_B), 1);
    }

    @Test
    void day_endsAtMidnightUtc_andNoClockSetBackBeginsItAgain() {
        PairPolicies policies = perDay(100);
        clock.advance(Duration.ofHours(23));
        rates.take(policies, List.of(A_B), 99);
        Refusal refusal = refused(policies, 2, A_B);
        assertThat(refusal.reason()).isEqualTo("keys_per_day");
        assertThat(refusal.retryAfterSeconds()).isEqualTo(3600);
        rates.take(policies, List.of(A_B), 1);
        clock.advance(Duration.ofHours(1));
        rates.take(policies, List.of(A_B), 100);
        clock.shiftWall(Duration.ofHours(-2));
        refused(policies, 1, A_B);
    }

    @Test
    void whatWasGivenTodayBeforeTheStart_counts() {
        givenBefore = 8;
        PairPolicies policies = perDay(10);
        refused(policies, 3, A_B);
        rates.take(policies, List.of(A_B), 2);
        refused(policies, 1, A_B);
        clock.advance(Duration.ofDays(1));
        rates.take(policies, List.of(A_B), 10);
    }

    @Test
    void severalPairs_takeAllOrNothing() {
        PairPolicies policies = new PairPolicies(List.of(
                entry("a", "b", new PairPolicy.Rates(OptionalInt.empty(), 1, OptionalInt.of(10))),
                entry("a", "c", new PairPolicy.Rates(OptionalInt.empty(), 1, OptionalInt.of(5)))));
        refused(policies, 6, A_B, A_C);
        assertThat(rates.left(policies, A_B)).isEqualTo(10);
        rates.take(policies, List.of(A_B, A_C), 5);
        assertThat(rates.left(policies, A_B)).isEqualTo(5);
        assertThat(rates.left(policies, A_C)).isZero();
    }

    @Test
    void eachPairOfAPattern_hasItsOwn() {
        PairPolicies policies = perDay(3);
        rates.take(policies, List.of(A_B), 3);
        rates.take(policies, List.of(A_C), 3);
    }

    @Test
    void whatWasNotGiven_isPutBack_butNotIntoAnotherDay() {
        PairPolicies policies = perDay(10);
        KeyRates.Taken today = rates.take(policies, List.of(A_B), 10);
        today.giveBack();
        assertThat(rates.left(policies, A_B)).isEqualTo(10);
        KeyRates.Taken late = rates.take(policies, List.of(A_B), 10);
        clock.advance(Duration.ofDays(1));
        rates.take(policies, List.of(A_B), 4);
        late.giveBack();
        assertThat(rates.left(policies, A_B)).isEqualTo(6);
    }

    @Test
    void anotherRate_holdsFromTheNextRequestOn_withWhatWasTakenBefore() {
        rates.take(perDay(10), List.of(A_B), 10);
        assertThat(rates.left(perDay(100), A_B)).isEqualTo(90);
        assertThat(rates.left(perDay(5), A_B)).isZero();
        assertThatCode(() -> rates.take(PairPolicies.ANY, List.of(A_B), 1_000)).doesNotThrowAnyException();
    }

    @Test
    void limitForADay_thatAReloadBringsIn_countsWhatWasGivenToday() {
        givenBefore = 900;
        rates.take(perSecond(10, 10), List.of(A_B), 1);
        PairPolicies policies = perDay(1000);
        assertThat(rates.left(policies, A_B)).isEqualTo(100);
        refused(policies, 101, A_B);
        rates.take(policies, List.of(A_B), 100);
    }

    @Test
    void limitForADay_thatIsLiftedAndComesBack_countsWhatWasGivenWithoutIt() {
        rates.take(perDay(1000), List.of(A_B), 10);
        rates.take(PairPolicies.ANY, List.of(A_B), 500);
        givenBefore = 510;
        PairPolicies policies = perDay(1000);
        assertThat(rates.left(policies, A_B)).isEqualTo(490);
        refused(policies, 491, A_B);
    }

    /** What comes in before the first and after the last request, and one request that a full bucket lets through. */
    @Property(tries = 100)
    void overAnyTime_aPairHasNoMoreThanItsRate_aBurstAndOneRequest(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 50) Integer> requests,
            @ForAll @IntRange(min = 1, max = 40) int perSecond,
            @ForAll @IntRange(min = 1, max = 40) int burst,
            @ForAll @IntRange(max = 400) int pauseMillis) {
        ManualClock time = new ManualClock();
        KeyRates fresh = new KeyRates(time, pair -> 0);
        PairPolicies policies = perSecond(perSecond, burst);
        long given = 0;
        double seconds = 0;
        for (int keys : requests) {
            try {
                fresh.take(policies, List.of(A_B), keys);
                given += keys;
                assertThat(given).isLessThanOrEqualTo((long) (perSecond * seconds + burst) + 50);
            } catch (Refusal e) {
                assertThat(e.retryAfterSeconds()).isPositive();
            }
            time.advance(Duration.ofMillis(pauseMillis));
            seconds += pauseMillis / 1000.0;
        }
    }

    private Refusal refused(PairPolicies policies, int keys, SaePair... pairs) {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> rates.take(policies, List.of(pairs), keys));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static PairPolicies perSecond(int keys, int burst) {
        return new PairPolicies(
                List.of(entry("*", "*", new PairPolicy.Rates(OptionalInt.of(keys), burst, OptionalInt.empty()))));
    }

    private static PairPolicies perDay(int keys) {
        return new PairPolicies(
                List.of(entry("*", "*", new PairPolicy.Rates(OptionalInt.empty(), 1, OptionalInt.of(keys)))));
    }

    private static PairPolicies.Entry entry(String master, String slave, PairPolicy.Rates rates) {
        return new PairPolicies.Entry(new SaePattern(master), new SaePattern(slave), PairPolicy.UNLIMITED.with(rates));
    }

    private static SaePair pair(String master, String slave) {
        return new SaePair(new SaeId(master), new SaeId(slave));
    }
}
