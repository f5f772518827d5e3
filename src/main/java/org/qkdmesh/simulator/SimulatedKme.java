package org.qkdmesh.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.etsi014.StatusDocument;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.sae.SaeRules;

/**
 * One end of a simulated link as the API sees it: gives keys to the SAE attached here, and keeps a copy of each for the
 * SAE attached to the far end. Made in pairs by {@link KmePairSimulator}. Safe for use by several threads.
 */
public final class SimulatedKme {

    private final KmeId id;
    private final KmeId far;
    private final KeyLimits limits;
    private final QuantumLink link;
    private final WaitingKeys forFarEnd;
    private final WaitingKeys forThisEnd;
    private final SaeRules rules;
    private volatile KmeFault fault = KmeFault.NONE;
    private volatile KeyId lastGiven;

    SimulatedKme(
            KmePairSimulator.End own,
            KmePairSimulator.End far,
            KeyLimits limits,
            QuantumLink link,
            WaitingKeys forFarEnd,
            WaitingKeys forThisEnd) {
        this.id = own.kme();
        this.far = far.kme();
        this.limits = limits;
        this.link = link;
        this.forFarEnd = forFarEnd;
        this.forThisEnd = forThisEnd;
        // To the rules of the API this is a network of two servers, one SAE at each.
        NodeId self = new NodeId(own.kme().text());
        NodeId other = new NodeId(far.kme().text());
        Topology topology = new Topology(self, Map.of(), Map.of(far.sae(), other), true);
        this.rules = new SaeRules(self, Set.of(own.sae()), PairPolicies.ANY, () -> topology);
    }

    public KmeId id() {
        return id;
    }

    public KeyLimits limits() {
        return limits;
    }

    public KmeFault fault() {
        return fault;
    }

    void setFault(KmeFault fault) {
        this.fault = fault;
    }

    /**
     * @param caller whom the certificate names
     * @param slave as it stands in the path, percent-decoded
     * @throws Refusal 400 or 401
     */
    public StatusDocument status(SaeId caller, String slave) {
        SaePair pair = rules.calledByMaster(caller, slave);
        rules.homeOfSlave(pair);
        long stored = fault.kind() == KmeFault.Kind.EMPTY ? 0 : link.availableBits() / limits.defaultSizeBits();
        return StatusDocument.of(
                limits,
                id.text(),
                far.text(),
                pair.master().text(),
                pair.slave().text(),
                stored);
    }

    /**
     * Fresh keys, the caller's to close.
     *
     * @throws Refusal 400, 401, or 503 when there are not as many
     */
    public List<SessionKey> encKeys(SaeId caller, String slave, KeyRequest request) {
        SaePair pair = rules.calledByMaster(caller, slave);
        rules.destinations(pair, request);
        int number = fault.kind() == KmeFault.Kind.FEWER ? Math.max(1, request.number() / 2) : request.number();
        if (fault.kind() == KmeFault.Kind.EMPTY
                || !forFarEnd.hasRoomFor(number)
                || !link.draw((long) number * request.sizeBits())) {
            throw Refusal.unavailable("not enough keys at this moment");
        }
        List<SessionKey> keys = new ArrayList<>(number);
        int extraBytes = fault.kind() == KmeFault.Kind.WRONG_SIZE ? 1 : 0;
        for (int i = 0; i < number; i++) {
            boolean repeat = i == 0 && fault.kind() == KmeFault.Kind.REPEAT && lastGiven != null;
            KeyId keyId = repeat ? lastGiven : KeyId.random(link.random());
            keys.add(new SessionKey(keyId, link.key(request.sizeBytes() + extraBytes)));
        }
        lastGiven = keys.get(0).id();
        forFarEnd.put(pair, keys);
        return asTheFaultHasIt(keys);
    }

    /**
     * Keys that were given at the far end, the caller's to close, in the order of the ids.
     *
     * @throws Refusal 400 or 401
     */
    public List<SessionKey> decKeys(SaeId caller, String master, List<KeyId> ids) {
        SaePair pair = rules.calledBySlave(caller, master);
        if (fault.kind() == KmeFault.Kind.FORGET) {
            forThisEnd.forget();
        }
        int leastAge = fault.kind() == KmeFault.Kind.LATE ? fault.millis() : 0;
        return asTheFaultHasIt(forThisEnd.take(pair, ids, leastAge));
    }

    private List<SessionKey> asTheFaultHasIt(List<SessionKey> keys) {
        if (fault.kind() != KmeFault.Kind.WRONG_KEY) {
            return keys;
        }
        return keys.stream()
                .map(key -> {
                    try (SecretBytes right = key.bytes()) {
                        return new SessionKey(key.id(), link.key(right.lengthBytes()));
                    }
                })
                .toList();
    }
}
