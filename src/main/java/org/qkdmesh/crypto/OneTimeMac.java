package org.qkdmesh.crypto;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.qkdmesh.model.SecretBytes;

/**
 * The tag of a hop message: Poly1305 (RFC 8439, section 2.5) under a key of 32 bytes that is used for one message only.
 *
 * <p>The tag is computed over the length of the body in bytes (8 bytes, big-endian), the body as sent, and the relayed
 * bytes. With a one-time key its security does not rest on computing power: of {@code L} bytes in all, a forger
 * succeeds with probability at most {@code 8 * ceil(L / 16) / 2^106}, and the tag says nothing of the relayed bytes.
 */
public final class OneTimeMac {

    /** Bytes of link key that one tag costs: r and s of Poly1305, in this order. */
    public static final int KEY_BYTES = 32;

    public static final int TAG_BYTES = 16;

    private OneTimeMac() {}

    /**
     * @param key {@value #KEY_BYTES} bytes, never used before and never again
     * @throws IllegalArgumentException when the key has another length
     */
    public static byte[] tag(SecretBytes key, byte[] body, SecretBytes relayed) {
        if (key.lengthBytes() != KEY_BYTES) {
            throw new IllegalArgumentException("a tag's key has " + KEY_BYTES + " bytes, not " + key.lengthBytes());
        }
        Poly1305 mac = new Poly1305();
        mac.init(new KeyParameter(key.insecureAccess()));
        byte[] length = ByteBuffer.allocate(Long.BYTES).putLong(body.length).array();
        mac.update(length, 0, length.length);
        mac.update(body, 0, body.length);
        mac.update(relayed.insecureAccess(), 0, relayed.lengthBytes());
        byte[] tag = new byte[TAG_BYTES];
        mac.doFinal(tag, 0);
        return tag;
    }

    /** Compares in constant time. */
    public static boolean verify(byte[] tag, SecretBytes key, byte[] body, SecretBytes relayed) {
        return MessageDigest.isEqual(tag, tag(key, body, relayed));
    }
}
