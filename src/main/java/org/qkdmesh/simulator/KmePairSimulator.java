package org.qkdmesh.simulator;

import java.util.List;
import java.util.random.RandomGenerator;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SaeId;

/**
 * Two KMEs with a quantum link between them, in memory: either end gives keys, the other end gives the same bytes under
 * the same ids, each once. Nothing repeats over a restart, since all of it is fresh from the random source.
 */
public final class KmePairSimulator {

    /**
     * @param sae the one SAE attached to this end, most often a trusted node under its own id
     */
    public record End(KmeId kme, SaeId sae) {}

    private final SimulatedKme first;
    private final SimulatedKme second;

    /**
     * @param bitsPerSecond of new key, shared by both ends
     * @param capacityBits of key that nobody has asked for yet
     * @param random cryptographically strong
     * @throws IllegalArgumentException when the ends are not two, or a number is out of range
     */
    public KmePairSimulator(
            End first,
            End second,
            KeyLimits limits,
            long bitsPerSecond,
            long capacityBits,
            NodeClock clock,
            RandomGenerator random) {
        if (first.kme().equals(second.kme()) || first.sae().equals(second.sae())) {
            throw new IllegalArgumentException("a pair has two different KMEs with a different SAE at each");
        }
        QuantumLink link = new QuantumLink(bitsPerSecond, capacityBits, clock, random);
        WaitingKeys atFirst = new WaitingKeys(limits.maxCount(), clock);
        WaitingKeys atSecond = new WaitingKeys(limits.maxCount(), clock);
        this.first = new SimulatedKme(first, second, limits, link, atSecond, atFirst);
        this.second = new SimulatedKme(second, first, limits, link, atFirst, atSecond);
    }

    public SimulatedKme first() {
        return first;
    }

    public SimulatedKme second() {
        return second;
    }

    public List<SimulatedKme> kmes() {
        return List.of(first, second);
    }
}
