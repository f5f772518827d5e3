package org.qkdmesh.doctor;

import org.qkdmesh.kme.CompareKeys;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.model.KmeId;

/** The other end's KME, called from here. */
final class DirectFarEnd implements FarEnd {

    private final KmeId id;
    private final CompareKeys comparison;

    DirectFarEnd(KmeId id, KmeClient kme) {
        this.id = id;
        this.comparison = new CompareKeys(kme);
    }

    @Override
    public String name() {
        return id.text();
    }

    @Override
    public CompareKeys.Told compare(byte[] nonce, CompareKeys.Wish wish) {
        return comparison.compare(nonce, wish);
    }
}
