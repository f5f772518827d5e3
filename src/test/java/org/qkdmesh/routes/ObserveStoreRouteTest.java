package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ObserveStoreRouteTest extends RouteTest {

    ObserveStoreRouteTest() {
        super("housekeeping/observe-store.camel.yaml", "observe-store");
    }

    @Test
    void rows_areCounted() {
        run();
        assertThat(ran).containsExactly("observeStore");
    }

    @Test
    void failure_isNoted_andTriedAgainByTheTimer() {
        failing("observeStore", new IllegalStateException("disk"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("observeStore", "noteBackgroundFailure");
    }
}
