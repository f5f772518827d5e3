package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.camel.Exchange;
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
        assertThat(ran)
                .containsExactly(
                        "identifyMaster",
                        "refuseWhileDraining",
                        "readKeyRequest",
                        "direct:relay-keys",
                        "writeKeyContainer");
    }

    @Test
    void slaveHere_itsKeysAreMadeHere() {
        when("readKeyRequest", exchange -> exchange.setProperty("keyOrder", new Order(true)));
        run();
        assertThat(ran)
                .containsExactly(
                        "identifyMaster",
                        "refuseWhileDraining",
                        "readKeyRequest",
                        "makeLocalKeys",
                        "writeKeyContainer");
    }

    @Test
    void relayFailed_isAnsweredAsAnError_andNoKeyIsWritten() {
        when("readKeyRequest", exchange -> exchange.setProperty("keyOrder", new Order(false)));
        failing("direct:relay-keys", Refusal.unavailable("no path"));
        assertThat(run().getException()).isNull();
        assertThat(ran)
                .containsExactly(
                        "identifyMaster",
                        "refuseWhileDraining",
                        "readKeyRequest",
                        "direct:relay-keys",
                        "writeSaeRefusal");
    }

    @Test
    void refusal_saysWhetherToTryAgain_byItsStatus() {
        failing("identifyMaster", Refusal.unavailable("not now"));
        when("writeSaeRefusal", exchange -> {
            exchange.setProperty("retryAfter", 7L);
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 503);
        });
        assertThat(run().getMessage().getHeader("Retry-After", String.class)).isEqualTo("7");
        when("writeSaeRefusal", exchange -> exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 400));
        assertThat(run().getMessage().getHeader("Retry-After")).isNull();
    }

    @Test
    void failureThatNobodyForesaw_isAnsweredWithoutAWordOfIt() {
        failing("readKeyRequest", new IllegalStateException("of the inside", new IOException("disk")));
        Exchange answered = run();
        assertThat(answered.getException()).isNull();
        assertThat(ran).containsExactly("identifyMaster", "refuseWhileDraining", "readKeyRequest", "noteFailure");
        assertThat(answered.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo("503");
        assertThat(answered.getMessage().getHeader("Retry-After")).isEqualTo("1");
        assertThat(answered.getMessage().getBody(String.class))
                .isEqualTo("{\"message\":\"the request could not be served now\"}");
    }

    @Test
    void strangerAsMaster_getsNoFurther() {
        failing("identifyMaster", Refusal.unauthorized("no"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyMaster", "writeSaeRefusal");
    }

    @Test
    void nodeThatIsDrained_givesNoNewKeys() {
        failing("refuseWhileDraining", Refusal.unavailable("drained"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("identifyMaster", "refuseWhileDraining", "writeSaeRefusal");
    }

    public record Order(boolean local) {}
}
