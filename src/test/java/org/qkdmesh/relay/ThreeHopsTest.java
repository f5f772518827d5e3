package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoredKey;

class ThreeHopsTest {

    @Property(tries = 200)
    void relay_ofAnyCountSizeAndSplitOfLinkKeys_givesBothEndsTheSameBytes(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 12) int count,
            @ForAll @IntRange(min = 1, max = 40) int keyBytes,
            @ForAll @IntRange(min = 1, max = 70) int longestLinkKey) {
        RelayMesh mesh = RelayMesh.line(3, seed, RelayLimits.defaults());
        int needed = HopWriter.linkBytes(count * keyBytes);
        for (int hop = 0; hop < 3; hop++) {
            mesh.fill(
                    RelayMesh.id(hop),
                    RelayMesh.id(hop + 1),
                    randomSplit(needed, longestLinkKey, new Random(seed + hop)));
        }
        List<SessionKey> given = ((Decision.Given) mesh.relay(count, keyBytes)).keys();
        assertThat(given).hasSize(count);
        for (SessionKey key : given) {
            StoredKey stored = mesh.last().storedKey(key.id()).orElseThrow();
            assertThat(stored.bytes().insecureAccess()).isEqualTo(key.bytes().insecureAccess());
            assertThat(stored.bytes().lengthBytes()).isEqualTo(keyBytes);
            assertThat(stored.saes()).isEqualTo(SaeGroup.of(RelayMesh.PAIR));
            assertThat(stored.ingress()).isEqualTo(RelayMesh.id(0));
        }
        assertThat(mesh.last().storedKeys()).isEqualTo(count);
        assertThat(mesh.first().records()).isEqualTo(count);
        assertThat(mesh.node(1).storedKeys() + mesh.node(2).storedKeys()).isZero();
    }

    /** Lengths of link keys that add up to at least what is needed. */
    private static int[] randomSplit(int needed, int longest, Random random) {
        List<Integer> lengths = new ArrayList<>();
        int sum = 0;
        while (sum < needed) {
            lengths.add(1 + random.nextInt(longest));
            sum += lengths.get(lengths.size() - 1);
        }
        Collections.shuffle(lengths, random);
        return lengths.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void relay_usesAsManyBytesOfEachLinkAsTheKeysAndOneTag() {
        RelayMesh mesh = RelayMesh.line(3).filled(500, 500);
        assertThat(mesh.relay(4, 32)).isInstanceOf(Decision.Given.class);
        for (int hop = 0; hop < 3; hop++) {
            assertThat(mesh.link(RelayMesh.id(hop), RelayMesh.id(hop + 1))
                            .outgoing()
                            .availableBytes())
                    .isEqualTo(1000 - 4 * 32 - 32);
        }
    }

    @Test
    void relay_ofTheNextMessages_goesOnWhereTheLastOneEnded() {
        RelayMesh mesh = RelayMesh.line(3).filled(100, 100, 100);
        assertThat(mesh.relay(2, 16)).isInstanceOf(Decision.Given.class);
        assertThat(mesh.relay(1, 70)).isInstanceOf(Decision.Given.class);
        assertThat(mesh.relay(3, 30)).isInstanceOf(Decision.Given.class);
        assertThat(mesh.last().storedKeys()).isEqualTo(6);
    }

    @Test
    void relay_whenALaterLinkIsShort_failsKeepingNothingAndNamesTheLink() {
        RelayMesh mesh = RelayMesh.line(3);
        mesh.fill(RelayMesh.id(0), RelayMesh.id(1), 200);
        mesh.fill(RelayMesh.id(1), RelayMesh.id(2), 200);
        Decision.Failed failed = (Decision.Failed) mesh.relay(1, 32);
        assertThat(failed.refusal().keptNone()).isTrue();
        assertThat(failed.refusal().edge()).contains(mesh.wholePath().hopFrom(2));
        assertThat(mesh.last().storedKeys()).isZero();
        assertThat(mesh.first().<Integer>look(tx -> MemoryStore.allNotices(tx).size()))
                .isZero();
    }

    @Test
    void relay_whenAnIdIsTakenAtTheEgress_storesNoneOfTheMessage() {
        RelayMesh mesh = RelayMesh.line(3).filled(500);
        Attempt attempt = mesh.begin(3, 16);
        KeyId taken = RelayMesh.message(attempt).keyIds().get(2);
        mesh.last().look(tx -> {
            tx.putKey(new StoredKey(
                    taken,
                    SaeGroup.of(RelayMesh.PAIR),
                    RelayMesh.id(0),
                    SecretBytes.owning(new byte[16]),
                    tx.now(),
                    tx.now() + 1000));
            return null;
        });
        HopAnswer answer = mesh.send(RelayMesh.id(0), RelayMesh.message(attempt));
        assertThat(RelayMesh.refusalOf(answer).reason()).isEqualTo(RefusalReason.KEY_EXISTS);
        assertThat(RelayMesh.refusalOf(answer).keptNone()).isTrue();
        assertThat(mesh.last().storedKeys()).isEqualTo(1);
    }

    @Test
    void relay_beyondWhatMayWaitForAPair_isRefused() {
        RelayLimits three = new RelayLimits(5_000, 64, 3, 3_600, 0, 0, 10, 10, 100);
        RelayMesh mesh = RelayMesh.line(3, 1, three).filled(500);
        assertThat(mesh.relay(2, 16)).isInstanceOf(Decision.Given.class);
        Decision.Failed failed = (Decision.Failed) mesh.relay(2, 16);
        assertThat(failed.refusal().reason()).isEqualTo(RefusalReason.KEY_LIMIT);
        assertThat(mesh.last().storedKeys()).isEqualTo(2);
        assertThat(mesh.relay(1, 16)).isInstanceOf(Decision.Given.class);
    }

    @Test
    void relay_beyondWhatThePairItselfMayHaveWaiting_isRefused() {
        RelayMesh mesh = RelayMesh.line(3).filled(500);
        mesh.policies.put(RelayMesh.PAIR, PairPolicy.UNLIMITED.with(new PairPolicy.Bounds(8, 1024, 128, 3)));
        assertThat(mesh.relay(2, 16)).isInstanceOf(Decision.Given.class);
        Decision.Failed failed = (Decision.Failed) mesh.relay(2, 16);
        assertThat(failed.refusal().reason()).isEqualTo(RefusalReason.KEY_LIMIT);
        assertThat(mesh.relay(1, 16)).isInstanceOf(Decision.Given.class);
    }
}
