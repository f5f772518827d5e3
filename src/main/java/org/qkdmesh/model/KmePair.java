package org.qkdmesh.model;

import java.util.Objects;

/** The two KMEs of one quantum link, as one of its nodes sees them: its own, and the one at the far end. */
public record KmePair(KmeId own, KmeId far) {

    public KmePair {
        Objects.requireNonNull(own, "own");
        Objects.requireNonNull(far, "far");
    }

    /** The same pair as the node at the far end sees it. */
    public KmePair seenFromFarEnd() {
        return new KmePair(far, own);
    }

    @Override
    public String toString() {
        return own + " ~ " + far;
    }
}
