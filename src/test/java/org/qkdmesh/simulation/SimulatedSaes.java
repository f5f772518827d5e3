package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.relay.Branch;
import org.qkdmesh.relay.Destination;
import org.qkdmesh.relay.HopAnswer;
import org.qkdmesh.relay.RelayRequest;

/** What the SAEs of a node ask it for, and what routes do to serve them. */
final class SimulatedSaes {

    private final SimulatedProcess process;
    private final World world;
    private final Hops hops;

    SimulatedSaes(SimulatedProcess process, World world, Hops hops) {
        this.process = process;
        this.world = world;
        this.hops = hops;
    }

    private SaeId master() {
        return process.node().sae();
    }

    void ask(List<SaeId> slaves, int count, int keyBytes, Runnable atTheEnd) {
        Map<NodeId, List<SaeId>> homes = new LinkedHashMap<>();
        for (SaeId slave : slaves) {
            process.discovery.topology().home(slave).ifPresent(home -> homes.computeIfAbsent(
                            home, node -> new ArrayList<>())
                    .add(slave));
        }
        if (homes.isEmpty() || homes.values().stream().mapToInt(List::size).sum() < slaves.size()) {
            return;
        }
        if (homes.keySet().stream().allMatch(process.id()::equals)) {
            askForLocalKeys(slaves, count, keyBytes);
            return;
        }
        List<Destination> destinations = homes.entrySet().stream()
                .map(home -> new Destination(home.getKey(), new SaeGroup(master(), home.getValue())))
                .toList();
        nextAttempt(process.relayKeys.open(destinations, count, keyBytes), bySlave(destinations), atTheEnd);
    }

    /** What is left on the disk by a node that dies before it answers, nobody knows of. */
    private void askForLocalKeys(List<SaeId> slaves, int count, int keyBytes) {
        SaeGroup saes = new SaeGroup(master(), slaves);
        try {
            List<SessionKey> keys = process.localKeys.make(saes, KeyRequest.of(count, 8 * keyBytes));
            Map<SaeId, NodeId> homes = bySlave(List.of(new Destination(process.id(), saes)));
            world.judge.attemptBegun(
                    process.id(), homes, keys.stream().map(SessionKey::id).toList());
            world.judge.masterGot(master(), process.id(), homes, keys);
            keys.forEach(SessionKey::close);
        } catch (Refusal e) {
            // The master gets none.
        }
    }

    private static Map<SaeId, NodeId> bySlave(List<Destination> destinations) {
        Map<SaeId, NodeId> slaves = new LinkedHashMap<>();
        destinations.forEach(to -> to.saes().slaves().forEach(slave -> slaves.put(slave, to.node())));
        return slaves;
    }

    private void nextAttempt(RelayRequest request, Map<SaeId, NodeId> slaves, Runnable atTheEnd) {
        if (request.isOpen()) {
            process.relayKeys.plan(request, process.planner);
        }
        if (!request.isOpen()) {
            request.keys().ifPresent(keys -> world.judge.masterGot(master(), process.id(), slaves, keys));
            request.close();
            atTheEnd.run();
            return;
        }
        awaitSeals(request, slaves, atTheEnd);
    }

    private void awaitSeals(RelayRequest request, Map<SaeId, NodeId> slaves, Runnable atTheEnd) {
        Optional<NodeId> missing = process.relayKeys.notAgreed(request);
        if (missing.isEmpty()) {
            begin(request, slaves, atTheEnd);
        } else if (world.time.monotonicMillis() + SimulatedProcess.STEP >= request.attemptDeadline()) {
            process.relayKeys.giveUp(request, missing.get());
            goOn(request, slaves, atTheEnd);
        } else {
            process.after(SimulatedProcess.STEP, () -> awaitSeals(request, slaves, atTheEnd));
        }
    }

    private void begin(RelayRequest request, Map<SaeId, NodeId> slaves, Runnable atTheEnd) {
        if (process.relayKeys.begin(request)) {
            goOn(request, slaves, atTheEnd);
        } else {
            process.relayKeys.shortLink(request).ifPresent(link -> process.background()
                    .lackKeys(link, request.neededBytes(link.neighbour())));
            awaitLinkKeys(request, slaves, atTheEnd);
        }
    }

    /** Takes none while there are too few, as each try counts as demand. */
    private void awaitLinkKeys(RelayRequest request, Map<SaeId, NodeId> slaves, Runnable atTheEnd) {
        if (world.time.monotonicMillis() + SimulatedProcess.STEP >= request.attemptDeadline()) {
            process.relayKeys.giveUp(request);
            goOn(request, slaves, atTheEnd);
        } else if (process.relayKeys.shortLink(request).isPresent()) {
            process.after(SimulatedProcess.STEP, () -> awaitLinkKeys(request, slaves, atTheEnd));
        } else {
            process.after(SimulatedProcess.STEP, () -> begin(request, slaves, atTheEnd));
        }
    }

    private void goOn(RelayRequest request, Map<SaeId, NodeId> slaves, Runnable atTheEnd) {
        if (!request.isUnderWay()) {
            process.after(0, () -> nextAttempt(request, slaves, atTheEnd));
            return;
        }
        List<Branch> branches = request.branches();
        branches.forEach(branch -> world.judge.messageWritten(process.id(), branch.message()));
        List<KeyId> ids = branches.get(0).sessionKeyIds();
        world.judge.attemptBegun(process.id(), slaves, ids);
        int[] open = {branches.size()};
        for (Branch branch : branches) {
            hops.send(branch.message(), branch.sends(), request.attemptDeadline(), outcome -> {
                if (outcome instanceof HopAnswer.Unknown && world.faults.happens(world.faults.worseComes)) {
                    process.node().dieAfterNextStep();
                }
                if (--open[0] == 0) {
                    decide(request, ids);
                    nextAttempt(request, slaves, atTheEnd);
                }
            });
        }
    }

    /** A node that dies of its decision may have decided to give the keys; if it has not, it owes voids of them. */
    private void decide(RelayRequest request, List<KeyId> ids) {
        try {
            process.relayKeys.decide(request);
        } catch (SimulatedCrash e) {
            if (e.isCommitted() && process.node().holdsAnyOf(Set.copyOf(ids))) {
                world.judge.answerToMasterWasLost(ids);
            }
            throw e;
        }
    }

    /** False when the slave was told to come again. */
    boolean fetch(SaePair pair, List<KeyId> ids) {
        try {
            List<SessionKey> keys = process.fetchKeys.fetch(pair, ids);
            world.judge.slaveGot(pair, keys);
            keys.forEach(SessionKey::close);
            return true;
        } catch (SimulatedCrash e) {
            if (e.isCommitted()) {
                world.judge.answerToSlaveWasLost(pair, ids);
            }
            throw e;
        } catch (Refusal e) {
            world.judge.slaveWasRefused(pair, ids, e);
            return !e.isTemporary();
        }
    }
}
