package org.qkdmesh.node;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.transport.PeerTls;

/**
 * The certificates of the configuration, read: who this node is, whom it trusts, whom it takes for whom.
 *
 * @param own what this node shows
 * @param authorities whose certificates are let in
 * @param saePins the fingerprints of the certificates that some SAEs are pinned to
 * @param neighbourPins of each neighbour, empty text where none is pinned
 * @param calls how neighbours and own KMEs are called, by id
 */
public record Identities(
        TlsCredentials own,
        List<X509Certificate> authorities,
        Map<SaeId, String> saePins,
        Map<NodeId, String> neighbourPins,
        Map<String, PeerTls> calls) {

    /** @throws IOException when a file can not be read or does not hold what it should */
    static Identities read(NodeConfig config) throws IOException {
        TlsCredentials own =
                PemFiles.credentials(config.tls().certificate(), config.tls().key());
        List<X509Certificate> authorities = PemFiles.certificates(config.tls().ca());
        Map<SaeId, String> saePins = new HashMap<>();
        for (NodeConfig.Sae sae : config.saes()) {
            if (sae.certificate().isPresent()) {
                saePins.put(sae.id(), fingerprint(sae.certificate()));
            }
        }
        Map<NodeId, String> neighbourPins = new HashMap<>();
        Map<String, PeerTls> calls = new HashMap<>();
        for (NodeConfig.Neighbour neighbour : config.neighbours()) {
            neighbourPins.put(neighbour.id(), fingerprint(neighbour.certificate()));
            calls.put(neighbour.id().text(), PeerTls.node(own, authorities, neighbour.id()));
            for (NodeConfig.Kme kme : neighbour.kmes()) {
                calls.put(kme.id().text(), kmeTls(kme, own, authorities));
            }
        }
        return new Identities(own, authorities, saePins, neighbourPins, calls);
    }

    private static PeerTls kmeTls(NodeConfig.Kme kme, TlsCredentials own, List<X509Certificate> authorities)
            throws IOException {
        TlsCredentials shown = own;
        if (kme.client().isPresent()) {
            NodeConfig.Credentials client = kme.client().get();
            shown = PemFiles.credentials(client.certificate(), client.key());
        }
        return kme.certificate().isPresent()
                ? PeerTls.pinnedKme(
                        shown, PemFiles.certificates(kme.certificate().get()).get(0))
                : PeerTls.kme(shown, authorities, kme.id());
    }

    private static String fingerprint(Optional<Path> certificate) throws IOException {
        return certificate.isEmpty()
                ? ""
                : CertificateIdentity.fingerprint(
                        PemFiles.certificates(certificate.get()).get(0));
    }
}
