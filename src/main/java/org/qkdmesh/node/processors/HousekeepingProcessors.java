package org.qkdmesh.node.processors;

import java.util.List;
import java.util.OptionalLong;
import org.apache.camel.Exchange;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.relay.Ingress;
import org.qkdmesh.relay.Sealing;
import org.qkdmesh.sae.PairRefusals;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.Sweep;
import org.qkdmesh.store.Tally;

/** The steps of {@code expire-keys} and {@code observe-store}. */
public final class HousekeepingProcessors {

    private record Observed(List<Tally> tallies, OptionalLong oldestNotice) {}

    private final NodeStore store;
    private final Ingress ingress;
    private final Neighbours neighbours;
    private final Discovery discovery;
    private final Sealing sealing;
    private final PairRefusals refusals;
    private final Sweep sweep;
    private volatile Observed observed = new Observed(List.of(), OptionalLong.empty());

    public HousekeepingProcessors(
            NodeStore store,
            Ingress ingress,
            Neighbours neighbours,
            Discovery discovery,
            Sealing sealing,
            PairRefusals refusals,
            EventLog events) {
        this.store = store;
        this.ingress = ingress;
        this.neighbours = neighbours;
        this.discovery = discovery;
        this.sealing = sealing;
        this.refusals = refusals;
        this.sweep = new Sweep(store, events);
    }

    public void expireKeys(Exchange exchange) {
        neighbours.all().forEach(LinkKeys::expire);
        sweep.run();
        ingress.voidOverdue();
        discovery.forgetOld();
        sealing.removeOld();
        refusals.save();
    }

    public void observeStore(Exchange exchange) {
        observed = store.transact(tx -> new Observed(tx.tallies(), tx.oldestNotice()));
    }

    /** What was in the store when it was last looked at; waits for nothing. */
    public List<Tally> tallies() {
        return observed.tallies();
    }

    /** How old the oldest notice is that is owed; 0 when none was owed when the store was last looked at. */
    public double oldestNoticeSeconds() {
        OptionalLong madeAt = observed.oldestNotice();
        return madeAt.isEmpty() ? 0 : Math.max(0, store.age() - madeAt.getAsLong()) / 1000.0;
    }
}
