package org.qkdmesh.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;

/**
 * What the two ends of a path share and no node between them knows, with the three things that they do with it: masking
 * keys, authenticating a batch, confirming it.
 *
 * <p>All keys come from the agreed secret by HKDF-Extract (RFC 5869, section 2.2) with SHA-384, salted with the hash of
 * the messages that it was agreed by, and then by the KDF in counter mode (NIST SP 800-108r1, section 4.1) with
 * HMAC-SHA-384, one label for each use. Safe for use by several threads; after {@code close} every use throws.
 */
public final class PairSecret implements AutoCloseable {

    /** Length of an authenticator and of a confirmation, bytes. */
    public static final int AUTHENTICATOR_BYTES = 16;

    private static final String HMAC = "HmacSHA384";
    private static final int HASH_BYTES = 48;
    private static final byte[] STREAM = label("qkd-mesh stream");
    private static final byte[] AUTHENTICATOR = label("qkd-mesh authenticator");
    private static final byte[] CONFIRMATION = label("qkd-mesh confirmation");
    private static final byte[] NO_CONTEXT = {};

    /** Never used itself, only its copies; null after the end. A MAC holds its key in a form that can't be erased. */
    private volatile Mac root;

    private volatile Mac authenticator;
    private volatile Mac confirmation;

    /**
     * @param secret as agreed; stays the caller's
     * @param transcriptHash hash of the messages of the agreement, with all that they say of the two ends
     */
    public PairSecret(SecretBytes secret, byte[] transcriptHash) {
        byte[] extracted = mac(transcriptHash).doFinal(secret.insecureAccess());
        root = mac(extracted);
        Arrays.fill(extracted, (byte) 0);
        authenticator = derived(AUTHENTICATOR);
        confirmation = derived(CONFIRMATION);
    }

    private Mac derived(byte[] label) {
        byte[] key = new byte[HASH_BYTES];
        derive(copy(root), label, NO_CONTEXT, key, 0, key.length);
        Mac mac = mac(key);
        Arrays.fill(key, (byte) 0);
        return mac;
    }

    /**
     * XORs each key with a stream of its own; done twice, it gives the keys again.
     *
     * @param ids none of which is ever used for two different keys under one secret
     * @param keys one after another, all of one length, in the order of the ids
     * @return the caller's to close
     */
    public SecretBytes mask(List<KeyId> ids, SecretBytes keys) {
        int length = keys.lengthBytes() / ids.size();
        byte[] masked = new byte[keys.lengthBytes()];
        byte[] context = new byte[2 * Long.BYTES];
        Mac mac = copy(root);
        for (int i = 0; i < ids.size(); i++) {
            ByteBuffer.wrap(context)
                    .putLong(ids.get(i).uuid().getMostSignificantBits())
                    .putLong(ids.get(i).uuid().getLeastSignificantBits());
            derive(mac, STREAM, context, masked, i * length, length);
        }
        byte[] clear = keys.insecureAccess();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= clear[i];
        }
        return SecretBytes.owning(masked);
    }

    /**
     * Shows the other end that a batch came from this one as it is.
     *
     * @param context everything else that shall not be changed on the way
     */
    public SecretBytes authenticator(byte[] context, SecretBytes relayed) {
        return SecretBytes.owning(code(authenticator, context, relayed.insecureAccess()));
    }

    /** Shows this end that the other one has the batch; nobody else can say so. */
    public byte[] confirmation(byte[] context) {
        return code(confirmation, context, NO_CONTEXT);
    }

    private static byte[] code(Mac key, byte[] context, byte[] content) {
        Mac mac = copy(key);
        mac.update(ByteBuffer.allocate(Long.BYTES).putLong(context.length).array());
        mac.update(context);
        return Arrays.copyOf(mac.doFinal(content), AUTHENTICATOR_BYTES);
    }

    /** SP 800-108r1, section 4.1: counter and length of 32 bits each, a zero byte between label and context. */
    private static void derive(Mac mac, byte[] label, byte[] context, byte[] out, int offset, int length) {
        byte[] bits = ByteBuffer.allocate(Integer.BYTES).putInt(length * 8).array();
        int done = 0;
        for (int counter = 1; done < length; counter++) {
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(counter).array());
            mac.update(label);
            mac.update((byte) 0);
            mac.update(context);
            byte[] block = mac.doFinal(bits);
            int part = Math.min(block.length, length - done);
            System.arraycopy(block, 0, out, offset + done, part);
            Arrays.fill(block, (byte) 0);
            done += part;
        }
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HMAC, e);
        }
    }

    private static Mac copy(Mac mac) {
        if (mac == null) {
            throw new IllegalStateException("this secret was erased");
        }
        try {
            return (Mac) mac.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's HMAC can be copied", e);
        }
    }

    private static byte[] label(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        root = null;
        authenticator = null;
        confirmation = null;
    }

    @Override
    public String toString() {
        return "PairSecret[redacted]";
    }
}
