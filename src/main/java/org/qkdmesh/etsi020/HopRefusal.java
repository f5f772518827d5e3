package org.qkdmesh.etsi020;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;

/**
 * A node's refusal of another node's message.
 *
 * @param message for people; safe to show
 * @param edge the link that the trouble is at, if it is at one
 * @param keptNone whether certainly nothing of the refused message is kept anywhere further on
 * @param epoch the epoch of the refusing node, with {@link RefusalReason#LINK_EPOCH_CHANGED}
 * @param keyId the link key concerned, with {@link RefusalReason#UNKNOWN_LINK_KEY}
 */
public record HopRefusal(
        RefusalReason reason,
        String message,
        Optional<Edge> edge,
        boolean keptNone,
        Optional<UUID> epoch,
        Optional<KeyId> keyId) {

    public HopRefusal {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(message, "message");
    }

    public static HopRefusal of(RefusalReason reason, String message) {
        return new HopRefusal(reason, message, Optional.empty(), true, Optional.empty(), Optional.empty());
    }

    /** The message is of a time before the last start of one of the ends. */
    public static HopRefusal epochChanged(UUID current) {
        return of(RefusalReason.LINK_EPOCH_CHANGED, "an epoch is not current").withEpoch(current);
    }

    public HopRefusal at(Edge where) {
        return new HopRefusal(reason, message, Optional.of(where), keptNone, epoch, keyId);
    }

    public HopRefusal withEpoch(UUID current) {
        return new HopRefusal(reason, message, edge, keptNone, Optional.of(current), keyId);
    }

    public HopRefusal withKey(KeyId id) {
        return new HopRefusal(reason, message, edge, keptNone, epoch, Optional.of(id));
    }

    public HopRefusal withKeptNone(boolean none) {
        return new HopRefusal(reason, message, edge, none, epoch, keyId);
    }
}
