package org.qkdmesh.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.cli.torture.Violation.Rule;

/** The ledger finds a byte of a link key that stands in two messages. */
class PadLedgerTest {

    private final PadLedger ledger = new PadLedger();

    @Test
    void rangesThatTouch_areFine() {
        ledger.add("m1 north r1 key1:0:32 key1:32:32 key2:0:64");
        ledger.add("m2 north r2 key1:64:10");

        assertThat(ledger.check()).isEmpty();
        assertThat(ledger.bytes()).isEqualTo(138);
    }

    @Test
    void oneByteInTwoMessages_isFound() {
        ledger.add("m1 north r1 key1:0:32");
        ledger.add("m2 north r2 key1:31:32");

        assertThat(ledger.check()).extracting(Violation::rule).containsExactly(Rule.PAD_TWICE);
    }

    @Test
    void shortRangeInsideALongOne_isFound() {
        ledger.add("m1 north r1 key1:0:100");
        ledger.add("m2 north r2 key1:10:5");
        ledger.add("m3 south r3 key1:50:5");

        assertThat(ledger.check()).hasSize(2);
    }

    @Test
    void theSameMessageSentAgain_usesNothingAnew() {
        ledger.add("m1 north r1 key1:0:32");
        ledger.add("m1 north r1 key1:0:32");

        assertThat(ledger.check()).isEmpty();
        assertThat(ledger.messages()).isEqualTo(1);
    }
}
