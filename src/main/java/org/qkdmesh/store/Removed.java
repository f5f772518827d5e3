package org.qkdmesh.store;

/**
 * How much was too old.
 *
 * @param keys that waited for their slaves
 * @param others rows of all other kinds
 */
public record Removed(int keys, int others) {

    public int rows() {
        return keys + others;
    }
}
