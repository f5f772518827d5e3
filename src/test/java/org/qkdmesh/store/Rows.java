package org.qkdmesh.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;

/** Rows for tests, made of small numbers; equal numbers give equal rows. */
final class Rows {

    static final SaeId B = new SaeId("sae-b");
    static final SaeId C = new SaeId("sae-c");
    static final SaePair A_TO_B = new SaePair(new SaeId("sae-a"), B);
    static final SaePair A_TO_C = new SaePair(new SaeId("sae-a"), C);
    static final SaeGroup A_TO_B_AND_C = new SaeGroup(new SaeId("sae-a"), List.of(B, C));
    static final NodeId TN_1 = new NodeId("tn-1");
    static final NodeId TN_2 = new NodeId("tn-2");

    private Rows() {}

    static UUID uuid(long number) {
        return new UUID(0x1234_5678_9abc_4defL, number | Long.MIN_VALUE);
    }

    static KeyId id(long number) {
        return new KeyId(uuid(number));
    }

    /** 32 bytes that depend on the number only. */
    static byte[] bytes(long number) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(("key " + number).getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static StoredKey key(long number, SaePair pair, long storedAt, long expiresAt) {
        return key(number, SaeGroup.of(pair), storedAt, expiresAt);
    }

    static StoredKey key(long number, SaeGroup saes, long storedAt, long expiresAt) {
        return new StoredKey(id(number), saes, TN_1, SecretBytes.owning(bytes(number)), storedAt, expiresAt);
    }

    /** Of two shares, of which the first has come, of the ingress {@code tn-1}. */
    static IncompleteKey incomplete(long number, SaeGroup saes, long storedAt, long completeBy, long expiresAt) {
        return new IncompleteKey(key(number, saes, storedAt, expiresAt), uuid(1000 + number), 2, 1, completeBy);
    }

    static KeyRecord record(long number, long expiresAt) {
        return new KeyRecord(id(number), A_TO_B, TN_2, expiresAt);
    }

    static Intent intent(long number, long madeAt, long expiresAt) {
        return new Intent(uuid(number), A_TO_B, TN_2, List.of(id(number), id(number + 1)), madeAt, expiresAt);
    }

    static OutboxNotice notice(long number, NodeId to, long expiresAt) {
        return notice(number, to, number, expiresAt);
    }

    static OutboxNotice notice(long number, NodeId to, long madeAt, long expiresAt) {
        return new OutboxNotice(
                uuid(number), NoticeType.VOID, to, A_TO_C, List.of(id(number), id(number + 1)), madeAt, expiresAt);
    }
}
