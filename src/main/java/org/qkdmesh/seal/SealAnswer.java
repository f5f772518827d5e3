package org.qkdmesh.seal;

import org.qkdmesh.model.NodeId;

/**
 * The second and last message of an agreement.
 *
 * @param offerHash SHA-384 of the signed offer that it answers
 * @param share of the key agreement
 */
record SealAnswer(NodeId from, NodeId to, byte[] offerHash, byte[] share) {

    /** The kind of statement under which it is signed. */
    static final String STATEMENT = "qkd-mesh-seal-answer";
}
