package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExchangeAdvertsRouteTest extends RouteTest {

    ExchangeAdvertsRouteTest() {
        super("discovery/advertise.camel.yaml", "exchange-adverts");
    }

    @Test
    void neighbour_isCalled_andItsAnswerIsRead() {
        run();
        assertThat(ran).containsExactly("direct:call-neighbour", "readAdverts");
    }

    @Test
    void answerThatIsNoGood_isNoted() {
        failing("readAdverts", new IllegalStateException("no adverts"));
        assertThat(run().getException()).isNull();
        assertThat(ran).containsExactly("direct:call-neighbour", "readAdverts", "noteBackgroundFailure");
    }
}
