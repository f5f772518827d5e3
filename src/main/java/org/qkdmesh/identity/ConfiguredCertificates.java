package org.qkdmesh.identity;

import com.nimbusds.jose.jwk.Curve;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import org.qkdmesh.config.CertificateRules;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;

/** Holds the certificates that a configuration names against what they are named for. Stateless. */
public final class ConfiguredCertificates implements CertificateRules {

    @Override
    public void requireCertificates(Path file) throws IOException {
        PemFiles.certificates(file);
    }

    @Override
    public void requireKeyOf(Path certificate, Path key) throws IOException {
        PemFiles.credentials(certificate, key);
    }

    @Override
    public void requireNode(Path certificate, NodeId id) throws IOException {
        X509Certificate leaf = PemFiles.certificates(certificate).get(0);
        CertificateIdentity named = CertificateIdentity.of(leaf);
        if (named.role() != CertificateIdentity.Role.NODE || !named.id().equals(id.text())) {
            throw new IOException(
                    certificate + ": expected a certificate of urn:qkd-mesh:node:" + id + ", found " + named.shown());
        }
        if (!(leaf.getPublicKey() instanceof ECPublicKey key) || !isP256OrP384(key)) {
            throw new IOException(certificate + ": expected a key on the curve P-256 or P-384, nodes sign with it");
        }
    }

    @Override
    public void requireKme(Path certificate, KmeId id) throws IOException {
        CertificateIdentity named =
                CertificateIdentity.of(PemFiles.certificates(certificate).get(0));
        boolean kme = named.role() == CertificateIdentity.Role.KME || named.role() == CertificateIdentity.Role.NAMED;
        if (!kme || !named.id().equals(id.text())) {
            throw new IOException(
                    certificate + ": expected a certificate of urn:qkd-mesh:kme:" + id + ", found " + named.shown());
        }
    }

    private static boolean isP256OrP384(ECPublicKey key) {
        Curve curve = Curve.forECParameterSpec(key.getParams());
        return Curve.P_256.equals(curve) || Curve.P_384.equals(curve);
    }
}
