package org.qkdmesh.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.identity.NodeVerifier.InvalidSignature;
import org.qkdmesh.model.NodeClock;

/** Finds whose a checkpoint is, by a certificate that was valid when it was signed. Not safe for use by several threads. */
final class CheckpointVerifier {

    private final NodeVerifier verifier;
    private Instant signedAt = Instant.EPOCH;

    /** @param authorities that nodes are certified by */
    CheckpointVerifier(Collection<X509Certificate> authorities) {
        this.verifier = new JwsVerifier(authorities, new NodeClock() {
            @Override
            public long monotonicMillis() {
                return 0;
            }

            @Override
            public Instant wall() {
                return signedAt;
            }
        });
    }

    /**
     * The id of the node that has signed it.
     *
     * @throws InvalidSignature when none has, or not what it says now
     */
    String signer(AuditLine checkpoint) {
        JsonNode json = checkpoint.json();
        signedAt = time(json);
        NodeVerifier.Signed signed =
                verifier.verify(AuditLog.STATEMENT, json.path(AuditLine.SIGNED).asText());
        String signer = signed.signer().text();
        if (!Arrays.equals(signed.payload(), AuditLine.bytes(checkpoint.statement()))
                || !json.path(AuditLine.NODE).asText().equals(signer)) {
            throw new InvalidSignature("it is not what the node has signed");
        }
        return signer;
    }

    private static Instant time(JsonNode json) {
        try {
            return Instant.parse(json.path(AuditLine.TIME).asText());
        } catch (DateTimeException e) {
            throw new InvalidSignature("its time is none");
        }
    }
}
