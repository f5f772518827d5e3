package org.qkdmesh.store;

import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SecretBytes;

/**
 * A session key at its egress, waiting for its slaves there.
 *
 * @param saes all slaves of this node that share it, whoever of them has had it already
 * @param ingress the node that relayed it; this node itself when the master is attached here
 * @param storedAt age of the store when the key came in, milliseconds
 * @param expiresAt age of the store from which on nobody gets it any more, milliseconds
 */
public record StoredKey(KeyId id, SaeGroup saes, NodeId ingress, SecretBytes bytes, long storedAt, long expiresAt) {}
