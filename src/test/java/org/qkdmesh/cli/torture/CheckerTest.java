package org.qkdmesh.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.cli.torture.Violation.Rule;

/** The checker finds each kind of break in a history, and none in a history without one. */
class CheckerTest {

    private static final long LIFE = 60_000;
    private static final List<String> TO_B = List.of("sae-b");

    private final List<Event> history = new ArrayList<>();
    private long requests;

    @Test
    void keyThatIsFetchedOnce_isFine() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-b", "k1", "aa", Outcome.OK);

        Checker.Result result = check();

        assertThat(result.violations()).isEmpty();
        assertThat(result.given()).isEqualTo(1);
        assertThat(result.fetched()).isEqualTo(1);
    }

    @Test
    void keyThatNobodyFetchedUntilTheEnd_isLost() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-b", "k1", "", Outcome.BUSY);

        assertThat(rules()).containsExactly(Rule.LOST);
    }

    @Test
    void keyThatIsNotThereThoughItsLifeGoesOn_isLost() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-b", "k1", "", Outcome.REFUSED);

        assertThat(rules()).containsExactly(Rule.LOST);
    }

    @Test
    void keyThatIsNotThereAfterAnAnswerWasCut_isCounted() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-b", "k1", "", Outcome.UNKNOWN);
        asked(3_000, "sae-b", "k1", "", Outcome.REFUSED);

        Checker.Result result = check();

        assertThat(result.violations()).isEmpty();
        assertThat(result.cut()).isEqualTo(1);
    }

    @Test
    void keyThatIsNotThereAfterItsLife_hasExpired() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-b", "k1", "", Outcome.BUSY);
        asked(1_000 + LIFE, "sae-b", "k1", "", Outcome.REFUSED);

        Checker.Result result = check();

        assertThat(result.violations()).isEmpty();
        assertThat(result.expired()).isEqualTo(1);
    }

    @Test
    void keyThatIsLeftOnPurpose_isNotLost() {
        given(1_000, "k1", "aa");
        history.add(new Event(1_000, 0, "sae-a", Op.LEFT, List.of("sae-b"), 0, 0, 0, "k1", "", 0, Outcome.OK, ""));

        assertThat(rules()).isEmpty();
    }

    @Test
    void keyThatIsGivenTwice_isFound() {
        given(1_000, "k1", "aa");
        given(2_000, "k1", "aa");
        asked(3_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.DOUBLED);
    }

    @Test
    void keyThatIsFetchedTwice_isFound() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-b", "k1", "aa", Outcome.OK);
        asked(3_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.DOUBLED);
    }

    @Test
    void twoKeysOfTheSameBytes_areFound() {
        given(1_000, "k1", "aa");
        given(1_000, "k2", "aa");
        asked(2_000, "sae-b", "k1", "aa", Outcome.OK);
        asked(2_000, "sae-b", "k2", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.DOUBLED);
    }

    @Test
    void otherBytesAtTheOtherEnd_areFound() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-b", "k1", "bb", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.MISMATCHED);
    }

    @Test
    void keyInOtherHands_isFound() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-c", "k1", "aa", Outcome.OK);
        asked(3_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.WRONG_SAE);
    }

    @Test
    void keyThatNoMasterWasGiven_isFound() {
        asked(2_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.WRONG_SAE);
    }

    @Test
    void thiefWhoIsRefused_costsNobodyAKey() {
        given(1_000, "k1", "aa");
        asked(2_000, "sae-c", "k1", "", Outcome.REFUSED);
        asked(3_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).isEmpty();
    }

    @Test
    void fewerKeysThanAskedFor_areFound() {
        answered(1_000, TO_B, 2, 256, "k1", "aa", Outcome.OK);
        asked(2_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.WRONG_ANSWER);
    }

    @Test
    void otherSizeThanAskedFor_isFound() {
        answered(1_000, TO_B, 1, 512, "k1", "aa", Outcome.OK);
        asked(2_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.WRONG_ANSWER);
    }

    @Test
    void masterWhoIsRefusedForGood_isFound() {
        answered(1_000, TO_B, 1, 256, "", "", Outcome.REFUSED);

        assertThat(rules()).containsExactly(Rule.WRONG_ANSWER);
    }

    @Test
    void eachSlaveOfOneKey_hasToFetchIt() {
        answered(1_000, List.of("sae-b", "sae-c"), 1, 256, "k1", "aa", Outcome.OK);
        asked(2_000, "sae-b", "k1", "aa", Outcome.OK);

        assertThat(rules()).containsExactly(Rule.LOST);

        asked(2_000, "sae-c", "k1", "aa", Outcome.OK);

        assertThat(rules()).isEmpty();
    }

    /** A history of any length in any order, with one break of a kind somewhere in it. */
    @Property(tries = 200)
    void oneBreakAmongManyKeys_isTheOnlyOneFound(
            @ForAll @IntRange(min = 1, max = 60) int keys,
            @ForAll @IntRange(max = 59) int where,
            @ForAll("kinds") Rule rule,
            @ForAll Random order) {
        history.clear();
        for (int i = 0; i < keys; i++) {
            given(1_000 + 10 * i, "k" + i, "hash" + i);
            asked(5_000 + 10 * i, "sae-b", "k" + i, "", Outcome.BUSY);
            asked(9_000 + 10 * i, "sae-b", "k" + i, "hash" + i, Outcome.OK);
        }
        Collections.shuffle(history, order);
        assertThat(rules()).isEmpty();

        breakOne(rule, "k" + where % keys);
        Collections.shuffle(history, order);

        assertThat(rules()).containsExactly(rule);
    }

    @Provide
    Arbitrary<Rule> kinds() {
        return Arbitraries.of(Rule.LOST, Rule.DOUBLED, Rule.MISMATCHED, Rule.WRONG_SAE, Rule.WRONG_ANSWER);
    }

    private void breakOne(Rule rule, String key) {
        Event fetched = history.stream()
                .filter(event -> event.id().equals(key) && event.op() == Op.DEC && event.outcome() == Outcome.OK)
                .findFirst()
                .orElseThrow();
        switch (rule) {
            case LOST -> history.remove(fetched);
            case DOUBLED -> asked(fetched.at() + 1, "sae-b", key, fetched.sha256(), Outcome.OK);
            case MISMATCHED -> {
                history.remove(fetched);
                asked(fetched.at(), "sae-b", key, "other", Outcome.OK);
            }
            case WRONG_SAE -> asked(fetched.at() + 1, "sae-c", key, fetched.sha256(), Outcome.OK);
            case WRONG_ANSWER -> answered(20_000, TO_B, 1, 256, "", "", Outcome.REFUSED);
            default -> throw new IllegalArgumentException("not of a history: " + rule);
        }
    }

    private void given(long at, String id, String hash) {
        answered(at, TO_B, 1, 256, id, hash, Outcome.OK);
    }

    /** @param hash of a key of 256 bits; empty when none came */
    private void answered(long at, List<String> slaves, int number, int bits, String id, String hash, Outcome outcome) {
        int keyBits = hash.isEmpty() ? 0 : 256;
        history.add(
                new Event(at, 5, "sae-a", Op.ENC, slaves, ++requests, number, bits, id, hash, keyBits, outcome, ""));
    }

    private void asked(long at, String sae, String id, String hash, Outcome outcome) {
        history.add(new Event(
                at,
                5,
                sae,
                Op.DEC,
                List.of("sae-a"),
                ++requests,
                1,
                0,
                id,
                hash,
                hash.isEmpty() ? 0 : 256,
                outcome,
                ""));
    }

    private Checker.Result check() {
        return new Checker(LIFE).check(history);
    }

    private List<Rule> rules() {
        return check().violations().stream().map(Violation::rule).toList();
    }
}
