package org.qkdmesh.discovery;

import java.util.Base64;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeId;

/** Statements that name their signer and are believed: for tests that are not about signatures. */
final class CheapSignatures {

    private CheapSignatures() {}

    static NodeSigner of(NodeId node) {
        return (type, payload) -> type + "|" + node + "|" + Base64.getEncoder().encodeToString(payload);
    }

    static NodeVerifier verifier() {
        return (type, statement) -> {
            String[] parts = statement.split("\\|");
            if (parts.length != 3 || !parts[0].equals(type)) {
                throw new NodeVerifier.InvalidSignature("not signed");
            }
            return new NodeVerifier.Signed(
                    new NodeId(parts[1]), Base64.getDecoder().decode(parts[2]));
        };
    }
}
