package org.qkdmesh.identity;

import org.qkdmesh.model.NodeId;

/** Checks what other nodes have signed. Safe for use by several threads. */
public interface NodeVerifier {

    /** A statement whose signature, certificate chain and node id were checked. */
    record Signed(NodeId signer, byte[] payload) {}

    /**
     * @param type the kind of statement that is expected
     * @throws InvalidSignature when it is malformed, of another kind, or not signed by a node of the CA
     */
    Signed verify(String type, String statement);

    /** Why a statement was not believed; the message is safe to show. */
    final class InvalidSignature extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public InvalidSignature(String message) {
            super(message, null, false, false);
        }
    }
}
