package org.qkdmesh.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.qkdmesh.model.NodeId;

/** What a schema cannot say: values that contradict each other, ids that are there twice, files and certificates. */
final class NodeConfigChecks {

    static final Duration KEY_LIFE = Duration.ofHours(1);
    static final int FLOOR_BITS = 16_384;
    static final int CAPACITY_BITS = 8_388_608;

    private final Section root;
    private final CertificateRules certificates;
    private final FileChecks files;

    NodeConfigChecks(Section root, CertificateRules certificates) {
        this.root = root;
        this.certificates = certificates;
        this.files = new FileChecks(certificates);
    }

    void check() {
        addresses();
        tls();
        Section keys = root.section("keys");
        KeyChecks.check(keys, NodeConfigReader.MAX_PER_REQUEST);
        keyTimes(keys);
        within(root.section("relay"), "deadline", Duration.ofMillis(500), Duration.ofSeconds(60), "500ms to 60s");
        linkKeys(root.section("link_keys"));
        saes();
        neighbours();
        Uniqueness pins = new Uniqueness("a pin of an SAE");
        root.entries("directory").forEach(pin -> pins.require(pin, "sae"));
        new PairChecks(keys).check(root.entries("pairs"));
        audit(root.section("audit"));
    }

    private static void audit(Section audit) {
        if (audit.flag("required").orElse(false) && !audit.flag("enabled").orElse(true)) {
            audit.mistake("required", "expected false, since enabled is false: no audit log is kept");
        }
    }

    private static void keyTimes(Section keys) {
        within(keys, "life", Duration.ofSeconds(1), Duration.ofDays(7), "1s to 7d");
        within(keys, "redelivery_window", Duration.ZERO, KeyTimes.LONGEST_REDELIVERY, "0s to 1h");
        Duration life = keys.duration("life").orElse(KEY_LIFE);
        keys.duration("fetch_window")
                .filter(window -> window.compareTo(life) >= 0)
                .ifPresent(window -> keys.mistake(
                        "fetch_window",
                        "expected less than the life of a key ("
                                + keys.text("life").orElse("1h") + "), found "
                                + keys.text("fetch_window").orElseThrow()));
    }

    private void addresses() {
        Optional<BindAddress> listen = root.value("listen", BindAddress::parse);
        Optional<BindAddress> management = root.value("management", BindAddress::parse);
        management
                .filter(address -> !address.isLoopback())
                .ifPresent(address ->
                        root.mistake("management", "expected a loopback address such as 127.0.0.1, found " + address));
        int port = listen.map(BindAddress::port).orElse(0);
        int managementPort = management.map(BindAddress::port).orElse(0);
        if (port != 0 && port == managementPort) {
            root.mistake("management", "expected another port than that of listen, found " + port);
        }
        root.number("peer_port")
                .filter(peer -> peer != 0 && (peer == port || peer == managementPort))
                .ifPresent(peer -> root.mistake(
                        "peer_port", "expected another port than those of listen and management, found " + peer));
    }

    private void tls() {
        Section tls = root.section("tls");
        files.certificates(tls, "ca");
        boolean usable = files.credentials(tls, "certificate", "key");
        Optional<NodeId> id = root.value("id", NodeId::new);
        if (usable && id.isPresent()) {
            Path certificate = tls.path("certificate").orElseThrow();
            files.holds(tls, "certificate", () -> certificates.requireNode(certificate, id.get()));
        }
    }

    private static void linkKeys(Section linkKeys) {
        int floor = linkKeys.number("floor_bits").orElse(FLOOR_BITS);
        int capacity = linkKeys.number("capacity_bits").orElse(CAPACITY_BITS);
        if (floor > capacity) {
            linkKeys.mistake("floor_bits", "expected capacity_bits (" + capacity + ") or less, found " + floor);
        }
        within(linkKeys, "life", Duration.ofSeconds(10), Duration.ofDays(1), "10s to 1d");
    }

    private void saes() {
        Uniqueness ids = new Uniqueness("an SAE");
        for (Section sae : root.entries("saes")) {
            ids.require(sae, "id");
            files.certificates(sae, "certificate");
        }
    }

    private void neighbours() {
        Uniqueness ids = new Uniqueness("a neighbour");
        Uniqueness kmeIds = new Uniqueness("a KME");
        Uniqueness peerIds = new Uniqueness("a KME at the far end");
        for (Section neighbour : root.entries("neighbours")) {
            ids.require(neighbour, "id");
            neighbour
                    .text("id")
                    .filter(id -> root.text("id").equals(Optional.of(id)))
                    .ifPresent(id -> neighbour.mistake("id", "expected another node, " + id + " is this one"));
            NodeConfigReader.url(neighbour);
            files.certificates(neighbour, "certificate");
            int kmes = neighbour.entries("kmes").size();
            if (neighbour.text("combine").equals(Optional.of("xor")) && kmes == 1) {
                neighbour.mistake(
                        "combine", "expected any where the link has one KME, or two entries under kmes or more");
            }
            for (Section kme : neighbour.entries("kmes")) {
                kmeIds.require(kme, "id");
                peerIds.require(kme, "peer");
                kme(kme);
            }
        }
    }

    private void kme(Section kme) {
        kme.text("peer")
                .filter(peer -> kme.text("id").equals(Optional.of(peer)))
                .ifPresent(peer -> kme.mistake("peer", "expected the KME at the other end, " + peer + " is this one"));
        NodeConfigReader.url(kme);
        files.certificates(kme, "certificate");
        files.credentials(kme, "client_certificate", "client_key");
    }

    private static void within(Section section, String key, Duration least, Duration most, String range) {
        section.duration(key)
                .filter(value -> value.compareTo(least) < 0 || value.compareTo(most) > 0)
                .ifPresent(value -> section.mistake(
                        key,
                        "expected " + range + ", found " + section.text(key).orElseThrow()));
    }
}
