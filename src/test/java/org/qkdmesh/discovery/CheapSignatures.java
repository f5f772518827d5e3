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
        return new NodeVerifier() {
            @Override
            public Signed verify(String type, String statement) {
                if (!statement.startsWith(type + "|")) {
                    throw new InvalidSignature("not signed");
                }
                return new Signed(new NodeId(parts(statement)[1]), unverified(statement));
            }

            @Override
            public byte[] unverified(String statement) {
                return Base64.getDecoder().decode(parts(statement)[2]);
            }
        };
    }

    private static String[] parts(String statement) {
        String[] parts = statement.split("\\|");
        if (parts.length != 3) {
            throw new NodeVerifier.Unreadable("no statement");
        }
        return parts;
    }
}
