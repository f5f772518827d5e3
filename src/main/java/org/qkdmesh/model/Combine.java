package org.qkdmesh.model;

/** What several KME pairs of one link are to each other. */
public enum Combine {
    /** Each gives keys of the link by itself: their keys add up, and the link works as long as one of them does. */
    ANY,
    /**
     * A byte of the link is the XOR of a byte of each pair, so that who knows the keys of all pairs but one knows nothing of
     * it; the link works only while all of them do.
     */
    XOR
}
