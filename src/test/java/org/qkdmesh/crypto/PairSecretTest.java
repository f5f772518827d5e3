package org.qkdmesh.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.generators.KDFCounterBytesGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KDFCounterParameters;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;

class PairSecretTest {

    private static final byte[] SECRET = new byte[64];
    private static final byte[] TRANSCRIPT = "transcript".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTEXT = "context".getBytes(StandardCharsets.US_ASCII);

    private final PairSecret secret = secret(SECRET, TRANSCRIPT);

    private static PairSecret secret(byte[] agreed, byte[] transcript) {
        return new PairSecret(SecretBytes.owning(agreed.clone()), transcript);
    }

    private static List<KeyId> ids(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new KeyId(new UUID(5, i)))
                .toList();
    }

    @Property(tries = 200)
    void mask_doneTwice_givesTheKeysAgain(
            @ForAll @IntRange(min = 1, max = 20) int count, @ForAll @IntRange(min = 1, max = 300) int keyBytes) {
        byte[] keys = new byte[count * keyBytes];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (byte) (i * 31);
        }
        try (SecretBytes clear = SecretBytes.owning(keys.clone());
                SecretBytes masked = secret.mask(ids(count), clear);
                SecretBytes again = secret.mask(ids(count), masked)) {
            assertThat(again.insecureAccess()).isEqualTo(keys);
            assertThat(clear.insecureAccess()).isEqualTo(keys);
        }
    }

    /** The same two standards by another implementation. */
    @Test
    void stream_isThatOfHkdfExtractAndTheCounterModeKdf() {
        int length = 130;
        KeyId id = new KeyId(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
        byte[] root = new HKDFBytesGenerator(new SHA384Digest()).extractPRK(TRANSCRIPT, SECRET);
        ByteArrayOutputStream fixed = new ByteArrayOutputStream();
        fixed.writeBytes("qkd-mesh stream".getBytes(StandardCharsets.US_ASCII));
        fixed.write(0);
        fixed.writeBytes(HexFormat.of().parseHex("00112233445566778899aabbccddeeff"));
        fixed.writeBytes(new byte[] {0, 0, (byte) (length * 8 >> 8), (byte) (length * 8)});
        KDFCounterBytesGenerator kdf = new KDFCounterBytesGenerator(new HMac(new SHA384Digest()));
        kdf.init(new KDFCounterParameters(root, fixed.toByteArray(), 32));
        byte[] expected = new byte[length];
        kdf.generateBytes(expected, 0, length);

        assertThat(secret.mask(List.of(id), SecretBytes.owning(new byte[length]))
                        .insecureAccess())
                .isEqualTo(expected);
    }

    @Test
    void streams_ofDifferentKeysAndSecrets_areDifferent() {
        byte[] masked = secret.mask(ids(2), SecretBytes.owning(new byte[64])).insecureAccess();
        assertThat(HexFormat.of().formatHex(masked, 0, 32))
                .isNotEqualTo(HexFormat.of().formatHex(masked, 32, 64));
        byte[] otherSecret = SECRET.clone();
        otherSecret[63] = 1;
        for (PairSecret other : List.of(secret(otherSecret, TRANSCRIPT), secret(SECRET, CONTEXT))) {
            assertThat(other.mask(ids(2), SecretBytes.owning(new byte[64])).insecureAccess())
                    .isNotEqualTo(masked);
        }
    }

    @Test
    void authenticator_changesWithEachByteOfContextAndBatch_andWithTheSecret() {
        byte[] batch = new byte[20];
        SecretBytes right = secret.authenticator(CONTEXT, SecretBytes.owning(batch.clone()));
        assertThat(right.lengthBytes()).isEqualTo(16);
        assertThat(secret.authenticator(CONTEXT, SecretBytes.owning(batch.clone())))
                .isEqualTo(right);
        for (int i = 0; i < batch.length; i++) {
            byte[] changed = batch.clone();
            changed[i] ^= 1;
            assertThat(secret.authenticator(CONTEXT, SecretBytes.owning(changed)))
                    .isNotEqualTo(right);
        }
        for (int i = 0; i < CONTEXT.length; i++) {
            byte[] changed = CONTEXT.clone();
            changed[i] ^= 1;
            assertThat(secret.authenticator(changed, SecretBytes.owning(batch.clone())))
                    .isNotEqualTo(right);
        }
        assertThat(secret(SECRET, CONTEXT).authenticator(CONTEXT, SecretBytes.owning(batch.clone())))
                .isNotEqualTo(right);
    }

    @Test
    void confirmation_isNoAuthenticator() {
        assertThat(secret.confirmation(CONTEXT))
                .hasSize(16)
                .isNotEqualTo(secret.authenticator(CONTEXT, SecretBytes.owning(new byte[0]))
                        .insecureAccess());
    }

    @Test
    void secret_thatIsClosed_doesNothing() {
        secret.close();
        assertThatThrownBy(() -> secret.mask(ids(1), SecretBytes.owning(new byte[1])))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> secret.confirmation(CONTEXT)).isInstanceOf(IllegalStateException.class);
        assertThat(secret).hasToString("PairSecret[redacted]");
    }
}
