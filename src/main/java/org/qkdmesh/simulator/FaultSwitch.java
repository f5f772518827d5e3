package org.qkdmesh.simulator;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.simulator.KmeFault.Kind;
import org.qkdmesh.transport.RouteServer;

/** Switches the faults of all KMEs of the simulator; one that is down has no port open. Safe for use by several threads. */
final class FaultSwitch {

    private record Box(SimulatedKme kme, RouteServer server) {}

    private final Map<KmeId, Box> boxes = new LinkedHashMap<>();
    private final EventLog events;

    FaultSwitch(EventLog events) {
        this.events = events;
    }

    synchronized void add(SimulatedKme kme, RouteServer server) {
        boxes.put(kme.id(), new Box(kme, server));
    }

    synchronized Collection<SimulatedKme> kmes() {
        return boxes.values().stream().map(Box::kme).toList();
    }

    /**
     * @throws Refusal 404 when there is no such KME
     */
    synchronized void set(KmeId id, KmeFault fault) {
        Box box = boxes.get(id);
        if (box == null) {
            throw new Refusal(Refusal.Status.NOT_FOUND, "kme: there is no simulated KME of this id");
        }
        boolean wasDown = box.kme().fault().kind() == Kind.DOWN;
        box.kme().setFault(fault);
        if (fault.kind() == Kind.DOWN) {
            box.server().stop();
        } else if (wasDown) {
            box.server().start();
        }
        events.noted("simulated-fault", id + ": " + fault.kind().wireName());
    }
}
