package org.qkdmesh.node.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.sae.PairRefusals;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.PairUse;
import org.qkdmesh.testing.ManualClock;

class UsageViewTest {

    private static final int MOST_ROWS = 100_000;

    /** It begins on 2026-01-01. */
    private final ManualClock clock = new ManualClock();

    private final MemoryStore store = new MemoryStore(clock);
    private final UsageView view = new UsageView(new NodeId("tn-1"), store, new PairRefusals(store), clock);

    private void use(int fromPair, int toPair) {
        store.transact(tx -> {
            for (int i = fromPair; i < toPair; i++) {
                SaePair pair = new SaePair(new SaeId("sae-" + i), new SaeId("sae-x"));
                tx.addUse(PairUse.of(pair, PairUse.Direction.GIVEN, 1, 256));
            }
            return null;
        });
    }

    private JsonNode uses(String from, String to) {
        return view.document(from, to).path("uses");
    }

    private void assertRefused(String from, String to, String message) {
        assertThatThrownBy(() -> view.document(from, to))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(Refusal.Status.BAD_REQUEST))
                .hasMessage(message);
    }

    @Test
    void days_areThoseFromTheFirstToTheLast_andThirtyBeforeToday_whereNoneIsNamed() {
        for (int day = 0; day < 40; day++) {
            use(0, 1);
            clock.advance(Duration.ofDays(1));
        }
        assertThat(uses("2026-01-05", "2026-01-07").findValuesAsText("day"))
                .containsExactly("2026-01-05", "2026-01-06", "2026-01-07");
        assertThat(uses("2026-02-09", null).findValuesAsText("day")).containsExactly("2026-02-09");
        assertThat(uses(null, null).findValuesAsText("day")).hasSize(30).first().isEqualTo("2026-01-11");
        assertThat(uses(null, "2026-01-02").findValuesAsText("day")).containsExactly("2026-01-01", "2026-01-02");
    }

    @Test
    void whatIsNoDay_orEndsBeforeItBegins_isRefused() {
        for (String no : new String[] {"", "January", "2026-1-1", "2026-02-30", "2026-01-01T00:00", "+2026-01-01x"}) {
            assertRefused(no, null, "from: expected a day such as 2026-01-31");
            assertRefused(null, no, "to: expected a day such as 2026-01-31");
        }
        assertRefused("2026-01-02", null, "from: expected 2026-01-01 (to) or a day before, found 2026-01-02");
        assertRefused("2025-12-31", "2025-12-30", "from: expected 2025-12-30 (to) or a day before, found 2025-12-31");
    }

    @Test
    void moreRowsThanFitAnAnswer_areRefused_andFewerDaysAreNot() {
        use(0, MOST_ROWS);
        assertThat(uses(null, null)).hasSize(MOST_ROWS);
        clock.advance(Duration.ofDays(1));
        use(0, 1);
        assertRefused(null, null, "from: more than 100000 rows, ask for fewer days at once");
        assertThat(uses("2026-01-02", null)).hasSize(1);
    }
}
