package org.qkdmesh.sae;

import java.util.List;
import org.qkdmesh.model.Refusal;

/** What an SAE is told when the store fails. */
final class StoreRefusal {

    private StoreRefusal() {}

    static Refusal of(RuntimeException cause) {
        return new Refusal(Refusal.Status.UNAVAILABLE, "the key store of this node does not answer", List.of(), cause);
    }
}
