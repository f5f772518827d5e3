package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.discovery.TestMesh.edge;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoredKey;

class DiscoveryTest {

    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    private static final NodeId D = new NodeId("d");

    private final TestMesh mesh = TestMesh.line("a", "b", "c", "d");

    @Test
    void everyNode_learnsAllLinksAndHomesWithinASecondPerHop() {
        mesh.start().run(3_000);

        for (TestMesh.Node node : mesh.nodes.values()) {
            Topology topology = node.discovery.topology();
            assertThat(topology.edges())
                    .containsExactlyInAnyOrder(
                            edge("a", "b"),
                            edge("b", "a"),
                            edge("b", "c"),
                            edge("c", "b"),
                            edge("c", "d"),
                            edge("d", "c"));
            assertThat(topology.homes()).hasSize(4).containsEntry(new SaeId("sae-d"), D);
            assertThat(topology.compared()).isTrue();
            assertThat(node.events.alarms).isEmpty();
        }
    }

    @Test
    void availability_isALowerBoundInPowersOfTwo() {
        mesh.node("b").available.put(A, 1000L);
        mesh.node("c").available.put(D, 0L);
        mesh.start().run(3_000);

        assertThat(mesh.discovery("d").topology().links())
                .containsEntry(edge("b", "a"), 512L)
                .containsEntry(edge("c", "d"), 0L);
    }

    @Test
    void smallChangesOfStock_areNotAdvertised() {
        mesh.start().run(5_000);
        int before = mesh.node("b").signed;

        mesh.node("b").available.put(A, 1023L);
        mesh.run(5_000);
        assertThat(mesh.node("b").signed).isEqualTo(before);

        mesh.node("b").available.put(A, 1024L);
        mesh.run(1_500);
        assertThat(mesh.node("b").signed).isEqualTo(before + 1);
        assertThat(mesh.discovery("d").topology().links()).containsEntry(edge("b", "a"), 1024L);
    }

    @Test
    void ownChanges_makeAtMostOneAdvertASecond() {
        mesh.start().run(5_000);
        int before = mesh.node("b").signed;
        for (int i = 0; i < 40; i++) {
            mesh.node("b").available.put(A, 1L << (i % 2 == 0 ? 4 : 12));
            mesh.run(100);
        }

        assertThat(mesh.node("b").signed - before).isBetween(3, 5);
    }

    @Test
    void withoutChanges_advertsAreRefreshedEvery30Seconds() {
        mesh.start().run(60_000);
        int before = mesh.node("b").signed;
        mesh.run(300_000);

        assertThat(mesh.node("b").signed - before).isEqualTo(10);
        assertThat(mesh.discovery("a").topology().edges()).hasSize(6);
    }

    @Test
    void aLink_countsOnlyWhenBothEndsAdvertiseIt() {
        mesh.start().run(3_000);
        mesh.cut.add(edge("c", "d"));
        mesh.run(8_000);

        assertThat(mesh.discovery("a").topology().edges()).doesNotContain(edge("c", "d"), edge("d", "c"));
        assertThat(mesh.discovery("d").topology().edges()).doesNotContain(edge("c", "d"), edge("d", "c"));
        assertThat(mesh.discovery("a").topology().homes()).containsEntry(new SaeId("sae-d"), D);
    }

    @Test
    void aNodeThatIsNotForTransit_isReachedButNotCrossed_andStillReachesAll() {
        mesh.start().run(3_000);
        mesh.discovery("b").offerTransit(false);
        mesh.run(3_000);

        assertThat(mesh.discovery("a").topology().edges())
                .contains(edge("a", "b"))
                .doesNotContain(edge("b", "c"));
        assertThat(mesh.discovery("d").topology().edges())
                .contains(edge("c", "b"))
                .doesNotContain(edge("b", "a"));
        assertThat(mesh.discovery("b").topology().edges()).hasSize(6);

        mesh.discovery("b").offerTransit(true);
        mesh.run(3_000);
        assertThat(mesh.discovery("a").topology().edges()).hasSize(6);
    }

    @Test
    void aNeighbourThatIsKilled_isSilentSinceItsLastAnswer() {
        mesh.start().run(3_000);
        mesh.node("b").kill();
        mesh.run(8_000);

        NeighbourState neighbour = mesh.discovery("a").neighbours().get(0);
        assertThat(neighbour.id()).isEqualTo(B);
        assertThat(neighbour.up()).isFalse();
        assertThat(neighbour.silentMillis().orElseThrow()).isBetween(8_000L, 13_000L);
    }

    @Test
    void aNodeThatIsKilled_isKnownToBeGoneWithinSeconds() {
        mesh.start().run(3_000);
        mesh.node("d").kill();
        mesh.run(8_000);

        assertThat(mesh.discovery("a").topology().edges()).doesNotContain(edge("c", "d"), edge("d", "c"));
    }

    @Test
    void aNodeThatIsStartedAnew_knowsEverythingAndIsKnownWithinSeconds() {
        mesh.start().run(40_000);
        mesh.node("d").restart();
        assertThat(mesh.discovery("d").topology().compared()).isFalse();
        assertThat(mesh.discovery("d").topology().homes()).containsEntry(new SaeId("sae-a"), A);
        mesh.run(4_000);

        assertThat(mesh.discovery("d").topology().edges()).hasSize(6);
        assertThat(mesh.discovery("a").topology().edges()).hasSize(6);
        assertThat(mesh.node("d").events.refused).isEmpty();
    }

    /** Else an SAE that is known elsewhere would be called unknown for a moment. */
    @Test
    void aNeighbourThatHasNotAdvertisedYet_isNobodyToCompareWith() {
        mesh.node("a").start();
        mesh.node("b").start();
        mesh.node("a").exchange(B);
        assertThat(mesh.discovery("a").topology().compared()).isFalse();

        mesh.node("c").start();
        mesh.node("d").start();
        mesh.run(2_500);
        mesh.nodes.values().forEach(node -> assertThat(node.discovery.topology().compared())
                .as(node.id.text())
                .isTrue());
    }

    @Test
    void nodesStartedTogether_callTheMeshKnownOnlyOnceTheyKnowEverySae() {
        mesh.start();
        for (int step = 0; step < 40; step++) {
            mesh.run(TestMesh.STEP_MS);
            for (TestMesh.Node node : mesh.nodes.values()) {
                Topology topology = node.discovery.topology();
                assertThat(!topology.compared() || topology.homes().size() == 4)
                        .as(topology.toString())
                        .isTrue();
            }
        }
        assertThat(mesh.nodes.values())
                .allMatch(node -> node.discovery.topology().compared());
    }

    @Test
    void aMeshThatIsAllStartedAnew_findsItselfAgain() {
        mesh.start().run(40_000);
        mesh.nodes.values().forEach(TestMesh.Node::restart);
        mesh.run(4_000);

        mesh.nodes.values().forEach(node -> {
            assertThat(node.discovery.topology().edges()).hasSize(6);
            assertThat(node.events.alarms).isEmpty();
        });
    }

    @Test
    void anOldCopyOfANode_isFoundOutAndGoesOnAboveWhatItWas() {
        mesh.start().run(20_000);
        MemoryStore.Snapshot old = mesh.node("d").store.snapshot();
        mesh.run(300_000);
        long highest = sequenceOf("d");
        mesh.node("d").kill();
        mesh.node("d").store.restore(old);
        mesh.node("d").start();
        mesh.run(4_000);

        assertThat(mesh.node("d").events.alarms).singleElement().asString().startsWith("restored-copy");
        assertThat(sequenceOf("d")).isGreaterThan(highest);
        assertThat(mesh.discovery("a").topology().edges()).contains(edge("d", "c"), edge("c", "d"));
    }

    @Test
    void anOldCopy_isFoundOutEvenAfterALongTimeAlone() {
        mesh.start().run(20_000);
        MemoryStore.Snapshot old = mesh.node("d").store.snapshot();
        mesh.run(100_000);
        mesh.node("d").kill();
        mesh.node("d").store.restore(old);
        mesh.cutBothWays("c", "d");
        mesh.node("d").start();
        mesh.run(600_000);
        assertThat(mesh.node("d").events.alarms).singleElement().asString().startsWith("start-unconfirmed");

        mesh.cut.clear();
        mesh.run(10_000);
        assertThat(mesh.node("d").events.alarms).last().asString().startsWith("restored-copy");
    }

    /** Whoever hands them over. */
    @Test
    void advertsWithoutEnd_areTakenTwiceASecond_andTheAlarmIsTheirNodes() {
        mesh.start().run(5_000);
        TestMesh.Node d = mesh.node("d");
        for (int i = 1; i <= 60; i++) {
            Advert advert = new Advert(A, sequenceOf("a") + i, mesh.clock.wall(), List.of(), List.of(), true);
            String signed = CheapSignatures.of(A).sign(AdvertCodec.TYPE, AdvertCodec.encode(advert));
            d.discovery.received(C, new Exchange(List.of(new TimedAdvert(signed, 100_000)), Map.of(), ""));
        }
        assertThat(d.events.refusedOf).hasSizeBetween(38, 41).containsOnly("a: too_often");
        mesh.run(30_000);
        assertThat(mesh.discovery("d").topology().edges())
                .as("it is heard again")
                .hasSize(6);
    }

    @Test
    void advertsThatWereKnownBefore_areTheFaultOfWhoHandsThemOver_notOfTheirNode() {
        mesh.start().run(5_000);
        TestMesh.Node b = mesh.node("b");
        String old = heldBy("b", "d").jws();
        mesh.run(40_000);
        TimedAdvert last = heldBy("b", "d");

        offer("b", old);
        mesh.cutBothWays("b", "c");
        mesh.run(110_000);
        offer("b", last.jws());

        assertThat(b.events.refusedOf).containsExactly("a: stale", "a: replayed");
    }

    @Test
    void newAdvertsThatComeWithoutLifeOrMuchTooLate_areTheFaultOfWhoHandsThemOver_notOfTheirNode() {
        mesh.start().run(5_000);
        TestMesh.Node b = mesh.node("b");
        offer("b", advertOfE(1, -401_000));
        b.discovery.received(A, new Exchange(List.of(new TimedAdvert(advertOfE(2, 0), 0)), Map.of(), ""));

        assertThat(b.events.refusedOf).containsExactly("a: too_old", "a: too_old");
    }

    @Test
    void ofAllThatANeighbourHandsOver_oneAdvertOfEachNodeIsVerified_andOnlyIfItIsOfUse() {
        mesh.start().run(5_000);
        TestMesh.Node b = mesh.node("b");
        List<TimedAdvert> many = new ArrayList<>();
        for (long sequence = 1; sequence <= 100; sequence++) {
            many.add(new TimedAdvert(advertOf(C, sequence, 0), 90_000));
            many.add(new TimedAdvert(advertOf(D, sequenceOf("d") + sequence, 0), 90_000));
            many.add(new TimedAdvert(advertOf(new NodeId("e"), sequence, -401_000), 90_000));
            many.add(new TimedAdvert(advertOf(new NodeId("f"), sequence, 0), 0));
            many.add(new TimedAdvert(advertOf(B, sequenceOf("b"), -sequence), 90_000));
        }
        long newest = sequenceOf("d") + 100;
        int before = b.verified;
        b.discovery.received(A, new Exchange(many, Map.of(), ""));

        assertThat(b.verified - before).isEqualTo(1);
        assertThat(b.sequenceOf(D)).isEqualTo(newest);
        assertThat(b.events.refused).hasSize(100 + 99 + 100 + 100).containsOnly("stale", "too_old");
        assertThat(b.events.alarms).isEmpty();
    }

    @Test
    void anAdvertThatIsHandedOverTwiceAtOnce_isTakenOnce() {
        mesh.start().run(5_000);
        TestMesh.Node b = mesh.node("b");
        TimedAdvert ofE = new TimedAdvert(advertOfE(1, 0), 90_000);
        b.discovery.received(A, new Exchange(List.of(ofE, ofE), Map.of(), ""));

        assertThat(b.discovery.adverts()).extracting(Advert::node).contains(new NodeId("e"));
        assertThat(b.events.refusedOf).containsExactly("a: stale");
    }

    /** One that only the lost history of an old copy can have signed, among others that say nothing. */
    @Test
    void ownAdvertsOfALostHistory_areFoundAmongOldOnes() {
        mesh.start().run(20_000);
        TestMesh.Node d = mesh.node("d");
        d.restart();
        List<TimedAdvert> handed = new ArrayList<>();
        for (long sequence : List.of(1L, sequenceOf("d") + 7, sequenceOf("d"))) {
            handed.add(new TimedAdvert(advertOf(D, sequence, 0), 90_000));
        }
        int before = d.verified;
        d.discovery.received(C, new Exchange(handed, Map.of(), ""));

        assertThat(d.verified - before).isEqualTo(1);
        assertThat(d.events.alarms).singleElement().asString().startsWith("restored-copy");
        assertThat(d.events.refused).isEmpty();
    }

    @Test
    void aSequenceThatANeighbourClaimsWithoutTheAdvert_saysNothing() {
        mesh.start().run(20_000);
        TestMesh.Node d = mesh.node("d");
        d.restart();
        long claimed = sequenceOf("d") + 1;
        Advert advert = new Advert(D, claimed, mesh.clock.wall(), List.of(), List.of(), false);
        String forged = CheapSignatures.of(C).sign(AdvertCodec.TYPE, AdvertCodec.encode(advert));
        String lower = heldBy("c", "d").jws();

        for (String shown : List.of("", forged, lower)) {
            d.discovery.received(C, new Exchange(List.of(), Map.of(D, claimed), shown));
            d.discovery.request(C);
            d.discovery.answered(C, new Exchange(List.of(), Map.of(D, claimed), shown));
        }

        assertThat(d.events.alarms).isEmpty();
        assertThat(d.events.refused).hasSize(6).containsOnly("unproven_sequence");
        assertThat(d.discovery.mayServe(anOldKey())).isFalse();

        d.exchange(C);
        assertThat(d.discovery.mayServe(anOldKey())).isTrue();
    }

    private StoredKey anOldKey() {
        SaePair pair = new SaePair(new SaeId("sae-a"), new SaeId("sae-d"));
        return new StoredKey(
                new KeyId(UUID.randomUUID()),
                SaeGroup.of(pair),
                A,
                SecretBytes.owning(new byte[32]),
                0,
                Long.MAX_VALUE);
    }

    @Test
    void afterARestart_noLinkGoesDownWhileTheNodeTriesItsNeighboursOneByOne() {
        mesh.start().run(5_000);
        TestMesh.Node b = mesh.node("b");
        b.restart();

        b.exchange(A);
        b.exchange(A);
        assertThat(mesh.discovery("a").topology().edges()).contains(edge("b", "c"));
        b.exchange(C);
        b.exchange(A);
        assertThat(mesh.discovery("a").topology().edges()).contains(edge("b", "c"));
    }

    @Test
    void afterARestart_aNeighbourThatDoesNotAnswerIsNotWaitedForLong() {
        mesh.start().run(5_000);
        long before = mesh.node("a").sequenceOf(B);
        TestMesh.Node b = mesh.node("b");
        b.restart();
        b.discovery.tick();
        b.discovery.request(C);
        b.exchange(A);
        assertThat(mesh.node("a").sequenceOf(B)).isEqualTo(before);

        mesh.clock.advance(OwnAdvert.MIN_DISTANCE_MS);
        b.exchange(A);
        b.exchange(A);
        assertThat(mesh.node("a").sequenceOf(B)).isGreaterThan(before);
        assertThat(mesh.discovery("a").topology().edges()).doesNotContain(edge("b", "c"));
    }

    @Test
    void configure_withAnotherSae_tellsAllWithinASecondOrTwo() {
        mesh.start().run(5_000);
        SaeId added = new SaeId("sae-new");
        mesh.discovery("d").configure(new DiscoverySettings(D, List.of(C), List.of(added), Map.of()));
        assertThat(mesh.discovery("d").topology().homes()).containsEntry(added, D);
        mesh.run(2_000);

        assertThat(mesh.discovery("a").topology().homes())
                .containsEntry(added, D)
                .doesNotContainKey(new SaeId("sae-d"));
    }

    @Test
    void configure_withoutANeighbour_takesTheLinkAwayAndWithItAgainBringsItBack() {
        mesh.start().run(5_000);
        TestMesh.Node c = mesh.node("c");
        c.discovery.request(D);
        c.discovery.configure(new DiscoverySettings(C, List.of(B), c.saes, Map.of()));
        c.discovery.answered(D, new Exchange(List.of(), Map.of(), ""));
        c.discovery.failed(D);

        assertThat(c.discovery.topology().edges()).contains(edge("b", "c")).doesNotContain(edge("c", "d"));
        assertThatThrownBy(() -> c.discovery.received(D, new Exchange(List.of(), Map.of(), "")))
                .isInstanceOf(Refusal.class);

        c.discovery.configure(new DiscoverySettings(C, List.of(B, D), c.saes, Map.of()));
        mesh.run(4_000);
        assertThat(mesh.discovery("a").topology().edges()).contains(edge("c", "d"), edge("d", "c"));
    }

    @Test
    void aNodeWithoutNeighbours_knowsItselfAtOnce() {
        TestMesh alone = TestMesh.line("a").start();

        assertThat(alone.discovery("a").topology().compared()).isTrue();
        assertThat(alone.discovery("a").topology().homes()).containsOnly(Map.entry(new SaeId("sae-a"), A));
        assertThat(alone.discovery("a").tick()).isEmpty();
    }

    @Test
    void adverts_endAfter100SecondsAndTheHomesStay() {
        mesh.start().run(5_000);
        mesh.cutBothWays("b", "c");
        mesh.run(95_000);
        assertThat(mesh.discovery("a").adverts()).extracting(Advert::node).contains(D);
        mesh.run(15_000);

        assertThat(mesh.discovery("a").adverts()).extracting(Advert::node).doesNotContain(D);
        assertThat(mesh.discovery("a").topology().edges()).containsOnly(edge("a", "b"), edge("b", "a"));
        assertThat(mesh.discovery("a").topology().homes()).containsEntry(new SaeId("sae-d"), D);
    }

    @Test
    void theLifeOfAnAdvert_onlyShrinksOnItsWay() {
        mesh.start().run(20_000);
        mesh.cutBothWays("b", "c");
        mesh.run(40_000);

        Exchange fromB = mesh.discovery("b").received(A, new Exchange(List.of(), Map.of(), ""));
        TimedAdvert ofD = fromB.adverts().stream()
                .filter(advert -> advert.jws().contains("|d|"))
                .findFirst()
                .orElseThrow();
        assertThat(ofD.lifeMs()).isLessThanOrEqualTo(TimedAdvert.FULL_LIFE_MS - 40_000);

        TestMesh.Node late = mesh.node("a");
        late.restart();
        late.exchange(B);
        mesh.clock.advance(ofD.lifeMs());
        late.discovery.tick();
        assertThat(late.discovery.adverts()).extracting(Advert::node).doesNotContain(D);
    }

    @Test
    void anAdvertWhoseLifeANeighbourCutShort_isBelievedUntilItsNodesNextOne() {
        mesh.start().run(5_000);
        mesh.node("d").available.put(C, 4_096L);
        mesh.discovery("d").tick();
        String next = heldBy("d", "d").jws();
        mesh.discovery("b").received(A, new Exchange(List.of(new TimedAdvert(next, 1)), Map.of(), ""));

        for (int step = 0; step < 2 * OwnAdvert.REFRESH_MS / TestMesh.STEP_MS; step++) {
            mesh.run(TestMesh.STEP_MS);
            assertThat(mesh.discovery("b").topology().edges()).hasSize(6);
        }
    }

    @Test
    void anAdvertWhoseLifeIsNearlyOver_isNotBelievedForLong() {
        mesh.start().run(5_000);
        mesh.discovery("b").received(A, new Exchange(List.of(new TimedAdvert(advertOfE(1, 0), 1)), Map.of(), ""));
        mesh.run(AdvertBook.LEAST_LIFE_MS);

        assertThat(mesh.discovery("b").adverts()).extracting(Advert::node).doesNotContain(new NodeId("e"));
    }

    @Test
    void anAdvertThatEnded_isNotBelievedAgain() {
        mesh.start().run(5_000);
        TimedAdvert ofD = heldBy("b", "d");
        mesh.cutBothWays("b", "c");
        mesh.run(110_000);

        mesh.discovery("b").received(A, new Exchange(List.of(ofD), Map.of(), ""));

        assertThat(mesh.node("b").events.refused).containsExactly("replayed");
        assertThat(mesh.discovery("b").adverts()).extracting(Advert::node).doesNotContain(D);
    }

    @Test
    void anOlderAdvert_isRefusedAlsoAfterARestart() {
        mesh.start().run(5_000);
        TimedAdvert old = heldBy("b", "d");
        mesh.run(40_000);
        mesh.discovery("b").received(A, new Exchange(List.of(old), Map.of(), ""));
        assertThat(mesh.node("b").events.refused).containsExactly("stale");

        mesh.node("b").restart();
        mesh.discovery("b").received(A, new Exchange(List.of(old), Map.of(), ""));
        assertThat(mesh.node("b").events.refused).containsExactly("stale", "stale");
        assertThat(mesh.discovery("b").adverts()).isEmpty();
    }

    @Test
    void whatIsNotANodesOwnWord_isRefusedCountedAndChangesNothing() {
        mesh.start().run(5_000);
        Topology before = mesh.discovery("b").topology();
        Advert advert = new Advert(D, sequenceOf("d") + 1, mesh.clock.wall(), List.of(), List.of(), true);
        byte[] words = AdvertCodec.encode(advert);

        offer("b", "no signature");
        offer("b", CheapSignatures.of(D).sign("qkd-mesh-notice", words));
        offer("b", CheapSignatures.of(new NodeId("c")).sign(AdvertCodec.TYPE, words));
        offer("b", CheapSignatures.of(D).sign(AdvertCodec.TYPE, "{}".getBytes(StandardCharsets.UTF_8)));

        assertThat(mesh.node("b").events.refused).containsExactly("unsigned", "unsigned", "foreign", "malformed");
        assertThat(mesh.discovery("b").topology()).isSameAs(before);
    }

    @Test
    void anAdvertOfAnotherTime_isRefused() {
        mesh.start().run(5_000);
        long within = 400_000;
        offer("b", advertOfE(1, within + 1_000));
        offer("b", advertOfE(1, -within - 1_000));
        assertThat(mesh.node("b").events.refused).containsExactly("too_old", "too_old");

        offer("b", advertOfE(1, -within + 1_000));
        offer("b", advertOfE(2, within - 1_000));
        assertThat(mesh.node("b").events.refused).hasSize(2);
        assertThat(mesh.discovery("b").adverts()).extracting(Advert::sequence).contains(2L);
    }

    @Test
    void somebodyWhoIsNoNeighbour_isTurnedAway() {
        mesh.start();

        assertThatThrownBy(() -> mesh.discovery("a").received(D, new Exchange(List.of(), Map.of(), "")))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(Refusal.Status.UNAUTHORIZED));
        assertThat(mesh.node("a").events.refused).containsExactly("not_a_neighbour");
    }

    @Test
    void moreNodesThanAreKeptTrackOf_areRefused() {
        mesh.start().run(5_000);
        for (int i = 0; i < DiscoveryLimits.MOST_NODES; i++) {
            NodeId node = new NodeId("n" + i);
            Advert advert = new Advert(node, 1, mesh.clock.wall(), List.of(), List.of(), true);
            offer("b", CheapSignatures.of(node).sign(AdvertCodec.TYPE, AdvertCodec.encode(advert)));
        }

        assertThat(mesh.discovery("b").adverts()).hasSizeLessThanOrEqualTo(DiscoveryLimits.MOST_NODES);
        assertThat(mesh.node("b").events.refused).containsOnly("too_many_nodes").isNotEmpty();
        assertThat(ExchangeCodec.decode(
                        ExchangeCodec.encode(mesh.discovery("b").received(A, new Exchange(List.of(), Map.of(), "")))))
                .isNotNull();
    }

    @Test
    void moreNodesThanThereIsRoomFor_inOneExchange_areRefused() {
        mesh.node("b").limits = new DiscoveryLimits(5, 100);
        mesh.start().run(5_000);
        List<TimedAdvert> unheard = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            NodeId node = new NodeId("n" + i);
            Advert advert = new Advert(node, 1, mesh.clock.wall(), List.of(), List.of(), true);
            unheard.add(new TimedAdvert(
                    CheapSignatures.of(node).sign(AdvertCodec.TYPE, AdvertCodec.encode(advert)), 50_000));
        }
        int room = 5 - mesh.discovery("b").kept().nodes();

        mesh.discovery("b").received(A, new Exchange(unheard, Map.of(), ""));

        assertThat(mesh.discovery("b").kept().nodes()).isEqualTo(5);
        assertThat(mesh.node("b").events.refused).hasSize(10 - room).containsOnly("too_many_nodes");
    }

    @Test
    void nodeThatHasNoRoomForAnother_saysThatItMayNotKnowAll() {
        mesh.node("b").limits = new DiscoveryLimits(3, 100);
        mesh.start().run(5_000);

        assertThat(mesh.discovery("b").adverts()).hasSize(3);
        assertThat(mesh.discovery("b").kept().nodes()).isEqualTo(3);
        assertThat(mesh.discovery("b").topology().complete()).isFalse();
        assertThat(mesh.discovery("b").topology().compared()).isTrue();
        assertThat(mesh.discovery("a").topology().complete()).isTrue();
    }

    @Test
    void sequencesAndHomes_areForgottenAfterSevenDaysOfSilence() {
        mesh.start().run(5_000);
        TestMesh.Node b = mesh.node("b");
        mesh.node("d").kill();
        mesh.clock.advance(SaeDirectory.REMEMBERED_MS + 3_600_000);
        mesh.run(40_000);
        b.discovery.forgetOld();

        assertThat(b.sequenceOf(D)).isZero();
        assertThat(b.sequenceOf(A)).isPositive();
        assertThat(b.homeOnDisk(new SaeId("sae-d"))).isEmpty();
        assertThat(b.homeOnDisk(new SaeId("sae-a"))).isPresent();
        assertThat(b.discovery.topology().home(new SaeId("sae-d"))).isEmpty();
    }

    @Test
    void aShortage_emptiesALinkUntilTheNextAdvertOfItsSender() {
        mesh.start().run(3_000);
        mesh.discovery("a").shortage(edge("c", "d"));
        mesh.discovery("a").shortage(edge("x", "y"));

        assertThat(mesh.discovery("a").topology().links())
                .hasSize(6)
                .containsEntry(edge("c", "d"), 0L)
                .containsEntry(edge("d", "c"), 512L);

        mesh.node("d").available.put(new NodeId("c"), 100_000L);
        mesh.run(3_000);
        assertThat(mesh.discovery("a").topology().links()).containsEntry(edge("c", "d"), 0L);

        mesh.node("c").available.put(D, 3_000L);
        mesh.run(3_000);
        assertThat(mesh.discovery("a").topology().links()).containsEntry(edge("c", "d"), 2048L);
    }

    @Test
    void theSnapshot_isReplacedOnlyWhenSomethingInItChanged() {
        mesh.start().run(5_000);
        Topology before = mesh.discovery("a").topology();
        mesh.run(60_000);

        assertThat(mesh.discovery("a").topology()).isSameAs(before);
    }

    @Test
    void whenTheStoreFails_theAdvertIsTakenTheNextTime() {
        mesh.start().run(5_000);
        TestMesh.Node b = mesh.node("b");
        TimedAdvert advert = new TimedAdvert(advertOfE(1, 0), 90_000);
        b.disk.failNext(1);
        assertThatThrownBy(() -> b.discovery.received(A, new Exchange(List.of(advert), Map.of(), "")))
                .isInstanceOf(StoreFailure.class);
        assertThat(b.discovery.adverts()).hasSize(4);

        b.discovery.received(A, new Exchange(List.of(advert), Map.of(), ""));
        assertThat(b.discovery.adverts()).hasSize(5);
        assertThat(b.events.refused).isEmpty();
    }

    @Test
    void exchanges_settleDownToTheHeartbeat() {
        mesh.start().run(10_000);
        TestMesh.Node b = mesh.node("b");
        int before = b.requests;
        mesh.run(20_000);

        assertThat(b.requests - before).isBetween(2 * 3, 2 * 6);
    }

    @Test
    void whatANeighbourRefuses_isNotOfferedAgainAndAgain() {
        mesh.start().run(10_000);
        TestMesh.Node b = mesh.node("b");
        // Refused by everybody whose clock is right.
        mesh.clock.setWall(mesh.clock.wall().minusMillis(380_000));
        offer("b", advertOfE(1, 0));
        mesh.clock.setWall(mesh.clock.wall().plusMillis(2 * 380_000));
        int before = b.requests;
        mesh.run(20_000);

        assertThat(mesh.node("a").events.refused).contains("too_old");
        assertThat(b.requests - before).isLessThan(2 * 10);
    }

    @Test
    void aNeighbourThatIsDown_isTriedOnceASecondAndAtOnceWhenItCalls() {
        mesh.start().run(3_000);
        mesh.node("a").kill();
        mesh.run(10_000);
        TestMesh.Node b = mesh.node("b");
        int before = b.requests;
        mesh.run(10_000);
        assertThat(b.requests - before).isBetween(10, 14);

        mesh.node("a").start();
        mesh.run(300);
        assertThat(b.discovery.topology().compared()).isTrue();
        assertThat(b.events.noted)
                .contains("neighbour-down: a")
                .last()
                .asString()
                .isEqualTo("neighbour-up: a");
    }

    @Test
    void anExchangeOfWhichNothingIsHeard_takesTheLinkDownAndIsGivenUp() {
        mesh.start().run(3_000);
        Discovery a = mesh.discovery("a");
        mesh.clock.advance(Neighbour.HEARTBEAT_MS);
        assertThat(a.tick()).containsExactly(B);
        a.request(B);
        mesh.clock.advance(Neighbour.GIVEN_UP_MS - 1);
        assertThat(a.tick()).isEmpty();
        mesh.clock.advance(2);
        assertThat(a.tick()).containsExactly(B);
        assertThat(a.topology().edges()).doesNotContain(edge("a", "b"));
    }

    private long sequenceOf(String node) {
        return mesh.node(node).sequenceOf(new NodeId(node));
    }

    /** The advert of one node as another would pass it on now. */
    private TimedAdvert heldBy(String holder, String node) {
        TestMesh.Node at = mesh.node(holder);
        return at.discovery.received(at.neighbours.get(0), new Exchange(List.of(), Map.of(), "")).adverts().stream()
                .filter(advert -> advert.jws().contains("|" + node + "|"))
                .findFirst()
                .orElseThrow();
    }

    /** The advert of a node that has no part in the test, issued so long after now. */
    private String advertOfE(long sequence, long afterNow) {
        return advertOf(new NodeId("e"), sequence, afterNow);
    }

    private String advertOf(NodeId node, long sequence, long afterNow) {
        Advert advert = new Advert(node, sequence, mesh.clock.wall().plusMillis(afterNow), List.of(), List.of(), true);
        return CheapSignatures.of(node).sign(AdvertCodec.TYPE, AdvertCodec.encode(advert));
    }

    private void offer(String to, String statement) {
        TestMesh.Node node = mesh.node(to);
        TimedAdvert advert = new TimedAdvert(statement, 50_000);
        node.discovery.received(node.neighbours.get(0), new Exchange(List.of(advert), Map.of(), ""));
    }
}
