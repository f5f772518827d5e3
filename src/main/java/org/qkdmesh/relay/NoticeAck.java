package org.qkdmesh.relay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeId;

/** The acknowledgement of a notice: its SHA-256, signed by the node that it was for. */
final class NoticeAck {

    private NoticeAck() {}

    static String sign(NodeSigner signer, String signedNotice) {
        return signer.sign(Notice.ACKNOWLEDGEMENT, hash(signedNotice));
    }

    /** Whether {@code acknowledgement} is that node's word that it has acted on the notice. */
    static boolean isValid(NodeVerifier verifier, NodeId by, String signedNotice, String acknowledgement) {
        try {
            NodeVerifier.Signed signed = verifier.verify(Notice.ACKNOWLEDGEMENT, acknowledgement);
            return signed.signer().equals(by) && MessageDigest.isEqual(signed.payload(), hash(signedNotice));
        } catch (NodeVerifier.InvalidSignature e) {
            return false;
        }
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
