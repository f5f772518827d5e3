package org.qkdmesh.store;

import java.util.UUID;

/**
 * A session key of which not all shares have come to its egress yet. Nobody can fetch it.
 *
 * @param soFar as it would be stored if no share were missing; its bytes are the XOR of those that came
 * @param set names the shares that belong together
 * @param shares how many there are
 * @param taken a bit for each that has come, the lowest for the one of index 0
 * @param completeBy age of the store from which on no further one is taken, milliseconds
 */
public record IncompleteKey(StoredKey soFar, UUID set, int shares, int taken, long completeBy) {}
