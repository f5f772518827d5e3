package org.qkdmesh.store;

import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;

/**
 * A session key at its egress, waiting for the slave.
 *
 * @param ingress the node that relayed it; this node itself when both SAEs are attached here
 * @param storedAt age of the store when the key came in, milliseconds
 * @param expiresAt age of the store from which on nobody gets it any more, milliseconds
 */
public record StoredKey(KeyId id, SaePair pair, NodeId ingress, SecretBytes bytes, long storedAt, long expiresAt) {}
