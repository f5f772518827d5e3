package org.qkdmesh.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.SecretBytes;

class OneTimeMacTest {

    /** RFC 8439, section 2.5.2. */
    @Test
    void theMacBeneath_givesTheTagOfTheStandard() {
        byte[] key = HexFormat.of().parseHex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
        byte[] text = "Cryptographic Forum Research Group".getBytes(StandardCharsets.US_ASCII);
        Poly1305 mac = new Poly1305();
        mac.init(new KeyParameter(key));
        mac.update(text, 0, text.length);
        byte[] tag = new byte[16];
        mac.doFinal(tag, 0);
        assertThat(HexFormat.of().formatHex(tag)).isEqualTo("a8061dc1305136c6c22b8baf0c0127a9");
    }

    /** Computed here with big integers, straight from the formula: ((sum of blocks) mod 2^130 - 5) + s. */
    @Property(tries = 200)
    void tag_isPoly1305OverLengthBodyAndRelayedBytes(
            @ForAll @Size(32) byte[] key,
            @ForAll @Size(max = 200) byte[] body,
            @ForAll @Size(max = 70) byte[] relayed) {
        byte[] input = ByteBuffer.allocate(8 + body.length + relayed.length)
                .putLong(body.length)
                .put(body)
                .put(relayed)
                .array();
        assertThat(OneTimeMac.tag(secret(key), body, secret(relayed))).isEqualTo(PlainPoly1305.tag(key, input));
    }

    /** The key is random, as the one of a link is: a zero one would fit any text. */
    @Property(tries = 200)
    void verify_refusesAnySingleFlippedBit(
            @ForAll long seed,
            @ForAll @Size(min = 1, max = 60) byte[] body,
            @ForAll @Size(min = 1, max = 60) byte[] relayed,
            @ForAll int where) {
        byte[] key = new byte[OneTimeMac.KEY_BYTES];
        new Random(seed).nextBytes(key);
        byte[] tag = OneTimeMac.tag(secret(key), body, secret(relayed));
        assertThat(OneTimeMac.verify(tag, secret(key), body, secret(relayed))).isTrue();
        assertThat(OneTimeMac.verify(flip(tag, where), secret(key), body, secret(relayed)))
                .isFalse();
        assertThat(OneTimeMac.verify(tag, secret(key), flip(body, where), secret(relayed)))
                .isFalse();
        assertThat(OneTimeMac.verify(tag, secret(key), body, secret(flip(relayed, where))))
                .isFalse();
    }

    @Test
    void tag_withAKeyOfAnotherLength_isRefused() {
        assertThatThrownBy(() -> OneTimeMac.tag(secret(new byte[31]), new byte[1], secret(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32 bytes");
    }

    private static byte[] flip(byte[] bytes, int where) {
        byte[] changed = bytes.clone();
        int bit = Math.floorMod(where, bytes.length * 8);
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        return changed;
    }

    private static SecretBytes secret(byte[] bytes) {
        return SecretBytes.owning(bytes.clone());
    }
}
