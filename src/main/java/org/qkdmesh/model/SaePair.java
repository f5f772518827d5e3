package org.qkdmesh.model;

import java.util.Objects;

/** An ordered pair of SAEs: the master asks for keys, the slave fetches them by their ids. */
public record SaePair(SaeId master, SaeId slave) {

    public SaePair {
        Objects.requireNonNull(master, "master");
        Objects.requireNonNull(slave, "slave");
    }

    @Override
    public String toString() {
        return master + " -> " + slave;
    }
}
