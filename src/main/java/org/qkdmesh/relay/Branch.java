package org.qkdmesh.relay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * What an attempt sends to one node where slaves are.
 *
 * @param message of the first hop
 * @param sends the answers to it so far
 * @param seal the secret that the keys are sealed with; empty when they are not
 * @param confirmation what only the egress can answer with; empty when the keys are not sealed
 */
public record Branch(
        NodePath path, HopMessage message, HopSends sends, Optional<UUID> seal, Optional<String> confirmation) {

    NodeId egress() {
        return path.egress();
    }

    /** Whether it was the egress that said so, as far as that can be told. */
    boolean isConfirmedBy(HopAnswer.Relayed answer) {
        return confirmation.isEmpty()
                || answer.confirmation().filter(this::isExpected).isPresent();
    }

    private boolean isExpected(String text) {
        return MessageDigest.isEqual(
                confirmation.orElseThrow().getBytes(StandardCharsets.US_ASCII),
                text.getBytes(StandardCharsets.US_ASCII));
    }
}
