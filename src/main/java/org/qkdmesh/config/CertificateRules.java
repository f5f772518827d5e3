package org.qkdmesh.config;

import java.io.IOException;
import java.nio.file.Path;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;

/**
 * What the files of certificates that a configuration names have to hold. The readers ask, and somebody who knows
 * certificates answers. Each method throws an {@link IOException} whose message names the file and what was expected.
 */
public interface CertificateRules {

    /** It holds one certificate or more. */
    void requireCertificates(Path file) throws IOException;

    /** It holds one private key, and that of the certificate. */
    void requireKeyOf(Path certificate, Path key) throws IOException;

    /** The certificate names this node, and its key is of a kind that nodes sign with. */
    void requireNode(Path certificate, NodeId id) throws IOException;

    /** The certificate names this KME. */
    void requireKme(Path certificate, KmeId id) throws IOException;
}
