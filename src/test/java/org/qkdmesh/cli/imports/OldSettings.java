package org.qkdmesh.cli.imports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The settings of the four nodes of the example network in the older form, as their operators would have them. */
final class OldSettings {

    private OldSettings() {}

    /** Names as in the example network, ports as they are given by these names. */
    static Path[] write(Path folder, Map<String, Integer> ports) throws IOException {
        return new Path[] {
            node(
                    folder,
                    "tn-1-a2b2",
                    ports,
                    kmes(ports, "tn-1-a2b2", "ndk-kme-b2", "ndk-kme-a2"),
                    "sae-a",
                    "tn-2-a2b1"),
            node(
                    folder,
                    "tn-2-a2b1",
                    ports,
                    kmes(ports, "tn-2-a2b1", "ndk-kme-a2", "ndk-kme-b2") + ",\n"
                            + kmes(ports, "tn-2-a2b1", "ndk-kme-b1", "ndk-kme-a1"),
                    "sae-c",
                    "tn-1-a2b2",
                    "tn-3-a1b3"),
            node(
                    folder,
                    "tn-3-a1b3",
                    ports,
                    kmes(ports, "tn-3-a1b3", "ndk-kme-a1", "ndk-kme-b1") + ",\n"
                            + kmes(ports, "tn-3-a1b3", "ndk-kme-b3", "ndk-kme-a3"),
                    "",
                    "tn-2-a2b1",
                    "tn-4-a3b3"),
            node(folder, "tn-4-a3b3", ports, kmes(ports, "tn-4-a3b3", "ndk-kme-a3", "ndk-kme-b3"), "sae-b", "tn-3-a1b3")
        };
    }

    private static Path node(
            Path folder, String id, Map<String, Integer> ports, String kmes, String sae, String... neighbours)
            throws IOException {
        StringBuilder nodes = new StringBuilder();
        for (String neighbour : neighbours) {
            nodes.append(nodes.length() == 0 ? "" : ",\n").append("""
                        { "id": "%1$s", "url": "https://localhost:%2$d", "cert": "certs/%3$s.crt", "key": "certs/%3$s.key" }""".formatted(neighbour, ports.get(neighbour), id));
        }
        String saes = sae.isEmpty() ? "" : "{ \"sae_id\": \"%1$s\", \"sae_cert\": \"certs/%1$s.crt\" }".formatted(sae);
        return Files.writeString(folder.resolve("settings-" + id + ".json"), """
                {
                    // The trusted node %1$s
                    "id": "%1$s",
                    "server_cert_file": "certs/%1$s.crt",
                    "server_key_file": "certs/%1$s.key",
                    "ca_file": "certs/ca.crt",
                    "min_key_size": 64,
                    "max_key_size": 1024,
                    "default_key_size": 256,
                    "max_key_count": 10000,
                    "max_keys_per_request": 128,
                    // both ends of each link
                    "attached_kmes": [
                %2$s
                    ],
                    "attached_saes": [ %3$s ],
                    "attached_trusted_nodes": [
                %4$s
                    ]
                }
                """.formatted(id, kmes, saes, nodes));
    }

    private static String kmes(Map<String, Integer> ports, String node, String own, String far) {
        return kme(ports, node, own, far, 0) + ",\n" + kme(ports, node, far, own, 1);
    }

    private static String kme(Map<String, Integer> ports, String node, String id, String linkedTo, int distance) {
        return """
                        {
                            "url": "https://localhost:%d",
                            "kme_id": "%s",
                            "linked_to": "%s",
                            "kme_cert": "certs/%s.crt",
                            "sae_cert": "certs/%s.crt",
                            "sae_key": "certs/%s.key",
                            "distance": %d // 0 is here
                        }""".formatted(
                        ports.get(id),
                        id,
                        linkedTo,
                        id,
                        distance == 0 ? node : neighbourOf(id),
                        distance == 0 ? node : neighbourOf(id),
                        distance);
    }

    private static String neighbourOf(String kme) {
        return Map.of(
                        "ndk-kme-b2", "tn-1-a2b2",
                        "ndk-kme-a2", "tn-2-a2b1",
                        "ndk-kme-b1", "tn-2-a2b1",
                        "ndk-kme-a1", "tn-3-a1b3",
                        "ndk-kme-b3", "tn-3-a1b3",
                        "ndk-kme-a3", "tn-4-a3b3")
                .get(kme);
    }
}
