package org.qkdmesh.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.generators.MLKEMKeyPairGenerator;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.params.MLKEMKeyGenerationParameters;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.qkdmesh.model.SecretBytes;

/**
 * ML-KEM-768 (FIPS 203) and X25519 (RFC 7748) side by side, with fresh keys for each agreement: who wants the secret has
 * to break both. Shares and secret are put together as TLS 1.3 does it for its group X25519MLKEM768: ML-KEM first.
 */
public final class HybridAgreement implements KeyAgreement {

    /** The name by which nodes say that they mean this agreement. */
    public static final String NAME = "x25519-mlkem768";

    private static final MLKEMParameters KEM = MLKEMParameters.ml_kem_768;
    private static final int ENCAPSULATION_KEY_BYTES = 1184;
    private static final int CIPHERTEXT_BYTES = 1088;
    private static final int CURVE_BYTES = X25519PublicKeyParameters.KEY_SIZE;
    private static final int OPENING_BYTES = ENCAPSULATION_KEY_BYTES + CURVE_BYTES;
    private static final int ANSWER_BYTES = CIPHERTEXT_BYTES + CURVE_BYTES;

    private final SecureRandom random;

    public HybridAgreement(SecureRandom random) {
        this.random = random;
    }

    @Override
    public Opening open() {
        MLKEMKeyPairGenerator generator = new MLKEMKeyPairGenerator();
        generator.init(new MLKEMKeyGenerationParameters(random, KEM));
        AsymmetricCipherKeyPair kem = generator.generateKeyPair();
        X25519PrivateKeyParameters curve = new X25519PrivateKeyParameters(random);
        byte[] share = join(
                ((MLKEMPublicKeyParameters) kem.getPublic()).getEncoded(),
                curve.generatePublicKey().getEncoded());
        return new HybridOpening(share, (MLKEMPrivateKeyParameters) kem.getPrivate(), curve);
    }

    @Override
    public Answer answer(byte[] share) {
        requireLength(share, OPENING_BYTES);
        try {
            SecretWithEncapsulation kem = new MLKEMGenerator(random)
                    .generateEncapsulated(
                            new MLKEMPublicKeyParameters(KEM, Arrays.copyOf(share, ENCAPSULATION_KEY_BYTES)));
            X25519PrivateKeyParameters curve = new X25519PrivateKeyParameters(random);
            byte[] answer =
                    join(kem.getEncapsulation(), curve.generatePublicKey().getEncoded());
            return new Answer(answer, both(kem.getSecret(), curve, share, ENCAPSULATION_KEY_BYTES));
        } catch (IllegalArgumentException e) {
            throw new InvalidShare("the share holds no ML-KEM-768 encapsulation key");
        }
    }

    private static SecretBytes both(
            byte[] kemSecret, X25519PrivateKeyParameters curve, byte[] otherShare, int curveOffset) {
        byte[] curveSecret = new byte[X25519PrivateKeyParameters.SECRET_SIZE];
        try {
            curve.generateSecret(new X25519PublicKeyParameters(otherShare, curveOffset), curveSecret, 0);
            return SecretBytes.owning(join(kemSecret, curveSecret));
        } catch (IllegalStateException e) {
            // RFC 7748, section 6.1: a public key of small order gives a secret that everybody knows.
            throw new InvalidShare("the share's X25519 key gives no secret");
        } finally {
            Arrays.fill(kemSecret, (byte) 0);
            Arrays.fill(curveSecret, (byte) 0);
        }
    }

    private static void requireLength(byte[] share, int length) {
        if (share.length != length) {
            throw new InvalidShare("a share has " + length + " bytes here, not " + share.length);
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    /** The library's keys can not be erased; they are let go of. */
    private static final class HybridOpening implements Opening {

        private final byte[] share;
        private MLKEMPrivateKeyParameters kem;
        private X25519PrivateKeyParameters curve;

        HybridOpening(byte[] share, MLKEMPrivateKeyParameters kem, X25519PrivateKeyParameters curve) {
            this.share = share;
            this.kem = kem;
            this.curve = curve;
        }

        @Override
        public byte[] share() {
            return share.clone();
        }

        @Override
        public synchronized SecretBytes finish(byte[] answer) {
            if (kem == null) {
                throw new IllegalStateException("this agreement is over");
            }
            requireLength(answer, ANSWER_BYTES);
            byte[] kemSecret = new MLKEMExtractor(kem).extractSecret(Arrays.copyOf(answer, CIPHERTEXT_BYTES));
            return both(kemSecret, curve, answer, CIPHERTEXT_BYTES);
        }

        @Override
        public synchronized void close() {
            kem = null;
            curve = null;
        }
    }
}
