package org.qkdmesh.store;

import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaePair;

/**
 * A notice that this node owes to another one, sent again and again until it is acknowledged or its keys have expired.
 *
 * @param keyIds 1 to 1024
 * @param madeAt age of the store when it was put, milliseconds
 * @param expiresAt age of the store, milliseconds
 */
public record OutboxNotice(
        UUID id, NoticeType type, NodeId to, SaePair pair, List<KeyId> keyIds, long madeAt, long expiresAt) {

    public OutboxNotice {
        keyIds = List.copyOf(keyIds);
    }
}
