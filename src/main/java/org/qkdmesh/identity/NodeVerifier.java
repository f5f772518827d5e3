package org.qkdmesh.identity;

import org.qkdmesh.model.NodeId;

/** Checks what other nodes have signed. Safe for use by several threads. */
public interface NodeVerifier {

    /** A statement whose signature, certificate chain and node id were checked. */
    record Signed(NodeId signer, byte[] payload) {}

    /**
     * @param type the kind of statement that is expected
     * @throws Unreadable when it is no signed statement at all
     * @throws InvalidSignature when it is of another kind, or not signed by a node of the CA
     */
    Signed verify(String type, String statement);

    /**
     * What a statement says, whoever has signed it: enough to see that it is not worth verifying, and nothing to believe.
     *
     * @throws Unreadable when it is no signed statement at all
     */
    byte[] unverified(String statement);

    /** Why a statement was not believed; the message is safe to show. */
    class InvalidSignature extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public InvalidSignature(String message) {
            super(message, null, false, false);
        }
    }

    /** What came is not even of the form of a signed statement. */
    final class Unreadable extends InvalidSignature {

        private static final long serialVersionUID = 1L;

        public Unreadable(String message) {
            super(message);
        }
    }
}
