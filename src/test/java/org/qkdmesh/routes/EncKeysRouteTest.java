package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class EncKeysRouteTest extends RouteTest {

    EncKeysRouteTest() {
        super("sae/enc-keys.camel.yaml", "enc-keys");
    }

    @Test
    void slaveElsewhere_itsKeysAreRelayed() {
        when("readKeyRequest", exchange -> exchange.setProperty("keyOrder", new Order(false)));
        run();
        assertThat(ran).containsExactly("identifyMaster", "readKeyRequest", "direct:relay-keys", "writeKeyContainer");
    }

    @Test
    void slaveHere_itsKeysAreMadeHere() {
        when("readKeyRequest", exchange -> exchange.setProperty("keyOrder", new Order(true)));
        run();
        assertThat(ran).containsExactly("identifyMaster", "readKeyRequest", "makeLocalKeys", "writeKeyContainer");
    }

    @Test
    void relayFailed_isAnsweredAsAnError_andNoKeyIsWritten() {
        when("readKeyRequest", exchange -> exchange.setProperty("keyOrder", new Order(false)));
        failing("direct:relay-keys", Refusal.unavailable("no path"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyMaster", "readKeyRequest", "direct:relay-keys", "writeSaeError");
    }

    @Test
    void strangerAsMaster_getsNoFurther() {
        failing("identifyMaster", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyMaster", "writeSaeError");
    }

    public record Order(boolean local) {}
}
