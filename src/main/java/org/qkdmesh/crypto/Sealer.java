package org.qkdmesh.crypto;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.qkdmesh.model.SecretBytes;

/**
 * Seals secrets for the disk with AES-256-GCM under one key. What is sealed opens only with the same key and the same
 * associated data, and not if a bit of it was changed. Layout: nonce (12 bytes), ciphertext, tag (16 bytes).
 *
 * <p>Nonces are drawn at random for each seal. Two equal ones would break the key, and among {@link #MAX_SEALS} of 96
 * bits there are two with a probability below 2^-40. Unlike a counter they stay apart as well when a machine is
 * resumed twice from one image of its memory, since the kernel reseeds its generator then.
 *
 * <p>Not safe for use by several threads.
 */
public final class Sealer {

    public static final int KEY_BYTES = 32;

    /** After so many seals a key should be replaced; whoever seals counts them. */
    public static final long MAX_SEALS = 1L << 28;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private final SecretKey key;
    private final Cipher cipher;
    private final SecureRandom random;

    /**
     * @param key {@value #KEY_BYTES} bytes, copied; they stay the caller's to erase
     */
    public Sealer(SecretBytes key, SecureRandom random) {
        if (key.lengthBytes() != KEY_BYTES) {
            throw new IllegalArgumentException("a sealing key has " + KEY_BYTES + " bytes, not " + key.lengthBytes());
        }
        this.key = new SecretKeySpec(key.insecureAccess(), "AES");
        this.random = random;
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }

    public byte[] seal(SecretBytes secret, byte[] associated) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
            cipher.updateAAD(associated);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + secret.lengthBytes() + TAG_BYTES);
            cipher.doFinal(secret.insecureAccess(), 0, secret.lengthBytes(), sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing failed", e);
        }
    }

    /** The secret, to be closed by the caller; empty when it was not sealed by this key with this associated data. */
    public Optional<SecretBytes> open(byte[] sealed, byte[] associated) {
        if (sealed.length < NONCE_BYTES + TAG_BYTES) {
            return Optional.empty();
        }
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(associated);
            return Optional.of(SecretBytes.owning(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES)));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening failed", e);
        }
    }
}
