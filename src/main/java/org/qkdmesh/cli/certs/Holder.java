package org.qkdmesh.cli.certs;

import java.util.List;
import java.util.stream.Stream;

/**
 * Somebody of the network who gets a certificate.
 *
 * @param role {@code node}, {@code sae} or {@code kme}, as in the URI {@code urn:qkd-mesh:<role>:<id>}
 * @param dns host names that it is reached by
 * @param ips addresses that it is reached by
 */
record Holder(String role, String id, List<String> dns, List<String> ips) {

    /** Everybody in the example network of {@code config/}. */
    static final List<Holder> EXAMPLE_NETWORK = Stream.of(
                    all("node", "tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3"),
                    all("kme", "ndk-kme-a1", "ndk-kme-b1", "ndk-kme-a2", "ndk-kme-b2", "ndk-kme-a3", "ndk-kme-b3"),
                    all("sae", "sae-a", "sae-b", "sae-c"))
            .flatMap(List::stream)
            .toList();

    Holder {
        dns = List.copyOf(dns);
        ips = List.copyOf(ips);
    }

    /** Somebody on this machine. */
    static Holder local(String role, String id) {
        return new Holder(role, id, List.of("localhost"), List.of("127.0.0.1", "::1"));
    }

    String uri() {
        return "urn:qkd-mesh:" + role + ":" + id;
    }

    private static List<Holder> all(String role, String... ids) {
        return Stream.of(ids).map(id -> local(role, id)).toList();
    }
}
