package org.qkdmesh.kme;

import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;

/** What became of the ranges that a neighbour's message named. Unless it is {@link Bytes}, nothing was touched. */
public sealed interface Redemption {

    /** The bytes, in the order of the ranges; they count as used from now on. */
    record Bytes(SecretBytes bytes) implements Redemption {}

    /** This node does not hold that key of this neighbour (any more). */
    record UnknownKey(KeyId keyId) implements Redemption {}

    /** A range lies outside its key, was used before, or overlaps another one of the same message. */
    record Invalid(String reason) implements Redemption {}
}
