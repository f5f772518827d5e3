package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.camel.component.seda.SedaEndpoint;
import org.junit.jupiter.api.Test;

class AdvertiseRouteTest extends RouteTest {

    AdvertiseRouteTest() {
        super("discovery/advertise.camel.yaml", "advertise");
    }

    @Test
    void eachNeighbour_isToldWhatItLacks_withoutWaitingForTheOthers() {
        when("refreshOwnAdvert", exchange -> exchange.getMessage().setBody(List.of("tn-1", "tn-3")));
        run();
        assertThat(ran).containsExactly("refreshOwnAdvert", "writeAdverts", "writeAdverts");
        assertThat(waiting()).isEqualTo(2);
    }

    @Test
    void nothingToTell_nobodyIsCalled() {
        when("refreshOwnAdvert", exchange -> exchange.getMessage().setBody(List.of()));
        run();
        assertThat(ran).containsExactly("refreshOwnAdvert");
        assertThat(waiting()).isZero();
    }

    @Test
    void failure_isNoted() {
        failing("refreshOwnAdvert", new IllegalStateException("disk"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("refreshOwnAdvert", "noteBackgroundFailure");
    }

    /** Exchanges that wait for route {@code exchange-adverts}, which does not run here. */
    private int waiting() {
        return context.getEndpoints().stream()
                .filter(endpoint -> endpoint.getEndpointUri().startsWith("seda://exchange-adverts"))
                .mapToInt(endpoint -> ((SedaEndpoint) endpoint).getCurrentQueueSize())
                .sum();
    }
}
