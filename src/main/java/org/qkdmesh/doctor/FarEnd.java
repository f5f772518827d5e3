package org.qkdmesh.doctor;

import java.io.IOException;
import org.qkdmesh.kme.CompareKeys;

/** The other end of a quantum link, asked for digests of its KME's keys. */
interface FarEnd {

    /** The other end knows nothing of this pair of KMEs. */
    final class PairUnknown extends IOException {

        private static final long serialVersionUID = 1L;

        PairUnknown(String message) {
            super(message);
        }
    }

    /** Who it is, with an article where that is said. */
    String name();

    /**
     * @throws IOException when it does not answer, or not as it should; the message says why
     */
    CompareKeys.Told compare(byte[] nonce, CompareKeys.Wish wish) throws IOException;
}
