package org.qkdmesh.etsi020;

/**
 * The name under which qkd-mesh adds its own members, {@code E<number>_qkd_mesh}, where the number is an IANA private
 * enterprise number (ETSI GS QKD 020, extensions).
 */
public record Extension(int enterpriseNumber) {

    /** The version of the relay protocol that this program speaks. */
    public static final int PROTOCOL = 1;

    /** The number that is reserved for documentation, for networks whose operator has none of his own. */
    public static final Extension DOCUMENTATION = new Extension(32473);

    public String member() {
        return "E" + enterpriseNumber + "_qkd_mesh";
    }
}
