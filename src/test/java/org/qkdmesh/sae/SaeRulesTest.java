package org.qkdmesh.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.Refusal.Status;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.SaePattern;
import org.qkdmesh.relay.Destination;
import org.qkdmesh.routing.Topology;

class SaeRulesTest {

    private static final NodeId SELF = new NodeId("tn-1");
    private static final SaeId A = new SaeId("sae-a");
    private static final SaeId A2 = new SaeId("sae-a2");
    private static final SaeId B = new SaeId("sae-b");
    private static final SaeId B2 = new SaeId("sae-b2");
    private static final SaeId C = new SaeId("sae-c");
    private static final NodeId FAR = new NodeId("tn-4");
    private static final NodeId FARTHER = new NodeId("tn-7");

    private static final PairPolicies ONLY_A_TO_B = new PairPolicies(
            List.of(new PairPolicies.Entry(new SaePattern("sae-a"), new SaePattern("sae-b"), PairPolicy.UNLIMITED)));

    private final AtomicReference<Topology> topology =
            new AtomicReference<>(new Topology(SELF, Map.of(), Map.of(B, FAR), true));
    private final SaeRules rules = new SaeRules(SELF, Set.of(A, A2), PairPolicies.ANY, topology::get);

    @Test
    void pair_hasTheCallerOnTheSideThatTheCallSays() {
        assertThat(rules.calledByMaster(A, "sae-b")).isEqualTo(new SaePair(A, B));
        assertThat(rules.calledBySlave(A, "sae-b")).isEqualTo(new SaePair(B, A));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"sae-b", "sae-x"})
    void caller_thatIsNotAnSaeOfThisNode_isUnauthorized(String caller) {
        SaeId sae = caller == null ? null : new SaeId(caller);
        refused(Status.UNAUTHORIZED, "not an SAE of this node", () -> rules.calledByMaster(sae, ""));
        refused(Status.UNAUTHORIZED, "not an SAE of this node", () -> rules.calledBySlave(sae, "sae-a"));
    }

    @Test
    void pair_thatTheConfigurationDoesNotAllow_isUnauthorized_whetherOrNotTheOtherSaeExists() {
        SaeRules strict = new SaeRules(SELF, Set.of(A), ONLY_A_TO_B, topology::get);
        assertThat(strict.calledByMaster(A, "sae-b")).isEqualTo(new SaePair(A, B));
        refused(Status.UNAUTHORIZED, "not allowed", () -> strict.calledBySlave(A, "sae-b"));
        refused(Status.UNAUTHORIZED, "not allowed", () -> strict.calledByMaster(A, "sae-x"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " ", "\t"})
    void otherSae_thatIsBlank_isABadRequest(String other) {
        refused(Status.BAD_REQUEST, "slave_SAE_ID shall not be blank", () -> rules.calledByMaster(A, other));
        refused(Status.BAD_REQUEST, "master_SAE_ID shall not be blank", () -> rules.calledBySlave(A, other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sae b", "sae\u00e9", "a%zz", "\u0000", "\"sae-b\"", "<b>", "{b}"})
    void otherSae_thatNoUriMayHold_isABadRequest(String other) {
        refused(Status.BAD_REQUEST, "slave_SAE_ID: SAE ID shall be 1 to 64", () -> rules.calledByMaster(A, other));
        refused(Status.BAD_REQUEST, "1 to 64", () -> rules.calledByMaster(A, "x".repeat(65)));
    }

    @Test
    void slaveAndMaster_thatAreTheSame_areABadRequest() {
        refused(Status.BAD_REQUEST, "another SAE", () -> rules.calledByMaster(A, "sae-a"));
        refused(Status.BAD_REQUEST, "another SAE", () -> rules.calledBySlave(A, "sae-a"));
    }

    @Test
    void homeOfSlave_isItsNode_orThisOne() {
        assertThat(rules.homeOfSlave(new SaePair(A, B))).isEqualTo(FAR);
        assertThat(rules.homeOfSlave(new SaePair(A, A2))).isEqualTo(SELF);
    }

    @Test
    void slave_neverHeardOf_isABadRequest_onceAdvertsWereCompared() {
        SaePair pair = rules.calledByMaster(A, "sae-x");
        refused(Status.BAD_REQUEST, "not known in this network", () -> rules.homeOfSlave(pair));
    }

    @Test
    void slave_notHeardOfYet_isUnavailable_untilAdvertsWereCompared() {
        topology.set(Topology.empty(SELF));
        refused(Status.UNAVAILABLE, "not known yet", () -> rules.homeOfSlave(new SaePair(A, B)));
        assertThat(rules.homeOfSlave(new SaePair(A, A2))).isEqualTo(SELF);
    }

    @Test
    void slave_notHeardOf_isUnavailable_whereNotAllThatWasHeardOfIsKept() {
        topology.set(new Topology(SELF, Map.of(), Map.of(B, FAR), true, false));
        refused(Status.UNAVAILABLE, "more SAEs than", () -> rules.homeOfSlave(new SaePair(A, new SaeId("sae-x"))));
        assertThat(rules.homeOfSlave(new SaePair(A, B))).isEqualTo(FAR);
    }

    @Test
    void destinations_areTheNodesOfAllSlaves_thatOfTheSlaveInThePathFirst() {
        topology.set(new Topology(SELF, Map.of(), Map.of(B, FAR, B2, FAR, C, FARTHER), true));
        assertThat(rules.destinations(new SaePair(A, B), further(C, A2, B2)))
                .containsExactly(
                        new Destination(FAR, new SaeGroup(A, List.of(B, B2))),
                        new Destination(FARTHER, new SaeGroup(A, List.of(C))),
                        new Destination(SELF, new SaeGroup(A, List.of(A2))));
        assertThat(rules.destinations(new SaePair(A, A2), further()))
                .containsExactly(Destination.of(SELF, new SaePair(A, A2)));
    }

    @Test
    void additionalSlaves_thatAreTheMasterOrTheSlaveInThePath_areABadRequest() {
        SaePair pair = new SaePair(A, B);
        refused(Status.BAD_REQUEST, "other SAEs than slave_SAE_ID", () -> rules.destinations(pair, further(A2, B)));
        refused(Status.BAD_REQUEST, "other SAEs than the caller", () -> rules.destinations(pair, further(A)));
    }

    @Test
    void additionalSlaves_neverHeardOf_areABadRequest_orUnavailableUntilAdvertsWereCompared() {
        SaePair pair = new SaePair(A, A2);
        refused(
                Status.BAD_REQUEST,
                "additional_slave_SAE_IDs names an SAE that is not known",
                () -> rules.destinations(pair, further(C)));
        topology.set(Topology.empty(SELF));
        refused(Status.UNAVAILABLE, "not known yet", () -> rules.destinations(pair, further(C)));
    }

    @Test
    void additionalSlaves_thatMayNotShareKeysWithTheMaster_areUnauthorized_whetherOrNotTheyExist() {
        SaeRules strict = new SaeRules(SELF, Set.of(A, A2), ONLY_A_TO_B, topology::get);
        for (SaeId other : List.of(A2, C)) {
            refused(Status.UNAUTHORIZED, "not allowed", () -> strict.destinations(new SaePair(A, B), further(other)));
        }
    }

    @Test
    void additionalSlaves_mayHaveOnlyWhatTheirOwnPairMayHave() {
        PairPolicy little = PairPolicy.UNLIMITED.with(new PairPolicy.Bounds(512, 1024, 3, 10));
        SaeRules mixed = new SaeRules(
                SELF,
                Set.of(A, A2),
                new PairPolicies(List.of(
                        new PairPolicies.Entry(new SaePattern("*"), new SaePattern("sae-a2"), little),
                        new PairPolicies.Entry(new SaePattern("*"), new SaePattern("*"), PairPolicy.UNLIMITED))),
                topology::get);
        refused(
                Status.BAD_REQUEST,
                "size shall be 512 to 1024 where the keys are for sae-a2 too",
                () -> mixed.destinations(new SaePair(A, B), further(A2)));
        refused(
                Status.BAD_REQUEST,
                "number shall be 1 to 3 where the keys are for sae-a2 too",
                () -> mixed.destinations(new SaePair(A, B), new KeyRequest(4, 512, List.of(A2), List.of())));
        assertThat(mixed.destinations(new SaePair(A, B), new KeyRequest(3, 512, List.of(A2), List.of())))
                .hasSize(2);
    }

    @Test
    void emptyPolicy_givesNobodyAnything() {
        SaeRules none = new SaeRules(SELF, Set.of(A, A2), PairPolicies.NONE, topology::get);
        for (String other : List.of("sae-a2", "sae-b", "sae-x")) {
            refused(Status.UNAUTHORIZED, "not allowed", () -> none.calledByMaster(A, other));
            refused(Status.UNAUTHORIZED, "not allowed", () -> none.calledBySlave(A, other));
        }
    }

    private static KeyRequest further(SaeId... slaves) {
        return new KeyRequest(1, 256, List.of(slaves), List.of());
    }

    @Test
    void mandatoryExtensions_areAllUnknownToThisVersion() {
        refused(
                Status.BAD_REQUEST,
                "not all extension_mandatory parameters are supported",
                () -> rules.destinations(new SaePair(A, B), new KeyRequest(1, 256, List.of(), List.of("qos"))));
    }

    private static void refused(Status status, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(status))
                .hasMessageContaining(message);
    }
}
