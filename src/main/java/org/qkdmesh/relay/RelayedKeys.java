package org.qkdmesh.relay;

import java.util.List;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaePair;

/**
 * What is relayed, apart from the bytes: the same on every hop.
 *
 * @param keyBytes length of each key, bytes
 * @param optionalExtension passed on as received; null if there is none
 */
record RelayedKeys(List<KeyId> ids, int keyBytes, SaePair pair, long lifeSeconds, byte[] optionalExtension) {

    RelayedKeys {
        ids = List.copyOf(ids);
    }
}
