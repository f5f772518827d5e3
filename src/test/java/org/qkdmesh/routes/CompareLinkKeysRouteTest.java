package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class CompareLinkKeysRouteTest extends RouteTest {

    CompareLinkKeysRouteTest() {
        super("kme/compare-link-keys.camel.yaml", "compare-link-keys");
    }

    @Test
    void keys_areComparedAtTheOwnKme() {
        run();
        assertThat(ran).containsExactly("identifyNeighbour", "compareLinkKeys");
    }

    @Test
    void stranger_makesThisNodeDrawNothing() {
        failing("identifyNeighbour", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyNeighbour", "writePeerError");
    }
}
