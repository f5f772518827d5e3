package org.qkdmesh.doctor;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.config.KmeCheckConfig;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.CertificateIdentity.Role;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.transport.PeerTls;

/**
 * A neighbour or KME, and how to call it.
 *
 * @param expected whom its certificate should name
 * @param authorities those that it should be certified by; empty where its certificate is pinned
 * @param tls what is shown to it and asked of it, the same as in a node's own calls
 * @param files what a command by hand would need
 */
record Peer(CertificateIdentity expected, URI url, List<X509Certificate> authorities, PeerTls tls, Files files) {

    /**
     * @param ca the authorities' file, or that of the pinned certificate
     */
    record Files(Path certificate, Path key, Path ca) {}

    static Peer neighbour(NodeConfig.Neighbour neighbour, NodeConfig.Tls tls) throws IOException {
        List<X509Certificate> authorities = PemFiles.certificates(tls.ca());
        TlsCredentials own = PemFiles.credentials(tls.certificate(), tls.key());
        return new Peer(
                new CertificateIdentity(Role.NODE, neighbour.id().text()),
                neighbour.url(),
                authorities,
                PeerTls.node(own, authorities, neighbour.id()),
                new Files(tls.certificate(), tls.key(), tls.ca()));
    }

    static Peer kme(NodeConfig.Kme kme, NodeConfig.Tls tls) throws IOException {
        NodeConfig.Credentials shown = kme.client().orElse(new NodeConfig.Credentials(tls.certificate(), tls.key()));
        return kme(new KmeCheckConfig.Kme(
                kme.id(), kme.url(), Optional.of(tls.ca()), kme.certificate(), kme.saeId(), shown));
    }

    static Peer kme(KmeCheckConfig.Kme kme) throws IOException {
        TlsCredentials shown =
                PemFiles.credentials(kme.client().certificate(), kme.client().key());
        CertificateIdentity expected =
                new CertificateIdentity(Role.KME, kme.id().text());
        if (kme.certificate().isPresent()) {
            Path pin = kme.certificate().get();
            PeerTls tls = PeerTls.pinnedKme(shown, PemFiles.certificates(pin).get(0));
            return new Peer(expected, kme.url(), List.of(), tls, files(kme, pin));
        }
        Path ca = kme.ca().orElseThrow();
        List<X509Certificate> authorities = PemFiles.certificates(ca);
        return new Peer(expected, kme.url(), authorities, PeerTls.kme(shown, authorities, kme.id()), files(kme, ca));
    }

    private static Files files(KmeCheckConfig.Kme kme, Path ca) {
        return new Files(kme.client().certificate(), kme.client().key(), ca);
    }

    boolean isPinned() {
        return authorities.isEmpty();
    }

    /** The command by which a person makes the same call. */
    String curl(String path) {
        return "curl -v --cacert " + files.ca() + " --cert " + files.certificate() + " --key " + files.key() + " '"
                + url + path + "'";
    }

    /** The command that shows its certificate. */
    String showCertificate() {
        return "openssl s_client -connect " + hostAndPort()
                + " </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName";
    }

    String hostAndPort() {
        return url.getHost() + ":" + (url.getPort() < 0 ? 443 : url.getPort());
    }
}
