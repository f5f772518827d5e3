package org.qkdmesh.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;

/**
 * One KME to look at by itself, immutable.
 *
 * @param far how the KMEs know the node at the other end
 * @param there the KME at the other end; empty when it cannot be reached from here
 */
public record KmeCheckConfig(Kme here, SaeId far, Optional<Kme> there) {

    public KmeCheckConfig {
        Objects.requireNonNull(here, "here");
        Objects.requireNonNull(far, "far");
        Objects.requireNonNull(there, "there");
    }

    /**
     * A KME and how to call it.
     *
     * @param ca the authorities that it is certified by; not looked at where {@code certificate} pins it
     * @param certificate the only one that it is accepted with
     * @param saeId how it knows the caller
     */
    public record Kme(
            KmeId id,
            URI url,
            Optional<Path> ca,
            Optional<Path> certificate,
            SaeId saeId,
            NodeConfig.Credentials client) {

        public Kme {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(url, "url");
            Objects.requireNonNull(saeId, "saeId");
            Objects.requireNonNull(client, "client");
            if (ca.isEmpty() && certificate.isEmpty()) {
                throw new IllegalArgumentException("a KME is known by an authority or by its certificate");
            }
        }
    }
}
