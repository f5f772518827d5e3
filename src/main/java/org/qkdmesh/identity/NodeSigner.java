package org.qkdmesh.identity;

/** Signs what this node states to other nodes. Safe for use by several threads. */
public interface NodeSigner {

    /**
     * @param type what kind of statement it is, so that one kind is never taken for another
     * @return the signed statement as text that fits into one line
     */
    String sign(String type, byte[] payload);
}
