package org.qkdmesh.seal;

import java.util.UUID;
import org.qkdmesh.crypto.PairSecret;

/**
 * A secret that this node shares with another one.
 *
 * @param id names it between the two, and never another one
 */
public record Seal(UUID id, PairSecret secret) {}
