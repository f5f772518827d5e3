package org.qkdmesh.node;

import java.util.Set;
import java.util.stream.Collectors;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.discovery.DiscoveryLimits;
import org.qkdmesh.discovery.DiscoverySettings;
import org.qkdmesh.identity.JwsSigner;
import org.qkdmesh.identity.JwsVerifier;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/** The configuration that a node goes by, with the files that it names; never changed, but replaced as a whole. */
record Settings(NodeConfig config, Identities identities, Set<SaeId> saes, NodeSigner signer, NodeVerifier verifier) {

    static Settings of(NodeConfig config, Identities identities, NodeClock clock) {
        return new Settings(
                config,
                identities,
                config.saes().stream().map(NodeConfig.Sae::id).collect(Collectors.toUnmodifiableSet()),
                new JwsSigner(identities.own()),
                new JwsVerifier(identities.authorities(), clock));
    }

    Set<NodeId> neighbours() {
        return config.neighbours().stream().map(NodeConfig.Neighbour::id).collect(Collectors.toUnmodifiableSet());
    }

    DiscoverySettings discovery() {
        return discoveryWith(neighbours());
    }

    /** For the moment in which others are still there, or not yet. */
    DiscoverySettings discoveryWith(Set<NodeId> neighbours) {
        return new DiscoverySettings(
                config.id(),
                config.neighbours().stream()
                        .map(NodeConfig.Neighbour::id)
                        .filter(neighbours::contains)
                        .toList(),
                config.saes().stream().map(NodeConfig.Sae::id).toList(),
                config.directory(),
                new DiscoveryLimits(config.limits().nodes(), config.limits().directory()));
    }
}
