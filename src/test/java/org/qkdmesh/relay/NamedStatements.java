package org.qkdmesh.relay;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeId;

/** Statements that name their signer and notice accidents; nobody forges anything in these tests. */
final class NamedStatements {

    private NamedStatements() {}

    static NodeSigner of(NodeId node) {
        return (type, payload) -> {
            String statement = type + "|" + node + "|" + Base64.getEncoder().encodeToString(payload);
            return statement + "|" + checksum(statement);
        };
    }

    static NodeVerifier verifier() {
        return new NodeVerifier() {
            @Override
            public Signed verify(String type, String statement) {
                int node = statement.indexOf('|') + 1;
                int payload = statement.indexOf('|', node) + 1;
                int checksum = statement.lastIndexOf('|') + 1;
                if (node == 0 || payload == 0 || checksum == payload) {
                    throw new Unreadable("no statement");
                }
                if (!statement.startsWith(type + "|")
                        || !statement.substring(checksum).equals(checksum(statement.substring(0, checksum - 1)))) {
                    throw new InvalidSignature("not signed");
                }
                return new Signed(
                        new NodeId(statement.substring(node, payload - 1)),
                        Base64.getDecoder().decode(statement.substring(payload, checksum - 1)));
            }

            /** What adverts are looked at for; there are none here. */
            @Override
            public byte[] unverified(String statement) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
