package org.qkdmesh.node.processors;

import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.HopSends;

/**
 * A relay message that is being sent.
 *
 * @param deadline monotonic milliseconds after which nobody waits for the answer
 */
public record Hop(HopMessage message, HopSends sends, long deadline) {}
