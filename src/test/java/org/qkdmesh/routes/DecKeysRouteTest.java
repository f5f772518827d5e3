package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class DecKeysRouteTest extends RouteTest {

    DecKeysRouteTest() {
        super("sae/dec-keys.camel.yaml", "dec-keys");
    }

    @Test
    void slave_isGivenItsKeys() {
        run();
        assertThat(ran).containsExactly("identifySlave", "readKeyIds", "takeStoredKeys", "writeKeyContainer");
    }

    @Test
    void strangerAsSlave_takesNothing() {
        failing("identifySlave", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifySlave", "writeSaeRefusal");
    }

    @Test
    void keysNotThere_isAnsweredAsAnError() {
        failing("takeStoredKeys", Refusal.badRequest("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifySlave", "readKeyIds", "takeStoredKeys", "writeSaeRefusal");
    }
}
