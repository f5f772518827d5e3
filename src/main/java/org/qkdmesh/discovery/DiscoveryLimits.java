package org.qkdmesh.discovery;

/**
 * How much of the mesh a node keeps track of.
 *
 * @param nodes whose adverts are kept, this one included; 2 to {@value #MOST_NODES}
 * @param homes of SAEs that were learnt; 1 to {@value #MOST_HOMES}
 */
public record DiscoveryLimits(int nodes, int homes) {

    /** An exchange between neighbours names no more. */
    public static final int MOST_NODES = 1024;

    public static final int MOST_HOMES = 65_536;

    public static final DiscoveryLimits DEFAULT = new DiscoveryLimits(MOST_NODES, MOST_HOMES);

    public DiscoveryLimits {
        if (nodes < 2 || nodes > MOST_NODES || homes < 1 || homes > MOST_HOMES) {
            throw new IllegalArgumentException(
                    "2 to " + MOST_NODES + " nodes and 1 to " + MOST_HOMES + " homes of SAEs can be kept");
        }
    }
}
