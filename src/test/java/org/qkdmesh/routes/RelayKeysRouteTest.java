package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class RelayKeysRouteTest extends RouteTest {

    RelayKeysRouteTest() {
        super("relay/relay-keys.camel.yaml", "relay-keys");
    }

    private final Relay relay = new Relay();

    @Test
    void confirmedAtOnce_oneAttempt() {
        attemptsUntilConfirmed(1);
        run();
        assertThat(ran)
                .containsExactly(
                        "openRelay",
                        "direct:choose-planner",
                        "planPath",
                        "takeLinkKeys",
                        "direct:next-hop",
                        "decideAttempt",
                        "closeRelay");
    }

    @Test
    void notConfirmed_plansAndTakesFreshLinkKeysAgain() {
        attemptsUntilConfirmed(2);
        run();
        assertThat(ran).filteredOn("planPath"::equals).hasSize(2);
        assertThat(ran).filteredOn("takeLinkKeys"::equals).hasSize(2);
        assertThat(ran).filteredOn("direct:next-hop"::equals).hasSize(2);
        assertThat(ran).endsWith("decideAttempt", "closeRelay");
    }

    @Test
    void noLinkKeys_nothingIsSent() {
        when("openRelay", exchange -> exchange.setProperty("relay", relay));
        when("takeLinkKeys", exchange -> relay.open = false);
        run();
        assertThat(ran).containsExactly("openRelay", "direct:choose-planner", "planPath", "takeLinkKeys", "closeRelay");
    }

    @Test
    void refusalOfAStep_goesToTheCallingRoute() {
        Refusal refusal = Refusal.unavailable("no keys");
        when("openRelay", exchange -> exchange.setProperty("relay", new Relay().closed()));
        failing("closeRelay", refusal);
        assertThat(run().getException()).isSameAs(refusal);
    }

    private void attemptsUntilConfirmed(int attempts) {
        when("openRelay", exchange -> exchange.setProperty("relay", relay));
        when("takeLinkKeys", exchange -> relay.underWay = true);
        when("decideAttempt", exchange -> {
            relay.underWay = false;
            relay.open = ran.stream().filter("decideAttempt"::equals).count() < attempts;
        });
    }

    public static final class Relay {

        private boolean open = true;
        private boolean underWay;

        Relay closed() {
            open = false;
            return this;
        }

        public boolean isOpen() {
            return open;
        }

        public boolean isUnderWay() {
            return underWay;
        }
    }
}
