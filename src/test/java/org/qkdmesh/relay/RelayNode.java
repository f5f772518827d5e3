package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.qkdmesh.crypto.KeyAgreement;
import org.qkdmesh.etsi020.ExtKeyCodec;
import org.qkdmesh.etsi020.Extension;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.kme.LinkKeyLimits;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.routing.EdgeStandings;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.seal.IncomingSeals;
import org.qkdmesh.seal.OutgoingSeals;
import org.qkdmesh.store.CrashPoints;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;
import org.qkdmesh.testing.RecordedEvents;

/** The relay's classes of one node on a store in memory; whatever they would have another part do is written down. */
final class RelayNode implements RelaySignals {

    static final ExtKeyCodec CODEC = new ExtKeyCodec(Extension.DOCUMENTATION);

    final NodeId id;
    UUID epoch;
    final MemoryStore disk;

    /** Before the disk; tells of each step. */
    final NodeStore store;

    final Neighbours neighbours;
    final Ingress ingress;
    final RelayKeys relayKeys;
    final Receiver receiver;
    final Notices notices;
    final Outbox outbox;
    final Sealing sealing;
    final SealLetters sealLetters;
    final RecordedEvents events = new RecordedEvents();

    final List<NodeId> epochsAsked = new ArrayList<>();
    final List<Edge> failedLinks = new ArrayList<>();
    final List<NodeId> sealsWanted = new ArrayList<>();
    int timesNoticesOwed;
    Consumer<String> atStep = step -> {};

    RelayNode(
            NodeId id,
            UUID epoch,
            Set<NodeId> neighbourIds,
            RelayLimits limits,
            LinkKeyLimits linkLimits,
            RandomGenerator random,
            Agreements agreements,
            RelayMesh mesh) {
        this.id = id;
        this.epoch = epoch;
        disk = new MemoryStore(mesh.clock);
        store = new CrashPoints(disk, step -> atStep.accept(step));
        Map<NodeId, LinkKeys> links = new HashMap<>();

        neighbourIds.forEach(neighbour -> {
            KmePair pair = new KmePair(new KmeId("kme-" + id), new KmeId("kme-" + neighbour));
            links.put(
                    neighbour,
                    new LinkKeys(
                            neighbour, epoch, List.of(pair), Combine.ANY, linkLimits, mesh.clock, events, () -> {}));
        });
        neighbours = new Neighbours(links);
        KeyAgreement agreement = agreements.agreement();
        NodeSigner signer = agreements.signers().apply(id);
        NodeVerifier verifier = agreements.verifier();
        sealing = new Sealing(
                pair -> mesh.sealed && !mesh.unsealed.contains(pair.slave()),
                new OutgoingSeals(id, agreement, signer, verifier, mesh.clock, random, sealsWanted::add),
                new IncomingSeals(id, agreement, signer, mesh.clock));
        EdgeStandings standings = new EdgeStandings(mesh.clock, events);
        Courier courier = new Courier(id, () -> mesh.topology(id), new ShortestPath(), standings);
        sealLetters = new SealLetters(id, sealing.outgoing(), sealing.incoming(), verifier, courier, events);
        ingress = new Ingress(id, store, limits, mesh::policy, random, () -> this.epoch, this, events, CODEC);
        relayKeys = new RelayKeys(
                id,
                ingress,
                neighbours,
                () -> mesh.topology(id),
                limits,
                mesh.clock,
                this,
                sealing,
                mesh::policy,
                standings);
        Egress egress = new Egress(
                store,
                limits,
                sae -> id.equals(mesh.homes.get(sae)),
                mesh::policy,
                () -> mesh.topology(id),
                sealing,
                () -> this.epoch,
                events);
        receiver = new Receiver(id, neighbours, egress, limits, mesh.clock, this, events, CODEC);
        notices = new Notices(id, disk, courier, signer, verifier, limits, events);
        outbox = new Outbox(id, disk, courier, signer, verifier, mesh.clock);
    }

    LinkKeys link(NodeId neighbour) {
        return neighbours.link(neighbour).orElseThrow();
    }

    <T> T look(Function<StoreTransaction, T> eyes) {
        return disk.transact(eyes);
    }

    /** How many keys wait here, for whomever. */
    int storedKeys() {
        return look(StoreTransaction::countKeys);
    }

    /** The copy of {@code sae-b}. */
    Optional<StoredKey> storedKey(KeyId key) {
        return storedKey(key, RelayMesh.SLAVE);
    }

    Optional<StoredKey> storedKey(KeyId key, SaeId slave) {
        return look(tx -> tx.key(key, slave));
    }

    /** Decides by these answers, in the order of the attempt's branches. */
    Decision decide(Attempt attempt, HopAnswer... answers) {
        answered(attempt.branches(), answers);
        return ingress.decide(attempt);
    }

    void decide(RelayRequest request, HopAnswer... answers) {
        answered(request.branches(), answers);
        relayKeys.decide(request);
    }

    private static void answered(List<Branch> branches, HopAnswer... answers) {
        for (int i = 0; i < answers.length; i++) {
            branches.get(i).sends().answered(answers[i]);
        }
    }

    int records() {
        return look(StoreTransaction::countRecords);
    }

    @Override
    public void askEpoch(NodeId neighbour) {
        epochsAsked.add(neighbour);
    }

    @Override
    public void linkFailed(Edge edge) {
        failedLinks.add(edge);
    }

    @Override
    public void noticesOwed() {
        timesNoticesOwed++;
    }
}
