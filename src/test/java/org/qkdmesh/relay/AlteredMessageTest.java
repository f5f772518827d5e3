package org.qkdmesh.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/** What is changed on its way, or does not fit the link keys, gets nowhere. */
class AlteredMessageTest {

    private static final NodePath PATH = RelayMesh.line(3).wholePath();

    @Property(tries = 300)
    void receive_withAnyBitOfTheBodyFlipped_keepsNothingAnywhere(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int hop, @ForAll int bit) {
        RelayMesh mesh = RelayMesh.line(3, seed, RelayLimits.defaults()).filled(40, 40, 40);
        mesh.onTheWay =
                message -> message.to().equals(PATH.node(hop)) ? withBody(message, flip(message.body(), bit)) : message;
        Decision.Failed failed = (Decision.Failed) mesh.relay(2, 16);
        assertNothingStored(mesh);
        assertThat(failed.refusal().keptNone()).isTrue();
    }

    @Property(tries = 200)
    void receive_withAnyBitOfTheTagFlipped_throwsTheNamedLinkKeysAwayAtBothEnds(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int hop, @ForAll @IntRange(max = 127) int bit) {
        RelayMesh mesh = RelayMesh.line(3, seed, RelayLimits.defaults()).filled(40, 40, 40);
        mesh.onTheWay =
                message -> message.to().equals(PATH.node(hop)) ? withTag(message, flip(message.tag(), bit)) : message;
        assertTagMismatch(mesh, hop, (Decision.Failed) mesh.relay(2, 16));
    }

    /** Of 120 bytes a message of two keys of 16 uses 64, so the flip is at one of these. */
    @Property(tries = 300)
    void receive_withAnyBitOfALinkKeyDifferent_throwsTheNamedLinkKeysAwayAtBothEnds(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3) int hop,
            @ForAll @IntRange(max = 64 * 8 - 1) int bit) {
        RelayMesh mesh = RelayMesh.line(3, seed, RelayLimits.defaults());
        for (int i = 0; i < 3; i++) {
            List<byte[]> atOwner = randomKeys(new Random(seed + i), 40, 40, 40);
            List<byte[]> atHolder = i + 1 == hop ? flipIn(atOwner, bit) : atOwner;
            mesh.share(PATH.node(i), PATH.node(i + 1), atOwner, atHolder);
        }
        int changed = bit / 8;
        if (isIgnoredByClamping(changed - 32, bit % 8)) {
            // Poly1305 leaves these bits of r out of the computation, so both ends still agree.
            assertThat(mesh.relay(2, 16)).isInstanceOf(Decision.Given.class);
            return;
        }
        assertTagMismatch(mesh, hop, (Decision.Failed) mesh.relay(2, 16));
    }

    private static void assertTagMismatch(RelayMesh mesh, int hop, Decision.Failed failed) {
        HopRefusal refusal = failed.refusal();
        assertThat(refusal.reason()).isEqualTo(RefusalReason.TAG_MISMATCH);
        assertThat(refusal.edge()).contains(PATH.hopFrom(hop - 1));
        assertThat(refusal.keptNone()).isTrue();
        assertNothingStored(mesh);
        // 64 of 120 bytes were named, in the first two keys of 40; the third one was not named.
        NodeId owner = PATH.node(hop - 1);
        NodeId holder = PATH.node(hop);
        assertThat(mesh.link(owner, holder).outgoing().availableBytes()).isEqualTo(40);
        assertThat(mesh.link(holder, owner).incoming().heldBytes()).isEqualTo(40);
    }

    private static void assertNothingStored(RelayMesh mesh) {
        for (NodeId id : PATH.nodes()) {
            assertThat(mesh.node(id).storedKeys()).isZero();
            assertThat(mesh.node(id).records()).isZero();
            assertThat(mesh.node(id).<Integer>look(tx -> tx.intents().size())).isZero();
        }
    }

    /** RFC 8439, section 2.5: the top four bits of bytes 3, 7, 11, 15 of r, the low two bits of bytes 4, 8, 12. */
    private static boolean isIgnoredByClamping(int byteOfMacKey, int bit) {
        boolean top = List.of(3, 7, 11, 15).contains(byteOfMacKey) && bit >= 4;
        boolean low = List.of(4, 8, 12).contains(byteOfMacKey) && bit < 2;
        return top || low;
    }

    @Test
    void receive_ofATruncatedBody_isRefusedWithoutTouchingLinkKeys() {
        RelayMesh mesh = RelayMesh.line(1).filled(100);
        HopMessage message = RelayMesh.message(mesh.begin(1, 16));
        long held = mesh.link(RelayMesh.id(1), RelayMesh.id(0)).incoming().heldBytes();
        for (int length = 0; length < message.body().length; length += 7) {
            HopMessage cut = withBody(message, Arrays.copyOf(message.body(), length));
            HopReply reply = mesh.deliver(RelayMesh.id(0), cut);
            assertThat(reply.status()).isGreaterThanOrEqualTo(400);
        }
        assertThat(mesh.link(RelayMesh.id(1), RelayMesh.id(0)).incoming().heldBytes())
                .isEqualTo(held);
        assertThat(mesh.deliver(RelayMesh.id(0), message).status()).isEqualTo(200);
    }

    private static List<byte[]> randomKeys(Random random, int... lengths) {
        List<byte[]> keys = new ArrayList<>();
        for (int length : lengths) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            keys.add(key);
        }
        return keys;
    }

    /** A bit of the concatenation of these keys. */
    private static List<byte[]> flipIn(List<byte[]> keys, int bit) {
        List<byte[]> changed = new ArrayList<>(keys);
        int key = bit / 8 / 40;
        changed.set(key, flip(keys.get(key), bit - key * 320));
        return changed;
    }

    private static byte[] flip(byte[] bytes, int where) {
        byte[] changed = bytes.clone();
        int bit = Math.floorMod(where, bytes.length * 8);
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        return changed;
    }

    static HopMessage withBody(HopMessage message, byte[] body) {
        return new HopMessage(
                message.relayId(),
                message.to(),
                message.saes(),
                message.keyIds(),
                body,
                message.tag(),
                message.ranges());
    }

    static HopMessage withTag(HopMessage message, byte[] tag) {
        return new HopMessage(
                message.relayId(),
                message.to(),
                message.saes(),
                message.keyIds(),
                message.body(),
                tag,
                message.ranges());
    }
}
