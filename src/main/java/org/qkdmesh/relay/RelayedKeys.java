package org.qkdmesh.relay;

import java.util.List;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaeGroup;

/**
 * What is relayed, apart from the bytes: the same on every hop.
 *
 * @param keyBytes length of each key, bytes
 * @param saes the master and its slaves at the end of the path
 * @param targetIndex counts the nodes that get the same keys; 0 for the first, whose first link they come from
 * @param optionalExtension passed on as received; null if there is none
 */
record RelayedKeys(
        List<KeyId> ids, int keyBytes, SaeGroup saes, int targetIndex, long lifeSeconds, byte[] optionalExtension) {

    RelayedKeys {
        ids = List.copyOf(ids);
    }
}
