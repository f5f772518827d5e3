package org.qkdmesh.kme;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.KeyId;

/**
 * Which KME pair the last {@value #MOST} keys came from that were used up, for when it turns out later that the ends
 * differed on one of them. Not safe for use by several threads.
 */
final class UsedUp {

    private static final int MOST = 256;

    private final Map<KeyId, PairLedger> keys = new LinkedHashMap<>();

    void add(KeyId id, PairLedger ledger) {
        keys.put(id, ledger);
        if (keys.size() > MOST) {
            keys.remove(keys.keySet().iterator().next());
        }
    }

    Optional<PairLedger> origin(KeyId id) {
        return Optional.ofNullable(keys.get(id));
    }
}
