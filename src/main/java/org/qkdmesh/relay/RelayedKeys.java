package org.qkdmesh.relay;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.Share;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaeGroup;

/**
 * What is relayed, apart from the bytes: the same on every hop.
 *
 * @param ids their own: of the session keys, or of the shares that these are
 * @param keyBytes length of each key, bytes
 * @param saes the master and its slaves at the end of the path
 * @param targetIndex counts the nodes that get the same keys; 0 for the first, whose first link they come from
 * @param seal the secret of the two ends that they are sealed with; empty when they are not
 * @param share which share of the session keys these are; empty when they are the session keys
 * @param optionalExtension passed on as received; null if there is none
 */
record RelayedKeys(
        List<KeyId> ids,
        int keyBytes,
        SaeGroup saes,
        int targetIndex,
        long lifeSeconds,
        Optional<UUID> seal,
        Optional<Share> share,
        byte[] optionalExtension) {

    RelayedKeys {
        ids = List.copyOf(ids);
    }

    /** What a message carries. */
    static RelayedKeys of(ExtKeyContainer container) {
        return new RelayedKeys(
                container.keyIds(),
                container.keyBytes(),
                container.saes(),
                container.hop().targetIndex(),
                container.hop().lifeSeconds(),
                container.hop().seal(),
                container.hop().share(),
                container.optionalExtension());
    }
}
