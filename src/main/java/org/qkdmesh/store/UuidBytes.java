package org.qkdmesh.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.qkdmesh.model.KeyId;

/** UUIDs as the 16 bytes that the tables hold, lists of them one after another. */
final class UuidBytes {

    private static final int LENGTH = 16;

    private UuidBytes() {}

    static byte[] of(UUID uuid) {
        return put(ByteBuffer.allocate(LENGTH), uuid).array();
    }

    static byte[] of(KeyId id) {
        return of(id.uuid());
    }

    static byte[] of(List<KeyId> ids) {
        ByteBuffer buffer = ByteBuffer.allocate(LENGTH * ids.size());
        ids.forEach(id -> put(buffer, id.uuid()));
        return buffer.array();
    }

    static UUID uuid(byte[] bytes) {
        return get(ByteBuffer.wrap(bytes));
    }

    static KeyId keyId(byte[] bytes) {
        return new KeyId(uuid(bytes));
    }

    static List<KeyId> keyIds(byte[] bytes) {
        List<KeyId> ids = new ArrayList<>(bytes.length / LENGTH);
        for (ByteBuffer buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
            ids.add(new KeyId(get(buffer)));
        }
        return ids;
    }

    private static ByteBuffer put(ByteBuffer buffer, UUID uuid) {
        return buffer.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
    }

    private static UUID get(ByteBuffer buffer) {
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
