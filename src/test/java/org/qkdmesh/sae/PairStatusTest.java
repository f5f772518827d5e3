package org.qkdmesh.sae;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.etsi014.StatusDocument;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.policy.SaePattern;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.routing.ShortestPath;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.testing.ManualClock;

class PairStatusTest {

    private static final KeyLimits LIMITS = new KeyLimits(64, 1024, 256, 128, 1000);
    private static final NodeId N1 = new NodeId("tn-1");
    private static final NodeId N2 = new NodeId("tn-2");
    private static final NodeId N3 = new NodeId("tn-3");
    private static final SaePair PAIR = new SaePair(new SaeId("sae-a"), new SaeId("sae-b"));

    private final Map<Edge, Long> links = new HashMap<>();
    private final MemoryStore store = new MemoryStore(new ManualClock());
    private long ownStock;
    private PairPolicies policies = PairPolicies.ANY;

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void storedKeyCount_isWhatThePoorestLinkCarries_eachKeyWithItsTagAndItsSeal() {
        ownStock = 10 * 80;
        link(N1, N2, 1);
        link(N2, N3, 5 * 80 + 79);
        link(N3, N2, 1_000_000);
        assertThat(count(N3)).isEqualTo(5);
        link(N2, N3, 1_000_000);
        assertThat(count(N3)).isEqualTo(10);
    }

    @Test
    void storedKeyCount_withoutASeal_countsTheTagAlone() {
        policies = unsealed();
        ownStock = 10 * 64;
        link(N1, N2, 1);
        assertThat(count(N2)).isEqualTo(10);
    }

    private static PairPolicies unsealed() {
        SaePattern all = new SaePattern("*");
        PairPolicy off = new PairPolicy(
                PairPolicy.Bounds.NONE, PairPolicy.Rates.NONE, 1, PairPolicy.Seal.OFF, PairPolicy.Paths.SINGLE);
        return new PairPolicies(List.of(new PairPolicies.Entry(all, all, off)));
    }

    @Test
    void storedKeyCount_ofShares_isWhatThePoorestOfTheirPathsHas_andNoneWhereThereAreTooFew() {
        ownStock = 10 * 80;
        link(N1, N2, 1);
        link(N2, N3, 3 * 80);
        policies = paths(PairPolicy.Paths.Choice.DISJOINT);
        assertThat(count(N3)).isZero();
        policies = paths(PairPolicy.Paths.Choice.PREFER_DISJOINT);
        assertThat(count(N3)).isEqualTo(3);
        NodeId other = new NodeId("tn-4");
        link(N1, other, 1);
        link(other, N3, 2 * 80);
        assertThat(count(N3)).isEqualTo(2);
        policies = paths(PairPolicy.Paths.Choice.DISJOINT);
        assertThat(count(N3)).isEqualTo(2);
    }

    private static PairPolicies paths(PairPolicy.Paths.Choice choice) {
        PairPolicy shares = PairPolicy.UNLIMITED.with(new PairPolicy.Paths(choice, 2));
        SaePattern all = new SaePattern("*");
        return new PairPolicies(List.of(new PairPolicies.Entry(all, all, shares)));
    }

    @Test
    void storedKeyCount_isZero_whenThereIsNoPathOrALinkIsEmpty() {
        ownStock = 1_000_000;
        assertThat(count(N3)).isZero();
        link(N1, N2, 1_000_000);
        link(N2, N3, 63);
        assertThat(count(N3)).isZero();
    }

    @Test
    void storedKeyCount_isNeverAboveTheMaximum() {
        ownStock = Long.MAX_VALUE;
        link(N1, N2, 0);
        assertThat(count(N2)).isEqualTo(1000);
    }

    @Test
    void storedKeyCount_ofTwoSaesOfThisNode_isTheRoomThatIsLeft() {
        assertThat(count(N1)).isEqualTo(1000);
        new LocalKeys(N1, store, RelayLimits.defaults(), PairPolicies.ANY::of, new SecureRandom(), () -> new UUID(1, 1))
                .make(SaeGroup.of(PAIR), KeyRequest.of(10, 256));
        assertThat(count(N1)).isEqualTo(990);
    }

    @Test
    void status_namesBothEndsAndTheLimits() {
        StatusDocument status = status(N3);
        assertThat(status)
                .isEqualTo(new StatusDocument("tn-1", "tn-3", "sae-a", "sae-b", 256, 0, 1000, 128, 1024, 64, 0));
    }

    @Test
    void status_ofAPairWithLimitsOfItsOwn_tellsThem_andNeverMoreThanTheNodeGives() {
        policies = new PairPolicies(List.of(new PairPolicies.Entry(
                new SaePattern("sae-*"),
                new SaePattern("sae-b"),
                PairPolicy.UNLIMITED.with(new PairPolicy.Bounds(8, 128, 5_000, 7)))));

        assertThat(status(N1))
                .isEqualTo(new StatusDocument("tn-1", "tn-1", "sae-a", "sae-b", 128, 7, 7, 128, 128, 64, 0));
    }

    private void link(NodeId from, NodeId to, long bytes) {
        links.put(new Edge(from, to), bytes);
    }

    private int count(NodeId egress) {
        return status(egress).storedKeyCount();
    }

    private StatusDocument status(NodeId egress) {
        Topology topology = new Topology(N1, links, Map.of(), true);
        return new PairStatus(
                        N1,
                        new PairLimits(LIMITS, policies),
                        new KeyRates(new ManualClock(), pair -> 0),
                        () -> topology,
                        neighbour -> ownStock,
                        store)
                .of(PAIR, egress, new ShortestPath());
    }
}
