package org.qkdmesh.kme;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SecretBytes;

/**
 * The owner of link keys tells the other end which keys to claim.
 *
 * @param pair the KME pair as the owner sees it
 * @param combined the owner's KMEs, this one among them, whose keys are used only XORed with each other; none when each
 *     pair is used by itself
 * @param keys 1 to {@value #MAX_KEYS}, none twice
 */
public record LinkKeyAnnouncement(
        UUID id, KmePair pair, Set<KmeId> combined, UUID senderEpoch, UUID receiverEpoch, List<Entry> keys) {

    public static final int MAX_KEYS = 1024;

    /** A link has no more KME pairs. */
    public static final int MAX_COMBINED = 64;

    /** No link key is longer. */
    public static final int MAX_KEY_BYTES = 1 << 17;

    /** @param lengthBytes length of the key, 1 to {@value #MAX_KEY_BYTES} bytes */
    public record Entry(KeyId keyId, int lengthBytes) {

        public Entry {
            Objects.requireNonNull(keyId, "keyId");
            if (lengthBytes < 1 || lengthBytes > MAX_KEY_BYTES) {
                throw new IllegalArgumentException("a link key has 1 to " + MAX_KEY_BYTES + " bytes");
            }
        }
    }

    public LinkKeyAnnouncement {
        combined = Set.copyOf(combined);
        keys = List.copyOf(keys);
        if (keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("an announcement has 1 to " + MAX_KEYS + " keys, not " + keys.size());
        }
        Set<KeyId> ids = new HashSet<>();
        keys.forEach(entry -> ids.add(entry.keyId()));
        if (ids.size() < keys.size()) {
            throw new IllegalArgumentException("an announcement names no key twice");
        }
    }

    static LinkKeyAnnouncement of(
            UUID id,
            KmePair pair,
            Set<KmeId> combined,
            UUID senderEpoch,
            UUID receiverEpoch,
            Map<KeyId, SecretBytes> keys) {
        List<Entry> entries = keys.entrySet().stream()
                .map(key -> new Entry(key.getKey(), key.getValue().lengthBytes()))
                .toList();
        return new LinkKeyAnnouncement(id, pair, combined, senderEpoch, receiverEpoch, entries);
    }

    /** The same announcement, of these keys only. */
    LinkKeyAnnouncement only(Set<KeyId> ids) {
        List<Entry> entries =
                keys.stream().filter(entry -> ids.contains(entry.keyId())).toList();
        return new LinkKeyAnnouncement(id, pair, combined, senderEpoch, receiverEpoch, entries);
    }
}
