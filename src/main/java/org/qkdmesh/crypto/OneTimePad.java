package org.qkdmesh.crypto;

import org.qkdmesh.model.SecretBytes;

/** XOR with bytes that are used once. Whoever uses a pad byte twice gives both plaintexts away. */
public final class OneTimePad {

    private OneTimePad() {}

    /**
     * {@code text XOR pad}, of the same length.
     *
     * @throws IllegalArgumentException when the lengths differ
     */
    public static byte[] apply(byte[] text, SecretBytes pad) {
        byte[] padBytes = pad.insecureAccess();
        if (text.length != padBytes.length) {
            throw new IllegalArgumentException(
                    "a text of " + text.length + " bytes needs a pad of as many, not " + padBytes.length);
        }
        byte[] result = new byte[text.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (byte) (text[i] ^ padBytes[i]);
        }
        return result;
    }
}
