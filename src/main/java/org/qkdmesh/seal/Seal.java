package org.qkdmesh.seal;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.qkdmesh.crypto.PairSecret;
import org.qkdmesh.model.SecretBytes;

/**
 * A secret that this node shares with another one.
 *
 * @param id names it between the two, and never another one
 */
public record Seal(UUID id, PairSecret secret) {

    /**
     * What comes of an offer and its answer. It goes by the hash of both: of the same offer, answered again, comes another
     * secret, which must not go by the same name.
     *
     * @param agreed remains the caller's to close
     */
    static Seal of(SecretBytes agreed, String signedOffer, String signedAnswer) {
        byte[] transcript = Transcript.hash(signedOffer, signedAnswer);
        ByteBuffer name = ByteBuffer.wrap(transcript);
        return new Seal(new UUID(name.getLong(), name.getLong()), new PairSecret(agreed, transcript));
    }
}
