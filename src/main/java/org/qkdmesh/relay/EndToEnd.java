package org.qkdmesh.relay;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.crypto.PairSecret;
import org.qkdmesh.etsi020.Share;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SecretBytes;

/**
 * Sealing between the two ends of a path. What is relayed are keys that mean nothing without the secret of the two ends,
 * and behind them an authenticator, by which the egress sees that nobody on the way changed anything. Both are padded on
 * every hop, so that nobody outside of the nodes gets to see them.
 */
final class EndToEnd {

    private final PairSecret secret;
    private final byte[] context;

    /**
     * Of one relay.
     *
     * @param secret that the two ends share
     */
    EndToEnd(PairSecret secret, UUID relayId, NodePath path, RelayedKeys keys) {
        this.secret = secret;
        this.context = context(relayId, path, keys);
    }

    /** What is relayed: the keys, already masked, and their authenticator; the caller's to close. */
    SecretBytes authenticated(SecretBytes masked) {
        try (SecretBytes authenticator = secret.authenticator(context, masked)) {
            byte[] relayed =
                    Arrays.copyOf(masked.insecureAccess(), masked.lengthBytes() + PairSecret.AUTHENTICATOR_BYTES);
            System.arraycopy(
                    authenticator.insecureAccess(), 0, relayed, masked.lengthBytes(), authenticator.lengthBytes());
            return SecretBytes.owning(relayed);
        }
    }

    /** The keys, to be closed by the caller; empty when what was relayed is not what the other end sent. */
    Optional<SecretBytes> open(List<KeyId> ids, SecretBytes relayed) {
        int length = relayed.lengthBytes() - PairSecret.AUTHENTICATOR_BYTES;
        try (SecretBytes masked = relayed.slice(0, length);
                SecretBytes authenticator = relayed.slice(length, PairSecret.AUTHENTICATOR_BYTES);
                SecretBytes expected = secret.authenticator(context, masked)) {
            return expected.equals(authenticator) ? Optional.of(secret.mask(ids, masked)) : Optional.empty();
        }
    }

    /** By this the ingress sees that it was the egress who took the keys; in base64. */
    String confirmation() {
        return Base64.getEncoder().encodeToString(secret.confirmation(context));
    }

    /** Everything that shall not be changed on the way, apart from the keys: one way to write it down. */
    private static byte[] context(UUID relayId, NodePath path, RelayedKeys keys) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 + keys.ids().size() * 16);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(out, keys.seal().orElseThrow());
            write(out, relayId);
            out.writeInt(path.nodes().size());
            for (NodeId node : path.nodes()) {
                out.writeUTF(node.text());
            }
            out.writeUTF(keys.saes().master().text());
            out.writeInt(keys.saes().slaves().size());
            for (SaeId slave : keys.saes().slaves()) {
                out.writeUTF(slave.text());
            }
            out.writeInt(keys.targetIndex());
            out.writeLong(keys.lifeSeconds());
            out.writeInt(keys.keyBytes());
            out.writeInt(keys.ids().size());
            for (KeyId id : keys.ids()) {
                write(out, id.uuid());
            }
            byte[] extension = keys.optionalExtension();
            out.writeInt(extension == null ? -1 : extension.length);
            if (extension != null) {
                out.write(extension);
            }
            if (keys.share().isPresent()) {
                write(out, keys.share().get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Share share) throws IOException {
        write(out, share.set());
        out.writeInt(share.index());
        out.writeInt(share.of());
        for (KeyId id : share.keyIds()) {
            write(out, id.uuid());
        }
    }

    private static void write(DataOutputStream out, UUID id) throws IOException {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }
}
