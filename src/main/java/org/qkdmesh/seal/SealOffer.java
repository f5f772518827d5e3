package org.qkdmesh.seal;

import java.util.UUID;
import org.qkdmesh.model.NodeId;

/**
 * The first message of an agreement, from the node of masters to the node of their slaves.
 *
 * @param id random
 * @param issuedAt milliseconds since 1970 by the sender's clock
 * @param share of the key agreement
 */
public record SealOffer(UUID id, NodeId from, NodeId to, long issuedAt, byte[] share) {

    /** The kind of statement under which it is signed. */
    public static final String STATEMENT = "qkd-mesh-seal-offer";
}
