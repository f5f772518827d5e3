package org.qkdmesh.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.SaePattern;

/** Reads the configuration of a node from its YAML file: {@code config/node.schema.json} says what may stand there. */
public final class NodeConfigReader {

    static final String SCHEMA = "node.schema.json";

    /** What a node gives when its file does not say it. */
    static final int MAX_PER_REQUEST = 128;

    static final int MAX_COUNT = 10_000;

    private NodeConfigReader() {}

    /**
     * A mistake that shows only in use, such as a port that is taken, told like those that were found when reading.
     *
     * @param key the full name of the setting, as in {@code listen}
     * @throws ConfigMistakes when the file cannot be read any more
     */
    public static Mistake mistake(Path file, Map<String, String> environment, String key, String text)
            throws ConfigMistakes {
        return ConfigFile.read(file, environment, new ConfigSchema(SCHEMA)).mistakeAt(key, text);
    }

    /**
     * @param environment variables that replace single values: {@code QKD_MESH_LISTEN} the value of {@code listen},
     *     {@code QKD_MESH_KEYS__MAX_SIZE} that of {@code keys.max_size}
     * @throws ConfigMistakes all that is wrong, at once
     */
    public static NodeConfig read(Path file, Map<String, String> environment, CertificateRules certificates)
            throws ConfigMistakes {
        ConfigFile config = ConfigFile.read(file, environment, new ConfigSchema(SCHEMA));
        Section root = config.root();
        new NodeConfigChecks(root, certificates).check();
        config.throwMistakes();
        return node(root);
    }

    /**
     * Reads how to reach a node, whatever else is wrong in its file: a node that runs can be asked while somebody edits
     * its configuration, and by somebody who may not read its key.
     *
     * @param environment as for {@link #read}
     * @return empty when the file is not that of a node, since it has no {@code id}
     * @throws ConfigMistakes all that is wrong, when the id, the management address or the data directory is not there
     */
    public static Optional<NodeDoor> door(Path file, Map<String, String> environment) throws ConfigMistakes {
        ConfigFile config = ConfigFile.read(file, environment, new ConfigSchema(SCHEMA));
        Section root = config.root();
        if (root.text("id").isEmpty()) {
            return Optional.empty();
        }
        Optional<NodeId> id = root.value("id", NodeId::new);
        Optional<BindAddress> management = root.value("management", BindAddress::parse);
        Optional<Path> data = root.path("data");
        if (id.isEmpty() || management.isEmpty() || data.isEmpty()) {
            config.throwMistakes();
        }
        return Optional.of(new NodeDoor(
                id.orElseThrow(),
                management.orElseThrow(),
                data.orElseThrow(),
                root.entries("saes").stream()
                        .flatMap(sae -> sae.value("id", SaeId::new).stream())
                        .toList()));
    }

    private static NodeConfig node(Section root) {
        NodeId id = root.value("id", NodeId::new).orElseThrow();
        BindAddress listen = root.value("listen", BindAddress::parse).orElseThrow();
        Section keys = root.section("keys");
        return new NodeConfig(
                id,
                listen,
                root.number("peer_port").map(port -> new BindAddress(listen.host(), port)),
                root.value("management", BindAddress::parse).orElseThrow(),
                tls(root.section("tls")),
                root.path("data").orElseThrow(),
                keys(keys, MAX_PER_REQUEST, MAX_COUNT, 8),
                keyTimes(keys),
                root.entries("saes").stream().map(NodeConfigReader::sae).toList(),
                pairs(root),
                root.entries("neighbours").stream()
                        .map(neighbour -> neighbour(neighbour, id))
                        .toList(),
                root.entries("directory").stream()
                        .collect(Collectors.toMap(
                                pin -> pin.value("sae", SaeId::new).orElseThrow(),
                                pin -> pin.value("node", NodeId::new).orElseThrow())),
                relay(root.section("relay")),
                linkKeys(root.section("link_keys")),
                limits(root.section("limits")),
                audit(root.section("audit"), root.path("data").orElseThrow()));
    }

    private static NodeConfig.Audit audit(Section audit, Path data) {
        NodeConfig.Audit usual = NodeConfig.Audit.usual(data);
        return new NodeConfig.Audit(
                audit.flag("enabled").orElse(usual.enabled()),
                audit.flag("required").orElse(usual.required()),
                audit.path("directory").orElse(usual.directory()),
                audit.number("file_mebibytes").orElse(usual.fileMebibytes()),
                audit.number("files").orElse(usual.files()));
    }

    private static NodeConfig.Tls tls(Section tls) {
        return new NodeConfig.Tls(
                tls.path("certificate").orElseThrow(),
                tls.path("key").orElseThrow(),
                tls.path("ca").orElseThrow());
    }

    static KeySettings keys(Section keys, int maxPerRequest, int maxCount, int maxSaeIds) {
        return new KeySettings(
                keys.number("min_size").orElse(KeyChecks.MIN_SIZE),
                keys.number("max_size").orElse(KeyChecks.MAX_SIZE),
                keys.number("default_size").orElse(KeyChecks.DEFAULT_SIZE),
                keys.number("max_per_request").orElse(maxPerRequest),
                keys.number("max_count").orElse(maxCount),
                keys.number("max_sae_id_count").orElse(maxSaeIds));
    }

    private static KeyTimes keyTimes(Section keys) {
        Duration life = keys.duration("life").orElse(NodeConfigChecks.KEY_LIFE);
        return new KeyTimes(
                life,
                keys.duration("fetch_window").orElse(KeyTimes.usualFetchWindow(life)),
                keys.duration("redelivery_window").orElse(Duration.ZERO));
    }

    private static NodeConfig.Sae sae(Section sae) {
        return new NodeConfig.Sae(sae.value("id", SaeId::new).orElseThrow(), sae.path("certificate"));
    }

    private static PairPolicies pairs(Section root) {
        return root.text("pairs").isPresent()
                ? PairPolicies.ANY
                : new PairPolicies(root.entries("pairs").stream()
                        .map(pair -> pairs(pair, policy(pair)).orElseThrow())
                        .toList());
    }

    /** The pairs that an entry names; empty when it names none. */
    static Optional<PairPolicies.Entry> pairs(Section pair, PairPolicy policy) {
        Optional<SaePattern> slave = pair.value("slave", SaePattern::new);
        return pair.value("master", SaePattern::new)
                .flatMap(master -> slave.map(of -> new PairPolicies.Entry(master, of, policy)));
    }

    private static PairPolicy policy(Section pair) {
        PairPolicy.Bounds none = PairPolicy.Bounds.NONE;
        Optional<Integer> perSecond = pair.number("keys_per_second");
        Optional<Integer> perDay = pair.number("keys_per_day");
        return new PairPolicy(
                new PairPolicy.Bounds(
                        pair.number("min_size").orElse(none.minSizeBits()),
                        pair.number("max_size").orElse(none.maxSizeBits()),
                        Math.min(
                                pair.number("max_per_request").orElse(none.maxPerRequest()),
                                perDay.orElse(none.maxPerRequest())),
                        pair.number("max_count").orElse(none.maxCount())),
                new PairPolicy.Rates(
                        optional(perSecond),
                        pair.number("burst").or(() -> perSecond).orElse(1),
                        optional(perDay)),
                pair.number("priority").orElse(1),
                pair.value("seal", text -> PairPolicy.Seal.valueOf(text.toUpperCase(Locale.ROOT)))
                        .orElse(PairPolicy.Seal.HYBRID),
                paths(pair));
    }

    private static PairPolicy.Paths paths(Section pair) {
        PairPolicy.Paths single = PairPolicy.Paths.SINGLE;
        return new PairPolicy.Paths(
                pair.value("paths", text -> PairPolicy.Paths.Choice.valueOf(text.toUpperCase(Locale.ROOT)))
                        .orElse(single.choice()),
                pair.number("shares").orElse(single.shares()));
    }

    private static OptionalInt optional(Optional<Integer> number) {
        return number.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static NodeConfig.Neighbour neighbour(Section neighbour, NodeId self) {
        NodeId id = neighbour.value("id", NodeId::new).orElseThrow();
        return new NodeConfig.Neighbour(
                id,
                url(neighbour).orElseThrow(),
                neighbour.path("certificate"),
                neighbour.entries("kmes").stream()
                        .map(kme -> kme(kme, self, id))
                        .toList(),
                neighbour
                        .value("combine", text -> Combine.valueOf(text.toUpperCase(Locale.ROOT)))
                        .orElse(Combine.ANY));
    }

    private static NodeConfig.Kme kme(Section kme, NodeId self, NodeId neighbour) {
        return new NodeConfig.Kme(
                kme.value("id", KmeId::new).orElseThrow(),
                kme.value("peer", KmeId::new).orElseThrow(),
                url(kme).orElseThrow(),
                kme.value("sae_id", SaeId::new).orElse(new SaeId(self.text())),
                kme.value("peer_sae_id", SaeId::new).orElse(new SaeId(neighbour.text())),
                kme.path("certificate"),
                kme.path("client_certificate")
                        .map(certificate -> new NodeConfig.Credentials(
                                certificate, kme.path("client_key").orElseThrow())),
                kme.value("masters", text -> NodeConfig.Masters.valueOf(text.toUpperCase(Locale.ROOT)))
                        .orElse(NodeConfig.Masters.BOTH));
    }

    /** The URL of a neighbour or KME: host and port only, so that a path can be put behind it. */
    static Optional<URI> url(Section section) {
        return section.value("url", text -> {
            URI url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (url.getHost() == null || url.getPort() > 65_535 || url.getPort() == 0) {
                throw new IllegalArgumentException("expected https://, a host and a port of 1 to 65535");
            }
            return url;
        });
    }

    private static NodeConfig.Relay relay(Section relay) {
        return new NodeConfig.Relay(
                relay.duration("deadline").orElse(Duration.ofSeconds(5)),
                relay.number("slots").orElse(64),
                relay.number("enterprise_number").orElse(32_473));
    }

    private static NodeConfig.Limits limits(Section limits) {
        NodeConfig.Limits usual = NodeConfig.Limits.DEFAULT;
        return new NodeConfig.Limits(
                limits.number("notices_per_node").orElse(usual.noticesPerNode()),
                limits.number("tombstones_per_node").orElse(usual.tombstonesPerNode()),
                limits.number("relay_results").orElse(usual.relayResults()),
                limits.number("nodes").orElse(usual.nodes()),
                limits.number("directory").orElse(usual.directory()),
                limits.number("connections").orElse(usual.connections()),
                limits.number("connections_per_sae").orElse(usual.connectionsPerSae()),
                limits.number("requests_per_sae").orElse(usual.requestsPerSae()));
    }

    private static NodeConfig.LinkKeys linkKeys(Section linkKeys) {
        return new NodeConfig.LinkKeys(
                linkKeys.number("floor_bits").orElse(NodeConfigChecks.FLOOR_BITS),
                linkKeys.number("capacity_bits").orElse(NodeConfigChecks.CAPACITY_BITS),
                linkKeys.duration("life").orElse(Duration.ofMinutes(10)));
    }
}
