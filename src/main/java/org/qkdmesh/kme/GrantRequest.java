package org.qkdmesh.kme;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.KmePair;

/**
 * A node that has too few link keys for its own messages, and no own KME that gives it more, asks the other end for some
 * of those that the other end owns.
 *
 * @param id of the grant; the same request may be sent again, and is answered the same
 * @param pair the KME pair, as the asker sees it, whose keys are meant; empty where pairs are not combined, for any
 * @param wantedBytes how much it would take, 1 to {@value #MOST_BYTES}
 * @param stockBytes what it has, 0 to {@value #MOST_BYTES}, so that the other end does not give what it has less of itself
 */
public record GrantRequest(
        UUID id, Optional<KmePair> pair, UUID senderEpoch, UUID receiverEpoch, long wantedBytes, long stockBytes) {

    public static final long MOST_BYTES = 1L << 40;

    public GrantRequest {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(pair, "pair");
        Objects.requireNonNull(senderEpoch, "senderEpoch");
        Objects.requireNonNull(receiverEpoch, "receiverEpoch");
        if (wantedBytes < 1 || wantedBytes > MOST_BYTES || stockBytes < 0 || stockBytes > MOST_BYTES) {
            throw new IllegalArgumentException("amounts of bytes from 1 (wanted) or 0 (stock) to " + MOST_BYTES);
        }
    }
}
