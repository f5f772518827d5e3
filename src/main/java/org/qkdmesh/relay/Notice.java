package org.qkdmesh.relay;

import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaePair;

/**
 * A word from one end of the path of some keys to the other.
 *
 * @param keyIds 1 to {@value #MAX_KEYS}
 * @param secondsLeft when these keys will certainly have expired everywhere, from now
 */
public record Notice(
        UUID id, NoticeType type, NodeId from, NodeId to, SaePair pair, List<KeyId> keyIds, long secondsLeft) {

    public static final int MAX_KEYS = 1024;

    /** The kind of statement under which a notice is signed. */
    static final String STATEMENT = "qkd-mesh-notice";

    /** The kind of statement under which its acknowledgement is signed. */
    static final String ACKNOWLEDGEMENT = "qkd-mesh-ack";

    public Notice {
        keyIds = List.copyOf(keyIds);
    }
}
