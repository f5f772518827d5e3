package org.qkdmesh.relay;

import java.util.List;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.model.SessionKey;

/** How an attempt was decided. */
public sealed interface Decision {

    /** The egress holds the keys, the records are on disk: the master may have them. */
    record Given(List<SessionKey> keys) implements Decision {
        public Given {
            keys = List.copyOf(keys);
        }
    }

    /** The master does not get these keys, now or ever. */
    record Failed(HopRefusal refusal) implements Decision {}
}
