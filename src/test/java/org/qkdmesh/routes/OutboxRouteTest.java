package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxRouteTest extends RouteTest {

    OutboxRouteTest() {
        super("relay/outbox.camel.yaml", "outbox");
    }

    @Test
    void everyNoticeOwed_isSent() {
        when("listNotices", exchange -> exchange.getMessage().setBody(List.of("first", "second")));
        run();
        assertThat(ran)
                .containsExactly(
                        "listNotices",
                        "writeNotice",
                        "direct:call-neighbour",
                        "readAcknowledgement",
                        "writeNotice",
                        "direct:call-neighbour",
                        "readAcknowledgement");
    }

    @Test
    void nothingOwed_nothingIsSent() {
        when("listNotices", exchange -> exchange.getMessage().setBody(List.of()));
        run();
        assertThat(ran).containsExactly("listNotices");
    }

    @Test
    void failure_isNoted_andTriedAgainByTheTimer() {
        failing("listNotices", new IllegalStateException("disk"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("listNotices", "noteBackgroundFailure");
    }
}
