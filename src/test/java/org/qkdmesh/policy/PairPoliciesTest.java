package org.qkdmesh.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

class PairPoliciesTest {

    @Test
    void keys_areSealed_unlessTheEntryThatCountsSaysOff() {
        SaePattern all = new SaePattern("*");
        PairPolicy off = new PairPolicy(
                PairPolicy.Bounds.NONE, PairPolicy.Rates.NONE, 1, PairPolicy.Seal.OFF, PairPolicy.Paths.SINGLE);
        PairPolicies policies = new PairPolicies(List.of(
                new PairPolicies.Entry(new SaePattern("lab-*"), all, off),
                new PairPolicies.Entry(all, all, PairPolicy.UNLIMITED)));
        assertThat(policies.seal(new SaePair(new SaeId("lab-1"), new SaeId("sae-b"))))
                .isFalse();
        assertThat(policies.seal(new SaePair(new SaeId("sae-a"), new SaeId("lab-1"))))
                .isTrue();
        assertThat(PairPolicies.NONE.seal(new SaePair(new SaeId("sae-a"), new SaeId("sae-b"))))
                .isTrue();
    }

    @Test
    void pathsOfSeveralPairs_thatGetTheSameKeys_areThoseOfTheOneThatAsksForMost() {
        PairPolicy.Paths single = PairPolicy.Paths.SINGLE;
        PairPolicy.Paths preferred = new PairPolicy.Paths(PairPolicy.Paths.Choice.PREFER_DISJOINT, 3);
        PairPolicy.Paths disjoint = new PairPolicy.Paths(PairPolicy.Paths.Choice.DISJOINT, 2);
        assertThat(single.or(preferred)).isEqualTo(preferred);
        assertThat(disjoint.or(single)).isEqualTo(disjoint);
        assertThat(preferred.or(disjoint))
                .isEqualTo(disjoint.or(preferred))
                .isEqualTo(new PairPolicy.Paths(PairPolicy.Paths.Choice.DISJOINT, 3));
        assertThat(PairPolicies.NONE.paths(new SaePair(new SaeId("sae-a"), new SaeId("sae-b"))))
                .isEqualTo(single);
    }

    private static final PairPolicy ONE = maxCount(1);
    private static final PairPolicy TWO = maxCount(2);
    private static final PairPolicy THREE = maxCount(3);

    @ParameterizedTest
    @CsvSource(textBlock = """
            vpn-*,    vpn-1,        true
            vpn-*,    vpn-,         true
            vpn-*,    vpn,          false
            vpn-*,    a-vpn-1,      false
            *,        x,            true
            *-west,   vpn-1-west,   true
            *-west,   vpn-west-1,   false
            a*b*c,    a-b-b-c,      true
            a*b*c,    a-c-b,        false
            vpn-1,    vpn-1,        true
            vpn-1,    VPN-1,        false
            a**,      a,            true
            vpn-?,    vpn-1,        false
            vpn-?,    vpn-?,        true
            """)
    void pattern_matchesWhatItsStarsLeaveOpen(String pattern, String sae, boolean matches) {
        assertThat(new SaePattern(pattern).matches(new SaeId(sae))).isEqualTo(matches);
    }

    @Property(tries = 300)
    void pattern_thatCoversAnother_matchesAllThatItMatches(
            @ForAll @StringLength(min = 1, max = 6) @Chars({'a', 'b', '*'}) String wide,
            @ForAll @StringLength(min = 1, max = 6) @Chars({'a', 'b', '*'}) String narrow,
            @ForAll @StringLength(min = 1, max = 6) @CharRange(from = 'a', to = 'b') String sae) {
        SaePattern one = new SaePattern(wide);
        SaePattern other = new SaePattern(narrow);
        SaeId id = new SaeId(sae);
        assertThat(one.matches(id)).isEqualTo(sae.matches(wide.replace("*", ".*")));
        if (one.covers(other) && other.matches(id)) {
            assertThat(one.matches(id)).isTrue();
        }
    }

    @Test
    void pattern_ofNothingButStars_takesNoLongTime() {
        SaePattern worst = new SaePattern("*a".repeat(31) + "b");
        SaeId sae = new SaeId("a".repeat(64));
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertThat(worst.matches(sae)).isFalse());
    }

    @Test
    void pattern_thatCouldBeNoId_isRefused() {
        assertThatThrownBy(() -> new SaePattern("vpn *")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SaePattern("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void firstEntryThatMatches_counts_whetherItNamesOrIsAPattern() {
        PairPolicies policies = new PairPolicies(
                List.of(entry("vpn-1", "vpn-2", ONE), entry("vpn-*", "vpn-*", TWO), entry("vpn-1", "*", THREE)));

        assertThat(policies.of(pair("vpn-1", "vpn-2"))).contains(ONE);
        assertThat(policies.of(pair("vpn-2", "vpn-1"))).contains(TWO);
        assertThat(policies.of(pair("vpn-1", "vpn-3"))).contains(TWO);
        assertThat(policies.of(pair("vpn-1", "x"))).contains(THREE);
        assertThat(policies.of(pair("x", "vpn-1"))).isEmpty();
    }

    @Test
    void nameAfterAPatternThatMatchesItToo_doesNotCount() {
        PairPolicies policies = new PairPolicies(List.of(entry("vpn-*", "*", ONE), entry("vpn-1", "b", TWO)));

        assertThat(policies.of(pair("vpn-1", "b"))).contains(ONE);
    }

    @Test
    void direction_isThatOfTheEntry() {
        PairPolicies policies = new PairPolicies(List.of(entry("a", "b", ONE)));

        assertThat(policies.allow(pair("a", "b"))).isTrue();
        assertThat(policies.allow(pair("b", "a"))).isFalse();
    }

    @Test
    void withoutEntries_nobodyMayHaveAnything_andAnyIsEverybody() {
        assertThat(Stream.of(pair("a", "b"), pair("*", "*"))).noneMatch(PairPolicies.NONE::allow);
        assertThat(PairPolicies.ANY.of(pair("a", "b"))).contains(PairPolicy.UNLIMITED);
    }

    private static PairPolicy maxCount(int most) {
        return PairPolicy.UNLIMITED.with(new PairPolicy.Bounds(8, 1024, 10, most));
    }

    private static PairPolicies.Entry entry(String master, String slave, PairPolicy policy) {
        return new PairPolicies.Entry(new SaePattern(master), new SaePattern(slave), policy);
    }

    private static SaePair pair(String master, String slave) {
        return new SaePair(new SaeId(master), new SaeId(slave));
    }
}
