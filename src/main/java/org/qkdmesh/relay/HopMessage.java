package org.qkdmesh.relay;

import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;

/**
 * One message of a relay as it goes over one hop; encoded once, so that a resend is the same bytes.
 *
 * @param body the bytes to send; nothing in them is secret, the values are padded
 * @param ranges the link key bytes that it uses up
 */
public record HopMessage(
        UUID relayId, NodeId to, SaeGroup saes, List<KeyId> keyIds, byte[] body, byte[] tag, List<KeyRange> ranges) {

    /** The header that the tag travels in. */
    public static final String TAG_HEADER = "QKD-Tag";

    /** The header that says how many milliseconds the sender will wait for the answer. */
    public static final String TIME_LEFT_HEADER = "QKD-Time-Left";

    public String tagHeader() {
        return Base64.getEncoder().encodeToString(tag);
    }

    @Override
    public String toString() {
        return "HopMessage[" + relayId + " to " + to + ", " + keyIds.size() + " keys]";
    }
}
