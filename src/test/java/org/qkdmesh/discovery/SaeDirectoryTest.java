package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.SaeHome;

class SaeDirectoryTest {

    private static final SaeId ROAMING = new SaeId("sae-roaming");

    private final TestMesh mesh = TestMesh.line("a", "b", "c", "d");

    @Test
    void anSae_belongsToTheFirstNodeThatClaimsIt() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        claim("d");
        mesh.run(5_000);

        assertThat(homeSeenBy("a")).contains(new NodeId("b"));
        assertThat(homeSeenBy("c")).contains(new NodeId("b"));
        assertThat(mesh.node("a").events.alarms)
                .containsExactly("sae-claim-refused: d claims sae-roaming, but it belongs to b");
    }

    @Test
    void moreSaesThanThereIsRoomFor_areRefused_andTheNodeSaysThatItMayNotKnowAll() {
        mesh.node("a").limits = new DiscoveryLimits(100, 2);
        mesh.start().run(5_000);
        claim("d");
        mesh.run(5_000);

        assertThat(mesh.discovery("a").kept().homes()).isEqualTo(2);
        assertThat(mesh.discovery("a").topology().complete()).isFalse();
        assertThat(mesh.node("a").events.alarms).anyMatch(alarm -> alarm.endsWith("but the directory is full"));
        assertThat(homeSeenBy("b")).contains(new NodeId("d"));
    }

    @Test
    void aSecondClaim_isOneAlarmAndNotOneForEachRefresh() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        claim("d");
        mesh.run(200_000);

        assertThat(mesh.node("a").events.alarms).hasSize(1);
    }

    @Test
    void whenTheOwnerWithdraws_theOtherClaimantGetsItAtOnce() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        claim("d");
        mesh.run(5_000);
        withdraw("b");
        mesh.run(5_000);

        assertThat(homeSeenBy("a")).contains(new NodeId("d"));
        assertThat(homeSeenBy("c")).contains(new NodeId("d"));
    }

    @Test
    void anSaeThatIsWithdrawnAndNotClaimed_isUnknown() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        withdraw("b");
        mesh.run(5_000);

        assertThat(homeSeenBy("a")).isEmpty();
        assertThat(mesh.node("a").homeOnDisk(ROAMING)).isEmpty();
    }

    @Test
    void theFirstClaim_isRememberedOverARestart() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        mesh.node("b").kill();
        claim("d");
        mesh.node("a").restart();
        mesh.run(200_000);

        assertThat(homeSeenBy("a")).contains(new NodeId("b"));
        assertThat(homeSeenBy("c")).contains(new NodeId("b"));
    }

    @Test
    void aPin_winsOverAnyClaim() {
        mesh.node("b").saes.add(ROAMING);
        mesh.node("a").pins.put(ROAMING, new NodeId("d"));
        mesh.start();
        assertThat(homeSeenBy("a")).contains(new NodeId("d"));
        mesh.run(5_000);

        assertThat(homeSeenBy("a")).contains(new NodeId("d"));
        assertThat(mesh.node("a").events.alarms)
                .containsExactly("sae-claim-refused: b claims sae-roaming, but it belongs to d by configuration");
        assertThat(mesh.node("a").homeOnDisk(ROAMING)).isEmpty();
    }

    @Test
    void theOwnSaes_areThisNodesWhoeverClaimsThem() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        claim("a");
        mesh.run(5_000);

        assertThat(homeSeenBy("a")).contains(new NodeId("a"));
        assertThat(homeSeenBy("d")).contains(new NodeId("b"));
        assertThat(mesh.node("a").events.alarms).hasSize(1);
    }

    @Test
    void theOperator_canClearAHomeInFavourOfTheOtherClaimant() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        claim("d");
        mesh.run(5_000);

        assertThat(mesh.discovery("a").clear(ROAMING)).isTrue();
        assertThat(homeSeenBy("a")).contains(new NodeId("d"));
        mesh.run(100_000);
        assertThat(homeSeenBy("a")).contains(new NodeId("d"));
        assertThat(homeSeenBy("c")).contains(new NodeId("b"));
    }

    @Test
    void theOperator_canClearAHomeThatNobodyClaimsAnyMore() {
        mesh.node("b").saes.add(ROAMING);
        mesh.start().run(5_000);
        mesh.node("b").kill();
        mesh.run(110_000);

        assertThat(homeSeenBy("a")).contains(new NodeId("b"));
        assertThat(mesh.discovery("a").clear(ROAMING)).isTrue();
        assertThat(homeSeenBy("a")).isEmpty();
        assertThat(mesh.discovery("a").clear(ROAMING)).isFalse();
    }

    @Test
    void refreshes_writeHomesToDiskOnlyNowAndThen() {
        mesh.start().run(5_000);
        int before = mesh.node("a").disk.commits();
        Optional<SaeHome> written = mesh.node("a").homeOnDisk(new SaeId("sae-d"));
        mesh.run(600_000);
        assertThat(mesh.node("a").homeOnDisk(new SaeId("sae-d"))).isEqualTo(written);
        assertThat(mesh.node("a").disk.commits() - before)
                .as("one for each advert of each node, at most")
                .isLessThan(4 * 21 + 5);

        mesh.run(3_600_000);
        assertThat(mesh.node("a").homeOnDisk(new SaeId("sae-d"))).isPresent().isNotEqualTo(written);
    }

    private Optional<NodeId> homeSeenBy(String node) {
        return mesh.discovery(node).topology().home(ROAMING);
    }

    private void claim(String node) {
        mesh.node(node).saes.add(ROAMING);
        mesh.node(node).restart();
    }

    private void withdraw(String node) {
        mesh.node(node).saes.remove(ROAMING);
        mesh.node(node).restart();
    }
}
