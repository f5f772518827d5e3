package org.qkdmesh.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qkdmesh.crypto.HybridAgreement;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.testing.ManualClock;
import org.qkdmesh.testing.TestCertificates;

/** Two nodes that agree on secrets, with real signatures and real key agreement. */
class SealsTest {

    private static final NodeId INGRESS = new NodeId("tn-1");
    private static final NodeId EGRESS = new NodeId("tn-4");
    private static final byte[] CONTEXT = {1};

    @TempDir
    private static Path folder;

    private static NodeSigner ingressSigner;
    private static NodeSigner egressSigner;
    private static NodeSigner strangerSigner;
    private static NodeVerifier verifier;

    private final ManualClock clock = new ManualClock();
    private final SecureRandom random = new SecureRandom();
    private final List<NodeId> due = new ArrayList<>();
    private final OutgoingSeals outgoing = outgoing();
    private final IncomingSeals incoming = new IncomingSeals(EGRESS, new HybridAgreement(random), egressSigner, clock);

    private OutgoingSeals outgoing() {
        return new OutgoingSeals(
                INGRESS, new HybridAgreement(random), ingressSigner, verifier, clock, random, due::add);
    }

    @BeforeAll
    static void makeCertificates() {
        TestCertificates ca = new TestCertificates(folder);
        ingressSigner = new JwsSigner(ca.node("tn-1"));
        egressSigner = new JwsSigner(ca.node("tn-4"));
        strangerSigner = new JwsSigner(ca.node("tn-9"));
        verifier = new JwsVerifier(ca.authorities(), NodeClock.system());
    }

    private OutgoingSeals.Letter offer() {
        return outgoing.offer(EGRESS).orElseThrow();
    }

    private String accepted(OutgoingSeals.Letter letter) {
        return incoming.accept(opened(letter.text()), letter.text());
    }

    private static SealOffer opened(String text) {
        return SealCodec.decodeOffer(verifier.verify(SealOffer.STATEMENT, text).payload());
    }

    private Seal agree() {
        OutgoingSeals.Letter letter = offer();
        assertThat(outgoing.answered(letter, Optional.of(accepted(letter)))).isTrue();
        return outgoing.take(EGRESS, 0).orElseThrow();
    }

    private boolean isKnown(Seal seal) {
        return incoming.find(INGRESS, seal.id()).isPresent();
    }

    @Test
    void bothEnds_haveTheSameSecret() {
        Seal seal = agree();
        assertThat(incoming.find(INGRESS, seal.id()).orElseThrow().confirmation(CONTEXT))
                .isEqualTo(seal.secret().confirmation(CONTEXT));
        assertThat(incoming.find(new NodeId("tn-2"), seal.id())).isEmpty();
        assertThat(incoming.find(INGRESS, new UUID(1, 1))).isEmpty();
    }

    @Test
    void nodeWhoseClockWasAhead_orBehind_agreesAtOnceWhenItWasPutRight() {
        for (long seconds : List.of(1L, 90L, 240L, 390L, -240L)) {
            clock.shiftWall(Duration.ofSeconds(seconds));
            OutgoingSeals.Letter before = outgoing().offer(EGRESS).orElseThrow();
            clock.shiftWall(Duration.ofSeconds(-seconds));
            accepted(before);

            OutgoingSeals.Letter after = outgoing().offer(EGRESS).orElseThrow();
            assertThat(accepted(after)).as("%d s", seconds).isNotNull();
        }
    }

    @Test
    void nodesThatWereBothADayAhead_agreeAtOnceWhenTheyWerePutRight() {
        clock.shiftWall(Duration.ofDays(1));
        agree();
        clock.shiftWall(Duration.ofDays(-1));
        assertThat(accepted(outgoing().offer(EGRESS).orElseThrow())).isNotNull();
    }

    @Test
    void whoeverNeedsASecret_asksForOne_andOneOfferIsUnderWayAtATime() {
        assertThat(outgoing.take(EGRESS, 1)).isEmpty();
        assertThat(due).containsExactly(EGRESS);
        OutgoingSeals.Letter letter = offer();
        assertThat(outgoing.offer(EGRESS)).isEmpty();
        assertThat(outgoing.take(EGRESS, 1)).isEmpty();
        assertThat(due).hasSize(1);
        assertThat(outgoing.answered(letter, Optional.empty())).isFalse();
        assertThat(outgoing.offer(EGRESS))
                .as("after a failure there is a pause")
                .isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(outgoing.offer(EGRESS)).isPresent();
    }

    @Test
    void offerThatIsNeverAnswered_isGivenUp() {
        OutgoingSeals.Letter lost = offer();
        String answer = accepted(lost);
        clock.advance(Duration.ofSeconds(10));
        OutgoingSeals.Letter next = offer();
        assertThat(outgoing.answered(lost, Optional.of(answer))).isFalse();
        assertThat(outgoing.answered(next, Optional.of(accepted(next)))).isTrue();
    }

    @Test
    void secret_isRenewedWhileItIsStillValid_andThenBothAre() {
        Seal first = agree();
        incoming.used(INGRESS, first.id());
        clock.advance(Duration.ofMinutes(46));
        assertThat(outgoing.take(EGRESS, 1)).contains(first);
        assertThat(due).containsExactly(EGRESS);
        Seal second = agree();
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(isKnown(first)).isTrue();
        assertThat(isKnown(second)).isTrue();
    }

    @Test
    void secret_isRenewedAfterManyKeys() {
        agree();
        outgoing.take(EGRESS, 1 << 24);
        assertThat(due).containsExactly(EGRESS);
    }

    @Test
    void secret_isNotUsedPastItsLife_andIsForgottenLaterAtTheOtherEnd() {
        Seal seal = agree();
        clock.advance(Duration.ofMinutes(61));
        assertThat(outgoing.take(EGRESS, 1)).isEmpty();
        incoming.removeOld();
        assertThat(isKnown(seal)).isTrue();
        clock.advance(Duration.ofMinutes(61));
        incoming.removeOld();
        outgoing.removeOld();
        assertThat(isKnown(seal)).isFalse();
    }

    /** Else somebody who holds up answers would take the secret away that the ingress goes on with. */
    @Test
    void offersWhoseAnswersAreLost_displaceNoSecretThatIsUsed() {
        Seal used = agree();
        incoming.used(INGRESS, used.id());
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofMinutes(10));
            outgoing.unknown(EGRESS, used.id());
            accepted(offer());
        }
        assertThat(isKnown(used)).isTrue();
    }

    @Test
    void thirdSecretThatIsUsed_displacesTheFirst() {
        List<Seal> seals = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Seal seal = agree();
            incoming.used(INGRESS, seal.id());
            seals.add(seal);
            clock.advance(Duration.ofMinutes(1));
            outgoing.unknown(EGRESS, seal.id());
        }
        assertThat(isKnown(seals.get(0))).isFalse();
        assertThat(isKnown(seals.get(1))).isTrue();
        assertThat(isKnown(seals.get(2))).isTrue();
    }

    @Test
    void offerThatIsSentAgain_isRefused() {
        OutgoingSeals.Letter letter = offer();
        accepted(letter);
        assertThatThrownBy(() -> accepted(letter))
                .isInstanceOf(IncomingSeals.Declined.class)
                .hasMessageContaining("issued_at");
    }

    @Test
    void offersThatAreSentAgain_areRefused_howeverManyWereTakenSince() {
        List<SealOffer> offers = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            SealOffer offer = new SealOffer(new UUID(1, i), INGRESS, EGRESS, now(), new byte[5]);
            assertThatThrownBy(() -> incoming.accept(offer, "text")).hasMessageContaining("share");
            offers.add(offer);
            clock.advance(Duration.ofMillis(250));
        }
        offers.forEach(offer -> assertThatThrownBy(() -> incoming.accept(offer, "text"))
                .isInstanceOf(IncomingSeals.Declined.class)
                .hasMessageContaining("issued_at"));
    }

    @Test
    void offersThatWereHeldBack_displaceNoSecretBeforeItIsUsed() {
        List<OutgoingSeals.Letter> heldBack = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            heldBack.add(outgoing().offer(EGRESS).orElseThrow());
        }
        Seal seal = agree();
        heldBack.forEach(this::accepted);
        assertThat(isKnown(seal)).isTrue();
    }

    @Test
    void offerThatIsTakenAgain_sinceTheClockWasWrongMeanwhile_makesASecretOfAnotherName() {
        OutgoingSeals.Letter letter = offer();
        outgoing.answered(letter, Optional.of(accepted(letter)));
        Seal seal = outgoing.take(EGRESS, 0).orElseThrow();
        clock.shiftWall(Duration.ofDays(1));
        incoming.removeOld();
        clock.shiftWall(Duration.ofDays(-1));

        accepted(letter);
        assertThat(incoming.find(INGRESS, seal.id()).orElseThrow().confirmation(CONTEXT))
                .isEqualTo(seal.secret().confirmation(CONTEXT));
    }

    @Test
    void offersWithoutEnd_areAnsweredAFewTimesASecond() {
        long now = clock.wall().toEpochMilli();
        int answered = 0;
        for (int i = 1; i <= 100; i++) {
            SealOffer offer = new SealOffer(new UUID(1, i), INGRESS, EGRESS, now + i, new byte[5]);
            try {
                incoming.accept(offer, "text");
            } catch (IncomingSeals.Declined e) {
                answered += e.getMessage().contains("share") ? 1 : 0;
            }
        }
        assertThat(answered).isEqualTo(40);
        clock.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> incoming.accept(
                        new SealOffer(new UUID(1, 101), INGRESS, EGRESS, now + 101, new byte[5]), "text"))
                .hasMessageContaining("share");
    }

    @Test
    void offerOfAnotherTime_isRefused() {
        OutgoingSeals.Letter letter = offer();
        clock.advance(Duration.ofMinutes(7));
        assertThatThrownBy(() -> accepted(letter))
                .isInstanceOf(IncomingSeals.Declined.class)
                .hasMessageContaining("clock");
    }

    @Test
    void offerWithABadShare_isRefused() {
        SealOffer offer = new SealOffer(new UUID(1, 2), INGRESS, EGRESS, now(), new byte[5]);
        assertThatThrownBy(() -> incoming.accept(offer, "text"))
                .isInstanceOf(IncomingSeals.Declined.class)
                .hasMessageContaining("share");
    }

    private long now() {
        return clock.wall().toEpochMilli();
    }

    @Test
    void answerOfAnotherNode_orToAnotherOffer_isNotBelieved() {
        OutgoingSeals.Letter letter = offer();
        IncomingSeals stranger = new IncomingSeals(EGRESS, new HybridAgreement(random), strangerSigner, clock);
        String forged = stranger.accept(opened(letter.text()), letter.text());
        assertThat(outgoing.answered(letter, Optional.of(forged))).isFalse();

        clock.advance(Duration.ofSeconds(1));
        OutgoingSeals.Letter next = offer();
        OutgoingSeals.Letter other = outgoing().offer(EGRESS).orElseThrow();
        clock.advance(Duration.ofSeconds(1));
        String answerToOther = accepted(other);
        assertThat(outgoing.answered(next, Optional.of(answerToOther))).isFalse();
        assertThat(outgoing.take(EGRESS, 0)).isEmpty();
    }

    @Test
    void await_endsWhenThereIsASecret_andWhenTheTimeIsOver() throws Exception {
        OutgoingSeals real = new OutgoingSeals(
                INGRESS, new HybridAgreement(random), ingressSigner, verifier, NodeClock.system(), random, due::add);
        assertThat(real.await(EGRESS, 5)).isFalse();
        OutgoingSeals.Letter letter = real.offer(EGRESS).orElseThrow();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return real.await(EGRESS, 60_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        IncomingSeals now = new IncomingSeals(EGRESS, new HybridAgreement(random), egressSigner, NodeClock.system());
        real.answered(letter, Optional.of(now.accept(opened(letter.text()), letter.text())));
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void clear_endsAllSecrets() {
        Seal seal = agree();
        outgoing.clear();
        incoming.clear();
        assertThat(outgoing.take(EGRESS, 1)).isEmpty();
        assertThat(isKnown(seal)).isFalse();
        assertThatThrownBy(() -> seal.secret().authenticator(CONTEXT, SecretBytes.owning(new byte[1])))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void secretThatIsBeingAgreedOnWhenAllAreErased_isNotKept() {
        KeyAgreement real = new HybridAgreement(random);
        AtomicReference<IncomingSeals> egress = new AtomicReference<>();
        KeyAgreement erasing = new KeyAgreement() {
            @Override
            public Opening open() {
                return real.open();
            }

            @Override
            public Answer answer(byte[] share) {
                egress.get().clear();
                return real.answer(share);
            }
        };
        egress.set(new IncomingSeals(EGRESS, erasing, egressSigner, clock));
        OutgoingSeals.Letter letter = offer();
        SealOffer offer = opened(letter.text());
        assertThatThrownBy(() -> egress.get().accept(offer, letter.text()))
                .isInstanceOf(IncomingSeals.Declined.class)
                .hasMessageContaining("erased");
    }

    @Test
    void wallClockThatIsSetBack_doesNotKeepANodeFromItsNextOffer() {
        agree();
        clock.shiftWall(Duration.ofMinutes(-1));
        clock.advance(Duration.ofMinutes(50));
        Instant before = clock.wall();
        clock.shiftWall(Duration.ofMinutes(-51));
        assertThat(clock.wall()).isBefore(before);
        OutgoingSeals.Letter letter = offer();
        assertThat(outgoing.answered(letter, Optional.of(accepted(letter)))).isTrue();
    }
}
