package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.testing.ManualClock;

class RelayResultsTest {

    private static final NodeId GREEDY = new NodeId("tn-2");
    private static final NodeId OTHER = new NodeId("tn-3");

    private final ManualClock clock = new ManualClock();
    private final RelayResults results = new RelayResults(clock, 8);

    private Optional<RelayResults.Ticket> begin(NodeId peer) {
        return results.begin(peer, UUID.randomUUID(), new byte[] {1}) instanceof RelayResults.Lookup.First first
                ? Optional.of(first.ticket())
                : Optional.empty();
    }

    private void complete(RelayResults.Ticket ticket) {
        results.complete(ticket, HopReply.refused(HopRefusal.of(RefusalReason.INVALID, "no")));
    }

    @Test
    void begin_byOneNeighbour_leavesAQuarterToTheOthers() {
        for (int i = 0; i < 6; i++) {
            assertThat(begin(GREEDY)).isPresent();
        }
        assertThat(begin(GREEDY)).isEmpty();
        assertThat(results.used()).isEqualTo(1);
        assertThat(begin(OTHER)).isPresent();
        assertThat(begin(OTHER)).isPresent();
        assertThat(begin(OTHER)).isEmpty();
    }

    @Test
    void begin_whenFormerAnswersNeedNotBeRememberedAnyMore_hasRoomAgain() {
        for (int i = 0; i < 6; i++) {
            complete(begin(GREEDY).orElseThrow());
        }
        clock.advance(Duration.ofMillis(RelayLimits.RESULT_MILLIS));
        for (int i = 0; i < 6; i++) {
            assertThat(begin(GREEDY)).isPresent();
        }
    }

    @Test
    void begin_afterOneIsForgotten_hasRoomAgain() {
        for (int i = 0; i < 5; i++) {
            begin(GREEDY);
        }
        RelayResults.Ticket last = begin(GREEDY).orElseThrow();
        results.forget(last, HopReply.refused(HopRefusal.of(RefusalReason.BUSY, "busy")));
        assertThat(begin(GREEDY)).isPresent();
        assertThat(begin(GREEDY)).isEmpty();
    }
}
