package org.qkdmesh.model;

import java.util.Objects;

/** A key that a master and a slave SAE share, under the id by which the slave fetches it. */
public record SessionKey(KeyId id, SecretBytes bytes) implements AutoCloseable {

    public SessionKey {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(bytes, "bytes");
    }

    @Override
    public void close() {
        bytes.close();
    }
}
