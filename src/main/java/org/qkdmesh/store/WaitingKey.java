package org.qkdmesh.store;

import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;

/**
 * What is known of a key that waits for its slave, but for the key itself.
 *
 * @param ingress the node of the master
 * @param expiresAt age of the store, milliseconds
 */
public record WaitingKey(KeyId id, SaePair pair, NodeId ingress, long expiresAt) {}
