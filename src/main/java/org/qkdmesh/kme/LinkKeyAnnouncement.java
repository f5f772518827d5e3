package org.qkdmesh.kme;

import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmePair;

/**
 * The owner of link keys tells the other end which keys to claim.
 *
 * @param pair the KME pair as the owner sees it
 * @param keys 1 to {@value #MAX_KEYS}
 */
public record LinkKeyAnnouncement(UUID id, KmePair pair, UUID senderEpoch, UUID receiverEpoch, List<Entry> keys) {

    public static final int MAX_KEYS = 1024;

    /** @param lengthBytes length of the key, bytes */
    public record Entry(KeyId keyId, int lengthBytes) {}

    public LinkKeyAnnouncement {
        keys = List.copyOf(keys);
    }
}
