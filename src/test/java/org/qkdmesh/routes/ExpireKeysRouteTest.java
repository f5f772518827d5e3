package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpireKeysRouteTest extends RouteTest {

    ExpireKeysRouteTest() {
        super("housekeeping/expire-keys.camel.yaml", "expire-keys");
    }

    @Test
    void old_isRemoved() {
        run();
        assertThat(ran).containsExactly("expireKeys");
    }

    @Test
    void failure_isNoted_andTriedAgainByTheTimer() {
        failing("expireKeys", new IllegalStateException("disk"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("expireKeys", "noteBackgroundFailure");
    }
}
