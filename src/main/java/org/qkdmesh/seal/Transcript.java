package org.qkdmesh.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes of what the two ends said to each other, as it was sent, signatures and all. */
final class Transcript {

    private Transcript() {}

    static byte[] hash(String signedOffer) {
        return sha384().digest(signedOffer.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] hash(String signedOffer, String signedAnswer) {
        MessageDigest digest = sha384();
        for (String message : new String[] {signedOffer, signedAnswer}) {
            byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        return digest.digest();
    }

    private static MessageDigest sha384() {
        try {
            return MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-384", e);
        }
    }
}
