package org.qkdmesh.sae;

import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;

/**
 * What the API gives to a pair of SAEs: what the node gives, and of that no more than the pair's policy allows.
 *
 * @param node for all pairs
 */
public record PairLimits(KeyLimits node, PairPolicies policies) {

    /** A pair without a policy has the node's limits, though it is going to be refused. */
    public KeyLimits of(SaePair pair) {
        return policies.of(pair).map(PairPolicy::bounds).map(this::within).orElse(node);
    }

    private KeyLimits within(PairPolicy.Bounds bounds) {
        int min = Math.max(node.minSizeBits(), bounds.minSizeBits());
        int max = Math.min(node.maxSizeBits(), bounds.maxSizeBits());
        return new KeyLimits(
                min,
                max,
                Math.max(min, Math.min(max, node.defaultSizeBits())),
                Math.min(node.maxPerRequest(), bounds.maxPerRequest()),
                Math.min(node.maxCount(), bounds.maxCount()),
                node.maxSaeIds());
    }
}
