package org.qkdmesh.relay;

import java.util.List;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.model.SessionKey;

/** How an attempt was decided. */
public sealed interface Decision {

    /** Every node with slaves holds the keys, the records are on disk: the master may have them. */
    record Given(List<SessionKey> keys) implements Decision {
        public Given {
            keys = List.copyOf(keys);
        }
    }

    /**
     * The master does not get these keys, now or ever.
     *
     * @param tried the paths that failed; none when no other path would help
     */
    record Failed(HopRefusal refusal, List<RelayRequest.Tried> tried) implements Decision {
        public Failed {
            tried = List.copyOf(tried);
        }
    }
}
