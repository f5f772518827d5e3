package org.qkdmesh.kme;

import java.util.List;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SessionKey;

/** One own KME, called by ETSI GS QKD 014 for keys shared with one far end. Every answer is checked before it is returned. */
public interface KmeClient {

    /**
     * What a KME says of itself.
     *
     * @param minKeyBits smallest key that it gives
     * @param maxKeyBits largest key that it gives
     * @param maxKeysPerRequest at least 1
     * @param storedKeys keys of default size that it has now
     */
    record Status(int minKeyBits, int maxKeyBits, int maxKeysPerRequest, int storedKeys) {}

    /** @throws KmeFailure when the KME gives no usable answer */
    Status status();

    /**
     * Fresh keys; may be fewer than asked, never more, all of the size asked, no id twice.
     *
     * @throws KmeFailure when the KME gives no usable answer
     */
    List<SessionKey> encKeys(int number, int sizeBits);

    /**
     * The keys of these ids, in this order, all of them.
     *
     * @throws KmeFailure when the KME gives no usable answer
     */
    List<SessionKey> decKeys(List<KeyId> ids);
}
