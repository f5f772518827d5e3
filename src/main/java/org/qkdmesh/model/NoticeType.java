package org.qkdmesh.model;

/** What one end of a key's path tells the other about it. */
public enum NoticeType {
    /** From egress to ingress: the slave has fetched the keys. */
    DELIVERED,
    /** From ingress to egress: the master will never get the keys, discard them. */
    VOID
}
