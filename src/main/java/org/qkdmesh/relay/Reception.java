package org.qkdmesh.relay;

import java.util.concurrent.CompletableFuture;

/** What a node does with a relay message that came in. */
public sealed interface Reception {

    /** The answer is there: stored at the egress, or refused. */
    record Answered(HopReply reply) implements Reception {}

    /** The message came before; its answer is there or will be. */
    record Repeat(CompletableFuture<HopReply> reply) implements Reception {}

    /** The keys have to go on to the next node. */
    record Forward(Transit transit) implements Reception {}
}
