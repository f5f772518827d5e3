package org.qkdmesh.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeId;

/** Statements that name their signer and notice accidents; nobody forges anything in a simulation. */
public final class SimulatedSignatures {

    private SimulatedSignatures() {}

    public static NodeSigner of(NodeId node) {
        return (type, payload) -> {
            String statement = type + "|" + node + "|" + Base64.getEncoder().encodeToString(payload);
            return statement + "|" + checksum(statement);
        };
    }

    public static NodeVerifier verifier() {
        return (type, statement) -> {
            String[] parts = statement.split("\\|", -1);
            if (parts.length != 4) {
                throw new NodeVerifier.Unreadable("no statement");
            }
            if (!parts[0].equals(type)
                    || !checksum(statement.substring(0, statement.lastIndexOf('|')))
                            .equals(parts[3])) {
                throw new NodeVerifier.InvalidSignature("not signed");
            }
            return new NodeVerifier.Signed(
                    new NodeId(parts[1]), Base64.getDecoder().decode(parts[2]));
        };
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
