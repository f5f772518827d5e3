package org.qkdmesh.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Refusal;

class RelayKeysRouteTest extends RouteTest {

    RelayKeysRouteTest() {
        super("relay/relay-keys.camel.yaml", "relay-keys");
    }

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @Override
    void prepare() {
        context.getRegistry().bind("relayThreads", threads);
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void confirmedAtOnce_oneAttempt() {
        attemptsUntilConfirmed(1);
        run();
        assertThat(ran)
                .containsExactly(
                        "openRelay",
                        "direct:choose-planner",
                        "planPath",
                        "awaitSeals",
                        "takeLinkKeys",
                        "direct:next-hop",
                        "decideAttempt",
                        "closeRelay");
    }

    @Test
    void slavesAtSeveralNodes_eachMessageIsSent_andAllAreDecidedAtOnce() {
        attemptsUntilConfirmed(2);
        Set<Object> sent = ConcurrentHashMap.newKeySet();
        when("takeLinkKeys", exchange -> exchange.setProperty("hops", List.of("to-a", "to-b", "to-c")));
        when("direct:next-hop", exchange -> sent.add(exchange.getProperty("hop")));
        assertThat(run().getMessage().getBody()).isEqualTo("request");
        assertThat(sent).containsExactlyInAnyOrder("to-a", "to-b", "to-c");
        assertThat(ran).filteredOn("direct:next-hop"::equals).hasSize(6);
        assertThat(ran).filteredOn("decideAttempt"::equals).hasSize(2);
        assertThat(ran).endsWith("direct:next-hop", "decideAttempt", "closeRelay");
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
        when("openRelay", exchange -> exchange.setProperty("relayOpen", true));
        when("takeLinkKeys", exchange -> exchange.setProperty("relayOpen", false));
        run();
        assertThat(ran)
                .containsExactly(
                        "openRelay", "direct:choose-planner", "planPath", "awaitSeals", "takeLinkKeys", "closeRelay");
    }

    @Test
    void refusalOfAStep_goesToTheCallingRoute() {
        Refusal refusal = Refusal.unavailable("no keys");
        when("openRelay", exchange -> exchange.setProperty("relayOpen", false));
        failing("closeRelay", refusal);
        assertThat(run().getException()).isSameAs(refusal);
    }

    private void attemptsUntilConfirmed(int attempts) {
        when("openRelay", exchange -> exchange.setProperty("relayOpen", true));
        when("takeLinkKeys", exchange -> exchange.setProperty("hop", "to-a"));
        when("decideAttempt", exchange -> {
            long decided = ran.stream().filter("decideAttempt"::equals).count();
            exchange.setProperty("relayOpen", decided < attempts);
        });
    }
}
