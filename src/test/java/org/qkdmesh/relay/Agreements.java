package org.qkdmesh.relay;

import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.testing.PlainAgreement;

/** With what the nodes of a mesh agree on secrets. */
record Agreements(KeyAgreement agreement, Function<NodeId, NodeSigner> signers, NodeVerifier verifier) {

    /** Quick, and for nobody to attack. */
    static Agreements plain(RandomGenerator random) {
        return new Agreements(new PlainAgreement(random::nextLong), NamedStatements::of, NamedStatements.verifier());
    }
}
