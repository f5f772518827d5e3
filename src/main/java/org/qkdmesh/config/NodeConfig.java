package org.qkdmesh.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.policy.PairPolicies;

/**
 * The configuration of one node, immutable. The constructors refuse numbers out of range with an
 * {@link IllegalArgumentException}; what concerns several parts (an id that is there twice, a certificate of somebody
 * else) is checked by {@link NodeConfigReader}.
 *
 * @param listen where SAEs connect
 * @param peerListen where neighbours connect; empty when they share the port of SAEs
 * @param management where health, metrics and management are served; a loopback address
 * @param data the node's own directory
 * @param keyTimes how long slaves can fetch keys
 * @param pairs the pairs of SAEs that may share keys, and how many
 * @param directory SAEs that belong to a certain node, whatever adverts say
 */
public record NodeConfig(
        NodeId id,
        BindAddress listen,
        Optional<BindAddress> peerListen,
        BindAddress management,
        Tls tls,
        Path data,
        KeySettings keys,
        KeyTimes keyTimes,
        List<Sae> saes,
        PairPolicies pairs,
        List<Neighbour> neighbours,
        Map<SaeId, NodeId> directory,
        Relay relay,
        LinkKeys linkKeys,
        Limits limits,
        Audit audit) {

    public NodeConfig {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(peerListen, "peerListen");
        Objects.requireNonNull(tls, "tls");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(keyTimes, "keyTimes");
        Objects.requireNonNull(pairs, "pairs");
        Objects.requireNonNull(relay, "relay");
        Objects.requireNonNull(linkKeys, "linkKeys");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(audit, "audit");
        saes = List.copyOf(saes);
        neighbours = List.copyOf(neighbours);
        directory = Map.copyOf(directory);
        if (!management.isLoopback()) {
            throw new IllegalArgumentException("management shall be on a loopback address");
        }
    }

    /**
     * Files in PEM form.
     *
     * @param certificate a certificate, and those between it and the authority
     * @param key its private key
     * @param ca the authorities that others are certified by
     */
    public record Tls(Path certificate, Path key, Path ca) {

        public Tls {
            Objects.requireNonNull(certificate, "certificate");
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(ca, "ca");
        }
    }

    /**
     * An SAE attached to this node.
     *
     * @param certificate the only one that it is accepted with; empty when any of the authority that names it will do
     */
    public record Sae(SaeId id, Optional<Path> certificate) {

        public Sae {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(certificate, "certificate");
        }
    }

    /**
     * A node that this one shares quantum links with.
     *
     * @param url where it listens for nodes, without a path
     * @param certificate the only one that it is accepted with; empty when any of the authority that names it will do
     * @param combine what the keys of several KMEs are to each other
     */
    public record Neighbour(NodeId id, URI url, Optional<Path> certificate, List<Kme> kmes, Combine combine) {

        public Neighbour {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(url, "url");
            Objects.requireNonNull(certificate, "certificate");
            Objects.requireNonNull(combine, "combine");
            kmes = List.copyOf(kmes);
            if (kmes.isEmpty()) {
                throw new IllegalArgumentException("a link has at least one pair of KMEs");
            }
            if (combine == Combine.XOR && kmes.size() < 2) {
                throw new IllegalArgumentException("keys of at least two pairs of KMEs can be combined");
            }
        }
    }

    /**
     * This node's KME of one quantum link.
     *
     * @param peer the KME at the other end
     * @param url where the KME at this end serves ETSI GS QKD 014, without a path
     * @param saeId how the KMEs know this node
     * @param peerSaeId how the KMEs know the neighbour
     * @param certificate the only one that the KME is accepted with; empty when any of the authority that names it will do
     * @param client what the node shows to the KME; empty for its own certificate
     * @param masters who fetches fresh keys of this quantum link
     */
    public record Kme(
            KmeId id,
            KmeId peer,
            URI url,
            SaeId saeId,
            SaeId peerSaeId,
            Optional<Path> certificate,
            Optional<Credentials> client,
            Masters masters) {

        public Kme {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(peer, "peer");
            Objects.requireNonNull(url, "url");
            Objects.requireNonNull(saeId, "saeId");
            Objects.requireNonNull(peerSaeId, "peerSaeId");
            Objects.requireNonNull(certificate, "certificate");
            Objects.requireNonNull(client, "client");
            Objects.requireNonNull(masters, "masters");
            if (id.equals(peer)) {
                throw new IllegalArgumentException("the two KMEs of a quantum link have two ids");
            }
        }

        public KmePair pair() {
            return new KmePair(id, peer);
        }
    }

    /** Who asks its KME of a quantum link for fresh keys ({@code enc_keys}); the other end fetches the same by their ids. */
    public enum Masters {
        BOTH,
        /** This node only. */
        LOCAL,
        /** The neighbour only; it grants this node what it needs. */
        REMOTE
    }

    /** PEM files of a certificate and its private key. */
    public record Credentials(Path certificate, Path key) {

        public Credentials {
            Objects.requireNonNull(certificate, "certificate");
            Objects.requireNonNull(key, "key");
        }
    }

    /**
     * @param deadline time for a whole request of a master, 500 ms to 60 s
     * @param slots relay messages of neighbours that are worked on at once, 1 to 1024
     * @param enterpriseNumber in the name of the relay's member in messages of ETSI GS QKD 020
     */
    public record Relay(Duration deadline, int slots, int enterpriseNumber) {

        public Relay {
            requireWithin("relay deadline", deadline, Duration.ofMillis(500), Duration.ofSeconds(60));
            if (slots < 1 || slots > 1024 || enterpriseNumber < 1) {
                throw new IllegalArgumentException("1 to 1024 slots, and an enterprise number from 1 on");
            }
        }
    }

    /**
     * @param floorBits what is kept in stock for a direction that is idle
     * @param capacityBits the most in stock, and the most held for the neighbour
     * @param life how long a link key is used, 10 s to 1 day
     */
    public record LinkKeys(int floorBits, int capacityBits, Duration life) {

        public LinkKeys {
            requireWithin("link key life", life, Duration.ofSeconds(10), Duration.ofDays(1));
            if (floorBits < 8 || floorBits > capacityBits) {
                throw new IllegalArgumentException("8 <= floor <= capacity shall hold");
            }
        }
    }

    /**
     * The audit log.
     *
     * @param required whether keys are refused while it can not be written
     * @param directory where its files are
     * @param fileMebibytes about how large one becomes, 1 to 1024
     * @param files how many are kept, the oldest goes first; 0 for all
     */
    public record Audit(boolean enabled, boolean required, Path directory, int fileMebibytes, int files) {

        public Audit {
            Objects.requireNonNull(directory, "directory");
            if (required && !enabled) {
                throw new IllegalArgumentException("an audit log that is required shall be enabled");
            }
            if (fileMebibytes < 1 || fileMebibytes > 1024 || files < 0) {
                throw new IllegalArgumentException("files of 1 to 1024 MiB, and 0 of them or more");
            }
        }

        /** That of a node whose configuration says nothing of it. */
        public static Audit usual(Path data) {
            return new Audit(true, false, data.resolve("audit"), 16, 64);
        }
    }

    /**
     * How much is kept of what others can make grow.
     *
     * @param noticesPerNode notices owed to one other node
     * @param tombstonesPerNode voided ids without a key, remembered for one origin
     * @param relayResults answers to relay messages, remembered for a minute
     * @param nodes nodes that are kept track of, this one included; at most 1024
     * @param directory SAEs of other nodes that are remembered; at most 65536
     * @param connections to one port at a time, those of nodes counted apart from all others
     * @param connectionsPerSae of these, of one SAE
     * @param requestsPerSae a second, to one port; at least 100
     */
    public record Limits(
            int noticesPerNode,
            int tombstonesPerNode,
            int relayResults,
            int nodes,
            int directory,
            int connections,
            int connectionsPerSae,
            int requestsPerSae) {

        public static final Limits DEFAULT = new Limits(10_000, 100_000, 262_144, 1024, 65_536, 1024, 128, 2_000);

        public Limits {
            if (noticesPerNode < 1
                    || tombstonesPerNode < 1
                    || relayResults < 1
                    || connections < 1
                    || connectionsPerSae < 1
                    || requestsPerSae < 100) {
                throw new IllegalArgumentException("limits shall be positive, and those of requests 100 or more");
            }
            if (nodes < 2 || nodes > 1024 || directory < 1 || directory > 65_536) {
                throw new IllegalArgumentException("2 to 1024 nodes, and a directory of 1 to 65536 SAEs");
            }
        }
    }

    private static void requireWithin(String what, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(what + " shall be " + least + " to " + most);
        }
    }
}
