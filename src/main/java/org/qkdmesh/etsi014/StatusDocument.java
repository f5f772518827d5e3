package org.qkdmesh.etsi014;

/**
 * What a server of the API says of itself and of one pair of SAEs; sizes in bits.
 *
 * @param sourceKmeId the server itself
 * @param targetKmeId where the slave SAE is attached
 * @param storedKeyCount keys of the default size that can be delivered now, at least
 */
public record StatusDocument(
        String sourceKmeId,
        String targetKmeId,
        String masterSaeId,
        String slaveSaeId,
        int keySize,
        int storedKeyCount,
        int maxKeyCount,
        int maxKeyPerRequest,
        int maxKeySize,
        int minKeySize,
        int maxSaeIdCount) {

    /** The status of a server with these limits. */
    public static StatusDocument of(
            KeyLimits limits, String source, String target, String master, String slave, long deliverable) {
        return new StatusDocument(
                source,
                target,
                master,
                slave,
                limits.defaultSizeBits(),
                (int) Math.max(0, Math.min(limits.maxCount(), deliverable)),
                limits.maxCount(),
                limits.maxPerRequest(),
                limits.maxSizeBits(),
                limits.minSizeBits(),
                limits.maxSaeIds());
    }
}
