package org.qkdmesh.cli.imports;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * A node in the older form.
 *
 * @param local its own KMEs
 * @param far the KMEs at the other ends of its links
 */
record OldNode(
        Settings settings, String id, List<Kme> local, List<Kme> far, List<Neighbour> neighbours, List<Sae> saes) {

    /** @param linkedTo the KME at the other end of the quantum link */
    record Kme(Settings.Part part, String id, Optional<String> linkedTo) {}

    record Neighbour(Settings.Part part, String id, String url) {

        int port() {
            int port = URI.create(url).getPort();
            return port < 0 ? 443 : port;
        }
    }

    record Sae(Settings.Part part, String id) {}

    private static final List<String> KEYS = List.of(
            "id",
            "server_cert_file",
            "server_key_file",
            "ca_file",
            "min_key_size",
            "max_key_size",
            "default_key_size",
            "max_key_count",
            "max_keys_per_request",
            "attached_kmes",
            "attached_saes",
            "attached_trusted_nodes");
    private static final List<String> KME_KEYS =
            List.of("url", "kme_id", "linked_to", "kme_cert", "sae_cert", "sae_key", "distance");

    /** What there is of a node in the settings; mistakes are told there. */
    static OldNode of(Settings settings) {
        Settings.Part root = settings.root();
        root.onlyKnows(KEYS);
        root.required("server_cert_file");
        root.required("server_key_file");
        root.required("ca_file");
        List<Kme> local = new ArrayList<>();
        List<Kme> far = new ArrayList<>();
        for (Settings.Part part : root.entries("attached_kmes")) {
            part.onlyKnows(KME_KEYS);
            Optional<Kme> kme = part.required("kme_id", KmeId::new)
                    .map(id -> new Kme(part, id, part.text("linked_to").filter(to -> !to.isBlank())));
            Optional<Long> distance = part.number("distance");
            if (distance.isEmpty()) {
                part.mistake("distance", "expected 0 for a KME at this node, 1 for one at the other end of a link");
            } else if (distance.get() == 0) {
                kme.ifPresent(local::add);
            } else if (distance.get() == 1) {
                kme.ifPresent(far::add);
            } else {
                part.remark(
                        "distance", "left out: a KME that is farther away than a neighbour is nobody's business here");
            }
        }
        return new OldNode(
                settings,
                root.required("id", NodeId::new).orElse(""),
                local,
                far,
                root.entries("attached_trusted_nodes").stream()
                        .peek(part -> part.onlyKnows(List.of("url", "id", "cert", "key")))
                        .flatMap(part -> neighbour(part).stream())
                        .toList(),
                root.entries("attached_saes").stream()
                        .peek(part -> part.onlyKnows(List.of("sae_id", "sae_cert")))
                        .flatMap(part -> part.required("sae_id", SaeId::new).map(id -> new Sae(part, id)).stream())
                        .toList());
    }

    private static Optional<Neighbour> neighbour(Settings.Part part) {
        Optional<String> id = part.required("id", NodeId::new);
        Optional<String> url = part.url("url");
        return id.flatMap(name -> url.map(where -> new Neighbour(part, name, where)));
    }

    Optional<Neighbour> neighbour(String neighbourId) {
        return neighbours.stream()
                .filter(neighbour -> neighbour.id().equals(neighbourId))
                .findFirst();
    }

    boolean owns(String kme) {
        return local.stream().anyMatch(own -> own.id().equals(kme));
    }
}
