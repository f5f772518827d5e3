package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;

class HopSendsTest {

    private static final HopAnswer NOT_SENT = new HopAnswer.NotSent("refused");
    private static final HopAnswer UNKNOWN = new HopAnswer.Unknown("cut");
    private static final HopAnswer KEPT_NONE = refused(true);
    private static final HopAnswer KEPT_PERHAPS = refused(false);
    private static final HopAnswer RELAYED = new HopAnswer.Relayed();

    private static HopAnswer refused(boolean keptNone) {
        return new HopAnswer.Refused(HopRefusal.of(RefusalReason.BUSY, "busy").withKeptNone(keptNone));
    }

    private static HopAnswer outcome(HopAnswer... answers) {
        return outcome(List.of(answers));
    }

    private static HopAnswer outcome(List<HopAnswer> answers) {
        HopSends sends = new HopSends();
        answers.forEach(sends::answered);
        return sends.outcome();
    }

    @Provide
    Arbitrary<List<HopAnswer>> answers() {
        return Arbitraries.of(NOT_SENT, UNKNOWN, KEPT_NONE, KEPT_PERHAPS, RELAYED)
                .list()
                .ofMaxSize(4);
    }

    @Property(tries = 500)
    void outcome_keepsNone_onlyIfEverySendWasSoAnswered(@ForAll("answers") List<HopAnswer> answers) {
        boolean every = answers.stream().allMatch(HopAnswer::keptNone);
        assertThat(outcome(answers).keptNone()).isEqualTo(every);
    }

    @Property(tries = 500)
    void outcome_isRelayed_exactlyIfTheLastAnswerSaysSo(@ForAll("answers") List<HopAnswer> answers) {
        boolean last = !answers.isEmpty() && answers.get(answers.size() - 1) == RELAYED;
        assertThat(outcome(answers) instanceof HopAnswer.Relayed).isEqualTo(last);
    }

    @Test
    void outcome_ofNoSendAtAll_keepsNone() {
        assertThat(outcome()).isInstanceOf(HopAnswer.NotSent.class);
    }

    @Test
    void outcome_afterACutAnswerAndARefusedConnection_isUnknown() {
        assertThat(outcome(UNKNOWN, NOT_SENT)).isInstanceOf(HopAnswer.Unknown.class);
    }

    @Test
    void outcome_afterACutAnswerAndARefusal_isTheRefusalWithoutItsPromise() {
        HopAnswer outcome = outcome(UNKNOWN, KEPT_NONE);
        assertThat(RelayMesh.refusalOf(outcome).reason()).isEqualTo(RefusalReason.BUSY);
        assertThat(outcome.keptNone()).isFalse();
    }

    @Test
    void transit_passesKeptNoneUp_onlyIfItsOwnSendsSaidSo() {
        for (HopAnswer answer : List.of(NOT_SENT, UNKNOWN, KEPT_NONE, KEPT_PERHAPS)) {
            RelayMesh mesh = RelayMesh.line(2).filled(100);
            HopMessage message = RelayMesh.message(mesh.begin(1, 16));
            Transit transit = ((Reception.Forward) mesh.receive(RelayMesh.id(0), message)).transit();
            transit.nextMessage().orElseThrow();
            HopReply reply = mesh.node(1).receiver.conclude(transit, answer).orElseThrow();
            HopAnswer read = HopAnswer.read(message, reply.status(), reply.body(), null);
            assertThat(reply.status()).isEqualTo(503);
            assertThat(read.keptNone()).isEqualTo(answer.keptNone());
        }
    }

    @Test
    void read_ofAnAckOfOtherKeys_isUnknown() {
        RelayMesh mesh = RelayMesh.line(1).filled(200);
        HopMessage one = RelayMesh.message(mesh.begin(1, 16));
        HopMessage other = RelayMesh.message(mesh.begin(1, 16));
        HopReply reply = mesh.deliver(RelayMesh.id(0), one);
        assertThat(HopAnswer.read(one, reply.status(), reply.body(), null)).isInstanceOf(HopAnswer.Relayed.class);
        assertThat(HopAnswer.read(other, reply.status(), reply.body(), null)).isInstanceOf(HopAnswer.Unknown.class);
        assertThat(HopAnswer.read(one, 200, new byte[0], null)).isInstanceOf(HopAnswer.Unknown.class);
    }

    @Test
    void read_ofAPlainBadRequestOrUnauthorized_keepsNone_butNotOfA500() {
        HopMessage message = RelayMesh.message(RelayMesh.line(1).filled(100).begin(1, 16));
        assertThat(HopAnswer.read(message, 400, new byte[0], null).keptNone()).isTrue();
        assertThat(HopAnswer.read(message, 401, new byte[0], null).keptNone()).isTrue();
        assertThat(HopAnswer.read(message, 500, new byte[0], null).keptNone()).isFalse();
        assertThat(HopAnswer.read(message, 503, "{}".getBytes(StandardCharsets.US_ASCII), null)
                        .keptNone())
                .isFalse();
    }
}
