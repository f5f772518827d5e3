package org.qkdmesh.store;

/**
 * How far the audit log was written to its files.
 *
 * @param number of the last event that is there, 0 for none
 * @param line number of the last line, 0 for none
 * @param hash of that line; empty for none
 */
public record AuditExport(long number, long line, String hash) {

    public static final AuditExport NONE = new AuditExport(0, 0, "");
}
