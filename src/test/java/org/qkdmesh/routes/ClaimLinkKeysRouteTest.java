package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class ClaimLinkKeysRouteTest extends RouteTest {

    ClaimLinkKeysRouteTest() {
        super("kme/claim-link-keys.camel.yaml", "claim-link-keys");
    }

    @Test
    void announcement_isClaimedAtTheOwnKme() {
        run();
        assertThat(ran).containsExactly("identifyNeighbour", "claimLinkKeys");
    }

    @Test
    void stranger_makesThisNodeClaimNothing() {
        failing("identifyNeighbour", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyNeighbour", "writePeerError");
    }
}
