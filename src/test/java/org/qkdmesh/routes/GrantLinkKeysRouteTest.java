package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class GrantLinkKeysRouteTest extends RouteTest {

    GrantLinkKeysRouteTest() {
        super("kme/grant-link-keys.camel.yaml", "grant-link-keys");
    }

    @Test
    void stranger_isGrantedNothing() {
        failing("identifyNeighbour", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyNeighbour", "writePeerError");
    }

    @Test
    void neighbour_isGrantedKeys() {
        run();
        assertThat(ran).containsExactly("identifyNeighbour", "grantLinkKeys");
    }
}
