package org.qkdmesh.etsi020;

import java.util.List;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaeGroup;

/**
 * The {@code ext_key_container} of ETSI GS QKD 020 in synchronous mode, with our mandatory member.
 *
 * @param keyIds 1 to {@value #MAX_KEYS}, none twice
 * @param values the values of all keys one after another, in the order of {@code keyIds}; all of the same length. They
 *     are padded, so no secret. Behind them, when the keys are sealed, the padded authenticator.
 * @param saes the initiator, and the targets at the egress
 * @param optionalExtension the member {@code extension_optional} as received, to be passed on unchanged; null if absent
 */
public record ExtKeyContainer(List<KeyId> keyIds, byte[] values, SaeGroup saes, HopData hop, byte[] optionalExtension) {

    /** The standard acknowledges at most this many keys at once. */
    public static final int MAX_KEYS = 1024;

    public ExtKeyContainer {
        keyIds = List.copyOf(keyIds);
    }

    /** The ids of the keys that the SAEs get, whether these are the keys or shares of them. */
    public List<KeyId> sessionKeyIds() {
        return hop.share().map(Share::keyIds).orElse(keyIds);
    }

    /** Length of each key, bytes. */
    public int keyBytes() {
        return keysBytes() / keyIds.size();
    }

    /** Length of all keys together, bytes: so much of the values is theirs. */
    public int keysBytes() {
        return values.length - hop.authenticatorBytes();
    }
}
