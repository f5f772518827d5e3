package org.qkdmesh.relay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.etsi020.Share;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * A message of an attempt, to a node where slaves are. One that goes there alone carries the keys, several carry shares of
 * them.
 *
 * @param message of the first hop
 * @param sends the answers to it so far
 * @param seal the secret that the keys are sealed with; empty when they are not
 * @param share which share it carries; empty when it carries the keys
 * @param fallBack whether it carries the keys only since there are too few ways for shares
 * @param confirmation what only the egress can answer with; empty when the keys are not sealed
 */
public record Branch(
        NodePath path,
        HopMessage message,
        HopSends sends,
        Optional<UUID> seal,
        Optional<Share> share,
        boolean fallBack,
        Optional<String> confirmation) {

    /** The ids of the keys that the SAEs get, whether it carries them or shares of them. */
    public List<KeyId> sessionKeyIds() {
        return share.map(Share::keyIds).orElse(message.keyIds());
    }

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
