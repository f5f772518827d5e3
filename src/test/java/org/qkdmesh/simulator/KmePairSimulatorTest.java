package org.qkdmesh.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.simulator.KmeFault.Kind;
import org.qkdmesh.testing.ManualClock;

class KmePairSimulatorTest {

    private static final KeyLimits LIMITS = new KeyLimits(64, 1024, 256, 50, 100);
    private static final SaeId NODE_A = new SaeId("tn-1");
    private static final SaeId NODE_B = new SaeId("tn-2");

    private final ManualClock clock = new ManualClock();
    private final KmePairSimulator pair = pair();
    private final SimulatedKme a = pair.first();
    private final SimulatedKme b = pair.second();

    private KmePairSimulator pair() {
        return new KmePairSimulator(
                new KmePairSimulator.End(new KmeId("kme-a"), NODE_A),
                new KmePairSimulator.End(new KmeId("kme-b"), NODE_B),
                LIMITS,
                25_600,
                256_000,
                clock,
                new SecureRandom());
    }

    @Test
    void keysGivenAtEitherEnd_areTheSameAtTheOther_inTheOrderAsked() {
        clock.advance(Duration.ofMillis(10_000));
        List<SessionKey> atA = a.encKeys(NODE_A, "tn-2", KeyRequest.of(3, 128));
        List<KeyId> turned =
                List.of(atA.get(2).id(), atA.get(0).id(), atA.get(1).id());
        assertThat(b.decKeys(NODE_B, "tn-1", turned)).containsExactly(atA.get(2), atA.get(0), atA.get(1));
        List<SessionKey> atB = b.encKeys(NODE_B, "tn-1", KeyRequest.of(2, 1024));
        assertThat(a.decKeys(NODE_A, "tn-2", List.of(atB.get(0).id(), atB.get(1).id())))
                .isEqualTo(atB);
        assertThat(atB.get(0).bytes().lengthBits()).isEqualTo(1024);
    }

    @Test
    void keys_areFetchedOnce_allOrNone_andAtTheFarEndOnly() {
        clock.advance(Duration.ofMillis(10_000));
        SessionKey key = a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256)).get(0);
        KeyId unknown = new KeyId(UUID.randomUUID());
        refused(
                400,
                "one or more keys specified are not found on KME",
                () -> b.decKeys(NODE_B, "tn-1", List.of(key.id(), unknown)));
        refused(
                400,
                "one or more keys specified are not found on KME",
                () -> a.decKeys(NODE_A, "tn-2", List.of(key.id())));
        assertThat(b.decKeys(NODE_B, "tn-1", List.of(key.id()))).containsExactly(key);
        refused(
                400,
                "one or more keys specified are not found on KME",
                () -> b.decKeys(NODE_B, "tn-1", List.of(key.id())));
    }

    @Test
    void callers_thatAreNotAttachedOrNameOthers_areRefusedAndCostNobodyAKey() {
        clock.advance(Duration.ofMillis(10_000));
        SessionKey key = a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256)).get(0);
        long left = a.status(NODE_A, "tn-2").storedKeyCount();
        refused(401, "", () -> a.encKeys(NODE_B, "tn-1", KeyRequest.of(1, 256)));
        refused(401, "", () -> a.status(null, "tn-2"));
        refused(400, "", () -> a.encKeys(NODE_A, "tn-3", KeyRequest.of(1, 256)));
        refused(400, "", () -> a.encKeys(NODE_A, "tn-1", KeyRequest.of(1, 256)));
        refused(400, "", () -> a.encKeys(NODE_A, " ", KeyRequest.of(1, 256)));
        refused(401, "", () -> b.decKeys(NODE_A, "tn-2", List.of(key.id())));
        refused(401, "", () -> b.decKeys(NODE_B, "tn-9", List.of(key.id())));
        assertThat(a.status(NODE_A, "tn-2").storedKeyCount()).isEqualTo((int) left);
        assertThat(b.decKeys(NODE_B, "tn-1", List.of(key.id()))).containsExactly(key);
    }

    @Test
    void rate_limitsWhatBothEndsGetTogether_andTheCapacityBoundsIt() {
        assertThat(a.status(NODE_A, "tn-2").storedKeyCount()).isZero();
        refused(503, "", () -> a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256)));
        clock.advance(Duration.ofMillis(25));
        assertThat(b.status(NODE_B, "tn-1").storedKeyCount()).isEqualTo(2);
        assertThat(a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256))).hasSize(1);
        assertThat(b.encKeys(NODE_B, "tn-1", KeyRequest.of(1, 256))).hasSize(1);
        refused(503, "", () -> b.encKeys(NODE_B, "tn-1", KeyRequest.of(1, 256)));
        // 640 bits were made so far, 512 were given: no fraction is lost.
        clock.advance(Duration.ofMillis(5));
        assertThat(a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256))).hasSize(1);
        clock.advance(Duration.ofMillis(1_000_000_000_000L));
        assertThat(a.status(NODE_A, "tn-2").storedKeyCount()).isEqualTo(100);
        assertThat(a.encKeys(NODE_A, "tn-2", KeyRequest.of(48, 1024))).hasSize(48);
        clock.advance(Duration.ofMillis(1_920));
        assertThat(a.status(NODE_A, "tn-2").storedKeyCount()).isEqualTo(100);
    }

    @Test
    void keysThatNobodyFetches_areBoundedAndDroppedInTheEnd() {
        for (int i = 0; i < 2; i++) {
            clock.advance(Duration.ofMillis(10_000));
            a.encKeys(NODE_A, "tn-2", KeyRequest.of(50, 64));
        }
        clock.advance(Duration.ofMillis(10_000));
        refused(503, "", () -> a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 64)));
        assertThat(b.encKeys(NODE_B, "tn-1", KeyRequest.of(1, 64))).hasSize(1);
        clock.advance(Duration.ofMillis(WaitingKeys.LIFE_MILLIS));
        assertThat(a.encKeys(NODE_A, "tn-2", KeyRequest.of(50, 64))).hasSize(50);
    }

    @Test
    void idsAndKeys_areNeverRepeated_alsoOverARestart() {
        Set<KeyId> ids = new HashSet<>();
        Set<String> keys = new HashSet<>();
        for (int run = 0; run < 20; run++) {
            SimulatedKme started = pair().first();
            clock.advance(Duration.ofMillis(10_000));
            for (SessionKey key : started.encKeys(NODE_A, "tn-2", KeyRequest.of(50, 256))) {
                assertThat(ids.add(key.id())).isTrue();
                assertThat(keys.add(
                                java.util.HexFormat.of().formatHex(key.bytes().insecureAccess())))
                        .isTrue();
            }
        }
    }

    @Test
    void fault_empty_givesNoKeysButThoseThatWait() {
        clock.advance(Duration.ofMillis(10_000));
        SessionKey waiting = b.encKeys(NODE_B, "tn-1", KeyRequest.of(1, 256)).get(0);
        a.setFault(KmeFault.of(Kind.EMPTY));
        assertThat(a.status(NODE_A, "tn-2").storedKeyCount()).isZero();
        refused(503, "", () -> a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256)));
        assertThat(a.decKeys(NODE_A, "tn-2", List.of(waiting.id()))).containsExactly(waiting);
        assertThat(b.encKeys(NODE_B, "tn-1", KeyRequest.of(1, 256))).hasSize(1);
        a.setFault(KmeFault.NONE);
        assertThat(a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256))).hasSize(1);
    }

    @Test
    void fault_wrongKey_givesOtherBytesAtThatEnd_whicheverEndAskedFirst() {
        clock.advance(Duration.ofMillis(10_000));
        b.setFault(KmeFault.of(Kind.WRONG_KEY));
        SessionKey atA = a.encKeys(NODE_A, "tn-2", KeyRequest.of(1, 256)).get(0);
        SessionKey fetched = b.decKeys(NODE_B, "tn-1", List.of(atA.id())).get(0);
        assertThat(fetched.id()).isEqualTo(atA.id());
        assertThat(fetched.bytes().lengthBits()).isEqualTo(256);
        assertThat(fetched.bytes()).isNotEqualTo(atA.bytes());
        SessionKey atB = b.encKeys(NODE_B, "tn-1", KeyRequest.of(1, 256)).get(0);
        assertThat(a.decKeys(NODE_A, "tn-2", List.of(atB.id())).get(0).bytes()).isNotEqualTo(atB.bytes());
    }

    @Test
    void pair_ofOneKmeOrOneSae_orWithoutARate_isRefused() {
        KmePairSimulator.End one = new KmePairSimulator.End(new KmeId("kme-a"), NODE_A);
        KmePairSimulator.End other = new KmePairSimulator.End(new KmeId("kme-b"), NODE_B);
        assertThatThrownBy(() -> new KmePairSimulator(one, one, LIMITS, 1, 1, clock, new SecureRandom()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new KmePairSimulator(one, other, LIMITS, -1, 1, clock, new SecureRandom()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rate");
    }

    private static void refused(int status, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.status().code()).isEqualTo(status))
                .hasMessageContaining(message);
    }
}
