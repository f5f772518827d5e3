package org.qkdmesh.kme;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.qkdmesh.model.KeyId;

/** What to do with an announcement of the neighbour. */
public sealed interface Claim {

    /** An epoch is not current: answer with the own one, and ask the neighbour for its own if that is unknown. */
    record EpochChanged(UUID ownEpoch, boolean askNeighbour) implements Claim {}

    /**
     * Claim these at the own KME, then call {@link IncomingKeys#claimed}, whatever happened.
     *
     * @param settled ids whose answer is clear already
     */
    record Wanted(Map<KeyId, ClaimStatus> settled, List<LinkKeyAnnouncement.Entry> keys) implements Claim {}
}
