package org.qkdmesh.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.SaeId;

/**
 * The configuration of the KME simulator, immutable.
 *
 * @param management where faults are switched; a loopback address
 * @param data the simulator's own directory, for the management token
 * @param ca PEM file with the authorities that callers are certified by
 * @param keys what every KME gives
 */
public record SimulatorConfig(BindAddress management, Path data, Path ca, KeySettings keys, List<Pair> pairs) {

    public SimulatorConfig {
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(ca, "ca");
        Objects.requireNonNull(keys, "keys");
        pairs = List.copyOf(pairs);
        if (!management.isLoopback()) {
            throw new IllegalArgumentException("management shall be on a loopback address");
        }
    }

    /**
     * A quantum link.
     *
     * @param rateBitsPerSecond key material that comes into being, both directions together
     * @param capacityBits the most that waits to be asked for
     */
    public record Pair(long rateBitsPerSecond, long capacityBits, Kme one, Kme other) {

        public Pair {
            Objects.requireNonNull(one, "one");
            Objects.requireNonNull(other, "other");
            if (rateBitsPerSecond < 0 || capacityBits < 0) {
                throw new IllegalArgumentException("rate and capacity shall not be negative");
            }
        }
    }

    /**
     * One end of a quantum link.
     *
     * @param certificate PEM file with the KME's certificate
     * @param key PEM file with its private key
     * @param sae the only one that may use this KME
     */
    public record Kme(KmeId id, BindAddress listen, Path certificate, Path key, SaeId sae) {

        public Kme {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(listen, "listen");
            Objects.requireNonNull(certificate, "certificate");
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(sae, "sae");
        }
    }
}
