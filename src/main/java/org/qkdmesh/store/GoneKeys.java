package org.qkdmesh.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.SaePair;

/** What the audit tells of keys that waited, and that are removed without having been fetched. */
public final class GoneKeys {

    private GoneKeys() {}

    /** An event for each pair. */
    public static void audit(StoreTransaction tx, AuditEvent.What what, List<WaitingKey> keys) {
        Map<SaePair, List<WaitingKey>> byPair =
                keys.stream().collect(Collectors.groupingBy(WaitingKey::pair, LinkedHashMap::new, Collectors.toList()));
        byPair.forEach((pair, gone) -> tx.audit(AuditEvent.of(what)
                .saes(pair)
                .keys(gone.stream().map(WaitingKey::id).toList())));
    }
}
