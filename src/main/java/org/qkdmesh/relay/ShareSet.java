package org.qkdmesh.relay;

import java.util.List;
import java.util.Optional;
import org.qkdmesh.crypto.OneTimePad;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.Share;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.store.IncompleteKey;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/**
 * The keys that a share is of, with what has come of them so far, at their egress and within a transaction. The last share
 * makes them keys that the slaves can fetch; until then nobody can. Holds key bytes: close it.
 */
final class ShareSet implements AutoCloseable {

    private final StoreTransaction tx;
    private final ExtKeyContainer container;
    private final Share share;

    /** In the order of the share's, or none when it is the first one that comes. */
    private final List<IncompleteKey> soFar;

    private ShareSet(StoreTransaction tx, ExtKeyContainer container, Share share, List<IncompleteKey> soFar) {
        this.tx = tx;
        this.container = container;
        this.share = share;
        this.soFar = soFar;
    }

    static ShareSet of(StoreTransaction tx, ExtKeyContainer container, Share share) {
        List<IncompleteKey> soFar = share.keyIds().stream()
                .flatMap(id -> tx.incompleteKey(id).stream())
                .toList();
        return new ShareSet(tx, container, share, soFar);
    }

    /** Whether nothing has come of these keys yet. */
    boolean isNew() {
        return soFar.isEmpty();
    }

    /** Why the share can not be added; empty when it can. */
    Optional<HopRefusal> refusal() {
        if (soFar.stream().anyMatch(key -> key.completeBy() <= tx.now())) {
            return Optional.of(HopRefusal.of(RefusalReason.VOIDED, "the other shares of these keys came too long ago"));
        }
        if (soFar.size() < share.keyIds().size() || !soFar.stream().allMatch(this::fits)) {
            return Optional.of(
                    HopRefusal.of(RefusalReason.INVALID, "share: does not belong to those that came before"));
        }
        return Optional.empty();
    }

    private boolean fits(IncompleteKey key) {
        return key.set().equals(share.set())
                && key.shares() == share.of()
                && (key.taken() & bit()) == 0
                && key.soFar().saes().equals(container.saes())
                && key.soFar().ingress().equals(container.hop().path().ingress())
                && key.soFar().bytes().lengthBytes() == container.keyBytes();
    }

    private int bit() {
        return 1 << share.index();
    }

    /**
     * Adds the share.
     *
     * @param bytes of all keys, one after another; stay the caller's
     * @param completeBy until when all shares have to be there, if this is the first one; age of the store
     * @param expiresAt until when the keys are kept at most; age of the store
     */
    void add(SecretBytes bytes, long completeBy, long expiresAt) {
        int length = container.keyBytes();
        for (int i = 0; i < share.keyIds().size(); i++) {
            KeyId id = share.keyIds().get(i);
            try (SecretBytes part = bytes.slice(i * length, length)) {
                if (isNew()) {
                    StoredKey first = new StoredKey(
                            id, container.saes(), container.hop().path().ingress(), part, tx.now(), expiresAt);
                    tx.putIncompleteKey(new IncompleteKey(first, share.set(), share.of(), bit(), completeBy));
                } else {
                    add(soFar.get(i), part, expiresAt);
                }
            }
        }
    }

    private void add(IncompleteKey before, SecretBytes part, long expiresAt) {
        StoredKey key = before.soFar();
        long expiry = Math.min(key.expiresAt(), expiresAt);
        try (SecretBytes sum = SecretBytes.owning(OneTimePad.apply(key.bytes().insecureAccess(), part))) {
            int taken = before.taken() | bit();
            if (Integer.bitCount(taken) == share.of()) {
                tx.removeIncompleteKey(key.ingress(), key.id());
                tx.putKey(new StoredKey(key.id(), key.saes(), key.ingress(), sum, tx.now(), expiry));
            } else {
                tx.putIncompleteKey(new IncompleteKey(
                        new StoredKey(key.id(), key.saes(), key.ingress(), sum, key.storedAt(), expiry),
                        before.set(),
                        before.shares(),
                        taken,
                        before.completeBy()));
            }
        }
    }

    @Override
    public void close() {
        soFar.forEach(key -> key.soFar().bytes().close());
    }
}
