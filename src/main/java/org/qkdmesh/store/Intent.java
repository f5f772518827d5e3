package org.qkdmesh.store;

import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;

/**
 * An attempt to relay keys that is not decided yet. Written before the first byte leaves; turned, once and in one
 * transaction, into records (the master gets the keys) or into a void.
 *
 * @param madeAt age of the store, milliseconds
 * @param expiresAt age from which on the egress has certainly dropped the keys by itself
 */
public record Intent(UUID relayId, SaePair pair, NodeId egress, List<KeyId> keyIds, long madeAt, long expiresAt) {

    public Intent {
        keyIds = List.copyOf(keyIds);
    }
}
