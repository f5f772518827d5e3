package org.qkdmesh.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Refusal;

class RouteTestNodeTest {

    private static RouteTestNode node;

    @BeforeAll
    static void start() throws Exception {
        node = RouteTestNode.with(Path.of("routes"))
                .link("tn-1", "tn-3")
                .link("tn-3", "tn-2")
                .start();
    }

    @AfterEach
    void mend() {
        node.neighbour("tn-2").works();
        node.kme("tn-2").works();
        node.restoreSteps();
        // A link that gave no answer in one test is not left out of paths in the next.
        node.clock().advance(Duration.ofMinutes(1));
        node.awaitReady();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void key_reachesTheSlave_andTheStepsOnItsWayAreKnown() {
        Reply given = node.encKeys("sae-a", "sae-b", 2, 512);
        Reply fetched = node.decKeys("sae-b", "sae-a", given);
        assertThat(given.keys()).hasSize(2).isEqualTo(fetched.keys());
        assertThat(node.stepsOf("enc-keys"))
                .containsSubsequence(
                        "identify-sae", "read-key-request", "is-slave-here", "to-relay-keys", "write-key-container");
        assertThat(node.pathThrough("enc-keys"))
                .containsSubsequence(
                        "enc-keys/to-relay-keys",
                        "relay-keys/plan-path",
                        "next-hop/send-relay",
                        "enc-keys/write-key-container");
        assertThat(node.neighbour("tn-2").calls("ext_keys")).hasSize(1);
    }

    @Test
    void neighboursKey_isStoredHere() {
        Reply given = node.encKeys("sae-b", "sae-a");
        assertThat(node.stepsOf("ext-keys")).startsWith("identify-neighbour").endsWith("write-hop-reply");
        assertThat(node.decKeys("sae-a", "sae-b", given).keys()).isEqualTo(given.keys());
        assertThat(node.decKeys("sae-a", "sae-b", given).status()).isEqualTo(400);
    }

    @Test
    void neighbourThatRefuses_isGoneRound() {
        node.neighbour("tn-2").on("ext_keys").first(1).refuses(RefusalReason.BUSY);
        Reply given = node.encKeys("sae-a", "sae-b");
        assertThat(node.neighbour("tn-3").calls("ext_keys")).hasSize(1);
        assertThat(node.decKeys("sae-b", "sae-a", given).keys()).isEqualTo(given.keys());
    }

    @Test
    void connectionThatBreaks_isTriedOnceMore() {
        node.neighbour("tn-2").on("ext_keys").first(1).isUnreachable();
        assertThat(node.encKeys("sae-a", "sae-b").status()).isEqualTo(200);
        assertThat(node.stepsOf("next-hop"))
                .containsSubsequence("write-hop-message", "send-relay", "send-relay", "read-hop-answer")
                .containsOnlyOnce("write-hop-message");
    }

    @Test
    void silence_voidsTheKey_onceTheOutboxIsLookedAt() {
        node.neighbour("tn-2").on("ext_keys").first(1).isSilent();
        assertThat(node.encKeys("sae-a", "sae-b").status()).isEqualTo(200);
        node.clock().advance(Duration.ofSeconds(5));
        assertThat(node.neighbour("tn-2").calls("notices")).hasSize(1);
    }

    @Test
    void time_passesForStoreAndTimers() {
        Reply given = node.encKeys("sae-b", "sae-a");
        node.clock().advance(Duration.ofMinutes(80));
        assertThat(node.stepsOf("expire-keys")).containsExactly("remove-old");
        assertThat(node.decKeys("sae-a", "sae-b", given).status()).isEqualTo(400);
    }

    @Test
    void oddKme_getsNoKeysIntoTheStock() {
        node.kme("tn-2").on("enc_keys").changes(body -> body.replace("key_ID", "keyId"));
        node.neighbour("tn-2").on("link-keys/grant").isUnreachable();
        node.clock().advance(Duration.ofMinutes(11));
        assertThat(node.kme("tn-2").calls("enc_keys")).isNotEmpty();
        assertThat(node.status("sae-a", "sae-b").json().path("stored_key_count").asInt())
                .isZero();
    }

    @Test
    void step_canBeReplaced() {
        node.replaceStep("enc-keys", "read-key-request", exchange -> {
            throw Refusal.badRequest("not today");
        });
        Reply refused = node.encKeys("sae-a", "sae-b");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("not today");
        assertThat(node.stepsOf("enc-keys"))
                .containsSubsequence("identify-sae", "read-key-request")
                .doesNotContain("write-key-container");
    }

    @Test
    void wrongNames_areAnsweredWithTheRightOnes() {
        assertThatThrownBy(() -> node.stepsOf("enc-key")).hasMessageContaining("enc-keys");
        assertThatThrownBy(() -> node.replaceStep("enc-keys", "identify", exchange -> {}))
                .hasMessageContaining("identify-sae");
        assertThatThrownBy(() -> node.neighbour("tn-9")).hasMessageContaining("tn-2");
        assertThatThrownBy(() -> node.encKeys("sae-x", "sae-b")).hasMessageContaining("sae-a");
    }

    @Test
    void keysThatNobodyHas_areSaidToBeMissing() {
        assertThatThrownBy(() -> node.encKeys("sae-b", "sae-nobody").keys())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("answered 400");
    }
}
