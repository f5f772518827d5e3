package org.qkdmesh.kme;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SessionKey;

/**
 * Shows that the KMEs at both ends of a link give the same keys, without showing the keys: each end tells a digest of
 * what its KME gave. Keys that are compared are thrown away and used for nothing else. Safe for use by several threads.
 */
public final class CompareKeys {

    /** The most keys that are claimed for one comparison. */
    public static final int MOST_CLAIMED = 64;

    /** The most keys that are drawn for one comparison. */
    public static final int MOST_DRAWN = 4;

    /** The largest key that is drawn for one, bits. */
    public static final int MOST_BITS = 8_192;

    /** Length of the asker's random number, which makes digests useless for anything but this comparison. */
    public static final int NONCE_BYTES = 32;

    /** What one end is asked for. */
    public sealed interface Wish {

        /** Digests of these keys, which the asker got by {@code enc_keys} at its end. */
        record Claim(List<KeyId> ids) implements Wish {
            public Claim {
                ids = List.copyOf(ids);
                requireWithin("keys", ids.size(), 1, MOST_CLAIMED);
            }
        }

        /** Digests of fresh keys, which the asker will get by {@code dec_keys} at its end. */
        record Draw(int number, int sizeBits) implements Wish {
            public Draw {
                requireWithin("number", number, 1, MOST_DRAWN);
                requireWithin("size", sizeBits, 8, MOST_BITS);
            }
        }

        private static void requireWithin(String what, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(what + " shall be " + least + " to " + most);
            }
        }
    }

    /**
     * What one end tells.
     *
     * @param digests of the keys that its KME gave, by their ids
     * @param trouble what its KME did wrong; empty when nothing
     */
    public record Told(Map<KeyId, byte[]> digests, Optional<String> trouble) {

        public Told {
            digests = Map.copyOf(digests);
        }

        /** Whether this end has the key with the same bytes as that one. */
        public boolean agreesWith(Told other, KeyId id) {
            byte[] here = digests.get(id);
            byte[] there = other.digests.get(id);
            return here != null && there != null && MessageDigest.isEqual(here, there);
        }
    }

    private final KmeClient kme;

    public CompareKeys(KmeClient kme) {
        this.kme = kme;
    }

    /** Does as wished at the own KME; never fails, but tells what went wrong. */
    public Told compare(byte[] nonce, Wish wish) {
        if (wish instanceof Wish.Claim claim) {
            return claim(nonce, claim.ids());
        }
        Wish.Draw draw = (Wish.Draw) wish;
        return attempt(nonce, () -> kme.encKeys(draw.number(), draw.sizeBits()));
    }

    private Told claim(byte[] nonce, List<KeyId> ids) {
        Map<KeyId, byte[]> digests = new LinkedHashMap<>();
        Optional<String> trouble = Optional.empty();
        for (List<KeyId> some : split(ids)) {
            Told told = attempt(nonce, () -> kme.decKeys(some));
            digests.putAll(told.digests());
            trouble = trouble.or(told::trouble);
        }
        return new Told(digests, trouble);
    }

    /** No more at once than the KME allows; where it does not tell, one by one. */
    private List<List<KeyId>> split(List<KeyId> ids) {
        int atOnce = 1;
        try {
            atOnce = Math.min(ids.size(), kme.status().maxKeysPerRequest());
        } catch (KmeFailure e) {
            // The claim itself will tell.
        }
        List<List<KeyId>> parts = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += atOnce) {
            parts.add(ids.subList(from, Math.min(ids.size(), from + atOnce)));
        }
        return parts;
    }

    private static Told attempt(byte[] nonce, Supplier<List<SessionKey>> call) {
        try {
            return new Told(digests(nonce, call.get()), Optional.empty());
        } catch (KmeFailure e) {
            return new Told(Map.of(), Optional.of(e.getMessage()));
        }
    }

    /** Digests of the keys, which are closed. */
    public static Map<KeyId, byte[]> digests(byte[] nonce, List<SessionKey> keys) {
        Map<KeyId, byte[]> digests = new LinkedHashMap<>();
        for (SessionKey key : keys) {
            try (key) {
                digests.put(key.id(), digest(nonce, key));
            }
        }
        return digests;
    }

    private static byte[] digest(byte[] nonce, SessionKey key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("qkd-mesh compare".getBytes(StandardCharsets.US_ASCII));
            digest.update(nonce);
            digest.update(key.id().toString().getBytes(StandardCharsets.US_ASCII));
            digest.update(key.bytes().insecureAccess());
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a JDK without SHA-256", e);
        }
    }
}
