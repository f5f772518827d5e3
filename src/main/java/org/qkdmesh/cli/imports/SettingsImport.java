package org.qkdmesh.cli.imports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.qkdmesh.config.Mistake;
import org.qkdmesh.identity.CertificateIdentity;

/**
 * Makes configurations of settings in the older form. The settings of all nodes of a network together say more than those
 * of one: which KME is whose, and where each node listens.
 */
final class SettingsImport {

    /** A configuration that was made. */
    record Made(Path from, String id, String yaml) {}

    private static final int FIRST_PORT = 9000;
    private static final int PORTS_BETWEEN = 10;

    private final Map<String, String> owners;
    private final List<Mistake> mistakes = new ArrayList<>();
    private final List<Mistake> remarks = new ArrayList<>();
    private final Map<String, OldNode> nodes = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private final Set<Integer> taken = new HashSet<>();

    /** @param owners whose KMEs are, where the caller knows more than the settings: node by KME */
    SettingsImport(Map<String, String> owners) {
        this.owners = owners;
    }

    /** What stops the import: where there is any, what was made is of no use. */
    List<Mistake> mistakes() {
        return mistakes;
    }

    /** What could not be carried over, or has to be looked at. */
    List<Mistake> remarks() {
        return remarks;
    }

    List<Made> make(List<Path> files) {
        for (Path file : files) {
            SettingsReader.read(file, mistakes, remarks).map(OldNode::of).ifPresent(node -> {
                OldNode before = nodes.putIfAbsent(node.id(), node);
                if (before != null && !node.id().isEmpty()) {
                    node.settings()
                            .root()
                            .mistake(
                                    "id",
                                    "these are the settings of " + node.id() + " again, as in "
                                            + before.settings().file());
                }
            });
        }
        choosePorts();
        List<Made> made = new ArrayList<>();
        nodes.values().forEach(node -> made.add(new Made(node.settings().file(), node.id(), yaml(node))));
        return made;
    }

    /** A node listens where its neighbours call it; only they say so. */
    private void choosePorts() {
        for (OldNode node : nodes.values()) {
            Set<Integer> called = new TreeSet<>();
            for (OldNode other : nodes.values()) {
                other.neighbour(node.id()).map(OldNode.Neighbour::port).ifPresent(called::add);
            }
            if (called.size() > 1) {
                node.settings()
                        .root()
                        .mistake(
                                "id",
                                "its neighbours call it at different ports, " + called
                                        + ": let them agree in attached_trusted_nodes[].url");
            }
            called.stream().findFirst().ifPresent(port -> ports.put(node.id(), port));
            taken.addAll(called);
        }
        nodes.values().forEach(node -> node.neighbours().forEach(neighbour -> taken.add(neighbour.port())));
    }

    private int free(int from) {
        int port = from;
        while (!taken.add(port)) {
            port += PORTS_BETWEEN;
        }
        return port;
    }

    private String yaml(OldNode node) {
        Settings.Part root = node.settings().root();
        Integer called = ports.get(node.id());
        int port = called == null ? free(FIRST_PORT) : called;
        if (called == null) {
            root.remark(
                    "id",
                    "the older form does not say where a node listens: port " + port
                            + " was taken, change it in listen if neighbours call another one");
        }
        int management = free(port + 1);
        NodeYaml yaml = new NodeYaml()
                .comment("Imported from " + node.settings().file().getFileName() + ".")
                .text("id", node.id(), "")
                .value(
                        "listen",
                        "0.0.0.0:" + port,
                        called == null ? "not in the older form" : "where its neighbours call it")
                .value("management", "127.0.0.1:" + management, "health, metrics and commands")
                .map(
                        "tls",
                        NodeYaml.object(
                                "certificate", file(root, "server_cert_file"),
                                "key", file(root, "server_key_file"),
                                "ca", file(root, "ca_file")))
                .text("data", "data/" + fileName(node.id()), "the sealed store, made at the first start");
        checkOwnCertificate(node);
        Map<String, String> keys = keys(root);
        if (!keys.isEmpty()) {
            yaml.map("keys", keys);
        }
        yaml.list("saes", node.saes().stream().map(this::sae).toList());
        yaml.value("pairs", "any", "as before; or a list of {master: sae-a, slave: sae-b}");
        root.remark(
                "attached_saes", "the older form allows all pairs of SAEs, so pairs is any: list those that you mean");
        yaml.neighbours(neighbours(node));
        return yaml.toString();
    }

    /** The name of a file or directory for an id, which may hold almost anything. */
    static String fileName(String id) {
        String plain = id.replaceAll("[^A-Za-z0-9._-]", "-");
        return plain.startsWith(".") ? "_" + plain.substring(1) : plain;
    }

    private String file(Settings.Part part, String key) {
        return part.text(key).map(named -> certificate(part, key, named).path()).orElse("");
    }

    private CertificateFile certificate(Settings.Part part, String key, String named) {
        CertificateFile file = CertificateFile.of(root(part), named);
        if (!file.there()) {
            part.remark(
                    key,
                    "no such file: " + named + " (relative paths are taken from the directory that nodes are"
                            + " started in)");
        }
        return file;
    }

    private Path root(Settings.Part part) {
        return part.settings().file();
    }

    private void checkOwnCertificate(OldNode node) {
        Settings.Part root = node.settings().root();
        root.text("server_cert_file")
                .map(named -> CertificateFile.of(node.settings().file(), named))
                .ifPresent(own -> {
                    CertificateIdentity identity = own.identity();
                    boolean isNode = identity.role() == CertificateIdentity.Role.NODE
                            && identity.id().equals(node.id());
                    if (own.certificate().isPresent() && !isNode) {
                        root.remark(
                                "server_cert_file",
                                "names " + identity.shown() + ", and nodes know each other by the URI"
                                        + " urn:qkd-mesh:node:" + node.id() + ": ./qkd-mesh certs issue --id "
                                        + node.id()
                                        + " --kind node makes one");
                    }
                });
    }

    private static Map<String, String> keys(Settings.Part root) {
        Map<String, String> keys = new LinkedHashMap<>();
        size(root, "min_key_size").ifPresent(size -> keys.put("min_size", size));
        size(root, "max_key_size").ifPresent(size -> keys.put("max_size", size));
        size(root, "default_key_size").ifPresent(size -> keys.put("default_size", size));
        count(root, "max_keys_per_request", 1024).ifPresent(count -> keys.put("max_per_request", count));
        count(root, "max_key_count", 1_000_000).ifPresent(count -> keys.put("max_count", count));
        return keys;
    }

    private static Optional<String> size(Settings.Part root, String key) {
        return root.number(key)
                .filter(bits -> {
                    boolean fits = bits >= 8 && bits <= 1_048_576 && bits % 8 == 0;
                    if (!fits) {
                        root.mistake(key, "expected bits, 8 to 1048576 and a multiple of 8");
                    }
                    return fits;
                })
                .map(NodeYaml::number);
    }

    private static Optional<String> count(Settings.Part root, String key, long most) {
        return root.number(key)
                .filter(count -> {
                    if (count < 1) {
                        root.mistake(key, "expected 1 or more");
                    }
                    return count >= 1;
                })
                .map(count -> {
                    if (count > most) {
                        root.remark(key, most + " is the most here, and was taken");
                    }
                    return NodeYaml.number(Math.min(count, most));
                });
    }

    private Map<String, String> sae(OldNode.Sae sae) {
        Optional<CertificateFile> pinned =
                sae.part().text("sae_cert").map(named -> certificate(sae.part(), "sae_cert", named));
        pinned.filter(file ->
                        file.certificate().isPresent() && !file.identity().id().equals(sae.id()))
                .ifPresent(file -> sae.part()
                        .remark(
                                "sae_cert",
                                "names " + file.identity().shown()
                                        + ", and a node knows an SAE by the name in its certificate: " + sae.id()
                                        + " will be refused until it has one"));
        return NodeYaml.object(
                "id", sae.id(), "certificate", pinned.map(CertificateFile::path).orElse(null));
    }

    private Map<Map<String, String>, List<Map<String, String>>> neighbours(OldNode node) {
        Map<String, Map<OldNode.Kme, String>> links = new QuantumLinks(nodes, owners).of(node);
        Map<Map<String, String>, List<Map<String, String>>> neighbours = new LinkedHashMap<>();
        for (OldNode.Neighbour neighbour : node.neighbours()) {
            Map<OldNode.Kme, String> kmes = links.getOrDefault(neighbour.id(), Map.of());
            if (kmes.isEmpty()) {
                neighbour
                        .part()
                        .remark(
                                "id",
                                "left out: no KME of this node is linked to one of " + neighbour.id()
                                        + ", and a neighbour is a node with a quantum link");
                continue;
            }
            neighbours.put(
                    NodeYaml.object("id", neighbour.id(), "url", neighbour.url(), "certificate", pin(node, neighbour)),
                    kmes.entrySet().stream()
                            .map(kme -> kme(node, neighbour, kme.getKey(), kme.getValue()))
                            .toList());
        }
        return neighbours;
    }

    private String pin(OldNode node, OldNode.Neighbour neighbour) {
        Settings.Part part = neighbour.part();
        part.text("key")
                .ifPresent(key -> part.remark(
                        "key",
                        "left out: a node shows its neighbours its own certificate," + " that of server_cert_file"));
        Optional<String> named = part.text("cert");
        if (named.isEmpty()) {
            return null;
        }
        CertificateFile file = certificate(part, "cert", named.get());
        CertificateIdentity identity = file.identity();
        if (identity.role() == CertificateIdentity.Role.NODE && identity.id().equals(neighbour.id())) {
            return file.path();
        }
        boolean own = CertificateFile.of(
                        node.settings().file(),
                        node.settings().root().text("server_cert_file").orElse(""))
                .certificate()
                .equals(file.certificate());
        if (!file.there()) {
            part.remark(
                    "cert",
                    "left out: without certificate, any of the authority that names " + neighbour.id() + " will do");
        } else if (!own) {
            part.remark("cert", "left out: it names " + identity.shown() + ", not the node " + neighbour.id());
        } else {
            part.remark("cert", "left out: this is the node's own certificate, which it shows anyway");
        }
        return null;
    }

    private Map<String, String> kme(OldNode node, OldNode.Neighbour neighbour, OldNode.Kme own, String peer) {
        Settings.Part part = own.part();
        Optional<CertificateFile> client = part.text("sae_cert").map(named -> certificate(part, "sae_cert", named));
        Optional<CertificateFile> key = part.text("sae_key").map(named -> certificate(part, "sae_key", named));
        if (client.isPresent() != key.isPresent()) {
            part.mistake(
                    client.isPresent() ? "sae_key" : "sae_cert", "missing: a certificate and its key belong together");
        }
        String ownFile = file(node, "server_cert_file");
        boolean showsOwn = client.isEmpty()
                || client.get().path().equals(ownFile)
                || client.get().certificate().isPresent()
                        && client.get()
                                .certificate()
                                .equals(CertificateFile.of(node.settings().file(), ownFile)
                                        .certificate());
        return NodeYaml.object(
                "id", own.id(),
                "peer", peer,
                "url", part.url("url").orElse(""),
                "sae_id", other(node.id(), client),
                "peer_sae_id", other(neighbour.id(), clientAtOtherEnd(node, neighbour, peer)),
                "certificate", kmePin(part),
                "client_certificate", showsOwn ? null : client.get().path(),
                "client_key", showsOwn ? null : key.map(CertificateFile::path).orElse(null));
    }

    private static String file(OldNode node, String key) {
        return node.settings()
                .root()
                .text(key)
                .map(named -> CertificateFile.of(node.settings().file(), named).path())
                .orElse("");
    }

    /** The name in a certificate, where it is another than expected. */
    private static String other(String expected, Optional<CertificateFile> file) {
        return file.map(CertificateFile::identity)
                .map(CertificateIdentity::id)
                .filter(id -> !id.isEmpty() && !id.equals(expected))
                .orElse(null);
    }

    /** What the neighbour shows to its KME: its own settings say so, or else what these say of the KME at the far end. */
    private Optional<CertificateFile> clientAtOtherEnd(OldNode node, OldNode.Neighbour neighbour, String peer) {
        OldNode there = nodes.get(neighbour.id());
        List<OldNode.Kme> tellers = new ArrayList<>();
        if (there != null) {
            tellers.addAll(there.local());
        }
        tellers.addAll(node.far());
        return tellers.stream()
                .filter(kme -> kme.id().equals(peer))
                .flatMap(kme ->
                        kme.part().text("sae_cert").map(named -> CertificateFile.of(root(kme.part()), named)).stream())
                .findFirst();
    }

    private String kmePin(Settings.Part part) {
        Optional<String> named = part.text("kme_cert");
        if (named.isEmpty()) {
            return null;
        }
        CertificateFile file = certificate(part, "kme_cert", named.get());
        if (file.isAuthority()) {
            part.remark(
                    "kme_cert",
                    "left out: this is an authority, not the KME's own certificate. Where it is another than"
                            + " that of ca_file, add it to that file");
            return null;
        }
        return file.path();
    }
}
