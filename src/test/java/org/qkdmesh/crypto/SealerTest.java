package org.qkdmesh.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.SecretBytes;

class SealerTest {

    private static final byte[] ROW = "row 1".getBytes(StandardCharsets.US_ASCII);

    private final SecureRandom random = new SecureRandom();
    private final Sealer sealer = new Sealer(secret("00".repeat(32)), random);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static SecretBytes secret(String hex) {
        return SecretBytes.owning(hex(hex));
    }

    /** Test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega). */
    @Test
    void open_readsWhatOthersSealedByTheStandard() {
        Sealer standard =
                new Sealer(secret("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), random);
        byte[] sealed = hex("cafebabefacedbaddecaf888"
                + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b");
        byte[] associated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        assertThat(standard.open(sealed, associated).orElseThrow().insecureAccess())
                .isEqualTo(hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
    }

    @Property(tries = 100)
    void open_givesWhatWasSealed(@ForAll @Size(max = 200) byte[] text) {
        byte[] sealed = sealer.seal(SecretBytes.owning(text.clone()), ROW);
        assertThat(sealed).hasSize(12 + text.length + 16);
        assertThat(sealer.open(sealed, ROW).orElseThrow().insecureAccess()).isEqualTo(text);
    }

    @Property(tries = 200)
    void open_afterAnyFlippedBit_givesNothing(@ForAll @IntRange(max = 60 * 8 - 1) int bit) {
        byte[] sealed = sealer.seal(SecretBytes.owning(new byte[32]), ROW);
        sealed[bit / 8] ^= (byte) (1 << bit % 8);
        assertThat(sealer.open(sealed, ROW)).isEmpty();
    }

    @Test
    void open_withOtherAssociatedDataOrKeyOrLength_givesNothing() {
        byte[] sealed = sealer.seal(SecretBytes.owning(new byte[32]), ROW);
        assertThat(sealer.open(sealed, "row 2".getBytes(StandardCharsets.US_ASCII)))
                .isEmpty();
        assertThat(new Sealer(secret("01".repeat(32)), random).open(sealed, ROW))
                .isEmpty();
        assertThat(sealer.open(Arrays.copyOf(sealed, 59), ROW)).isEmpty();
        assertThat(sealer.open(new byte[27], ROW)).isEmpty();
    }

    @Test
    void seal_ofTheSameTwice_differs() {
        SecretBytes secret = SecretBytes.owning(new byte[32]);
        assertThat(sealer.seal(secret, ROW)).isNotEqualTo(sealer.seal(secret, ROW));
    }

    @Test
    void sealer_hasItsOwnCopyOfTheKey() {
        SecretBytes key = secret("02".repeat(32));
        Sealer other = new Sealer(key, random);
        byte[] sealed = other.seal(SecretBytes.owning(new byte[8]), ROW);
        key.close();
        assertThat(other.open(sealed, ROW)).isPresent();
    }

    @Test
    void sealer_withAKeyOfAnotherLength_isRefused() {
        assertThatThrownBy(() -> new Sealer(secret("00".repeat(16)), random))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
