package org.qkdmesh.doctor;

import java.nio.file.Path;
import org.qkdmesh.config.CertificateRules;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;

/** Lets every certificate pass, so that a file can be read although one is wrong, and the rest be looked at. */
final class AnyCertificates implements CertificateRules {

    @Override
    public void requireCertificates(Path file) {}

    @Override
    public void requireKeyOf(Path certificate, Path key) {}

    @Override
    public void requireNode(Path certificate, NodeId id) {}

    @Override
    public void requireKme(Path certificate, KmeId id) {}
}
