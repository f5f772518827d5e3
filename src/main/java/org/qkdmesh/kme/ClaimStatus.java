package org.qkdmesh.kme;

/** What the other end says of an announced link key. */
public enum ClaimStatus {
    /** It holds the key: the owner may use it. */
    HELD,
    /** It will never hold it. */
    REFUSED,
    /** Not now; announce it again. */
    RETRY
}
