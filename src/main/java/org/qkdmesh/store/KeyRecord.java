package org.qkdmesh.store;

import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;

/**
 * What the ingress knows of a key that the master was given: enough to accept the word that it was delivered, never its
 * bytes.
 */
public record KeyRecord(KeyId id, SaePair pair, NodeId egress, long expiresAt) {}
