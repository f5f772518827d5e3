package org.qkdmesh.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.SecretBytes;

class HybridAgreementTest {

    private final HybridAgreement agreement = new HybridAgreement(new SecureRandom());

    @Test
    void bothEnds_haveTheSameSecret_andAnotherOneEachTime() {
        try (KeyAgreement.Opening opening = agreement.open();
                KeyAgreement.Opening next = agreement.open()) {
            KeyAgreement.Answer answer = agreement.answer(opening.share());
            SecretBytes secret = opening.finish(answer.share());
            assertThat(secret).isEqualTo(answer.secret());
            assertThat(secret.lengthBytes()).isEqualTo(64);
            assertThat(agreement.answer(next.share()).secret()).isNotEqualTo(secret);
        }
    }

    @Test
    void eachHalfOfTheSecret_dependsOnItsOwnAlgorithm() {
        try (KeyAgreement.Opening opening = agreement.open()) {
            KeyAgreement.Answer answer = agreement.answer(opening.share());
            byte[] otherKem = answer.share().clone();
            otherKem[0] ^= 1;
            byte[] otherCurve = answer.share().clone();
            otherCurve[1088] ^= 1;
            byte[] secret = answer.secret().insecureAccess();
            byte[] withOtherKem = opening.finish(otherKem).insecureAccess();
            byte[] withOtherCurve = opening.finish(otherCurve).insecureAccess();
            assertThat(Arrays.copyOf(withOtherKem, 32)).isNotEqualTo(Arrays.copyOf(secret, 32));
            assertThat(Arrays.copyOfRange(withOtherKem, 32, 64)).isEqualTo(Arrays.copyOfRange(secret, 32, 64));
            assertThat(Arrays.copyOf(withOtherCurve, 32)).isEqualTo(Arrays.copyOf(secret, 32));
            assertThat(Arrays.copyOfRange(withOtherCurve, 32, 64)).isNotEqualTo(Arrays.copyOfRange(secret, 32, 64));
        }
    }

    @Test
    void share_ofAnotherLength_isRefused() {
        try (KeyAgreement.Opening opening = agreement.open()) {
            assertThatThrownBy(() -> agreement.answer(new byte[1215]))
                    .isInstanceOf(KeyAgreement.InvalidShare.class)
                    .hasMessageContaining("1216");
            assertThatThrownBy(() -> opening.finish(new byte[1216])).isInstanceOf(KeyAgreement.InvalidShare.class);
        }
    }

    /** RFC 7748, section 6.1: a point of small order would make everybody's secret the same. */
    @Test
    void share_withACurvePointOfSmallOrder_isRefused() {
        try (KeyAgreement.Opening opening = agreement.open()) {
            byte[] share = opening.share();
            Arrays.fill(share, 1184, 1216, (byte) 0);
            assertThatThrownBy(() -> agreement.answer(share)).isInstanceOf(KeyAgreement.InvalidShare.class);
        }
    }

    @Test
    void opening_thatIsClosed_givesNoSecret() {
        KeyAgreement.Opening opening = agreement.open();
        byte[] answer = agreement.answer(opening.share()).share();
        opening.close();
        assertThatThrownBy(() -> opening.finish(answer)).isInstanceOf(IllegalStateException.class);
    }
}
