package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.junit.jupiter.api.Test;

class FetchLinkKeysRouteTest extends RouteTest {

    FetchLinkKeysRouteTest() {
        super("kme/fetch-link-keys.camel.yaml", "fetch-link-keys-kme-1");
    }

    @Override
    void prepare() {
        TemplatedRouteBuilder.builder(context, "fetch-link-keys")
                .routeId("fetch-link-keys-kme-1")
                .parameter("kme", "kme-1")
                .add();
    }

    @Test
    void keysOfTheOwnKme_areAnnouncedToTheNeighbour() {
        when("fetchLinkKeys", exchange -> exchange.getMessage().setBody(List.of("announcement")));
        run();
        assertThat(ran)
                .containsExactly("fetchLinkKeys", "writeAnnouncement", "direct:call-neighbour", "readConfirmation");
    }

    @Test
    void nothingFetched_nothingIsAnnounced() {
        when("fetchLinkKeys", exchange -> exchange.getMessage().setBody(List.of()));
        run();
        assertThat(ran).containsExactly("fetchLinkKeys");
    }

    @Test
    void failure_isNoted_andTriedAgainByTheTimer() {
        failing("fetchLinkKeys", new IllegalStateException("down"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("fetchLinkKeys", "noteBackgroundFailure");
    }
}
