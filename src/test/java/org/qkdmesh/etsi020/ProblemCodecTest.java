package org.qkdmesh.etsi020;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;

class ProblemCodecTest {

    private static final Edge EDGE = new Edge(new NodeId("a"), new NodeId("b"));

    @ParameterizedTest
    @EnumSource(RefusalReason.class)
    void decode_givesBackTheReasonAndWhatBelongsToIt(RefusalReason reason) {
        HopRefusal sent =
                HopRefusal.of(reason, "why").at(EDGE).withEpoch(new UUID(1, 2)).withKey(new KeyId(new UUID(3, 4)));
        HopRefusal received = ProblemCodec.decode(503, ProblemCodec.encode(sent, 503));
        assertThat(received.reason()).isEqualTo(reason);
        assertThat(received.edge()).isEqualTo(sent.edge());
        assertThat(received.epoch()).isEqualTo(sent.epoch());
        assertThat(received.keyId()).isEqualTo(sent.keyId());
        assertThat(received.keptNone()).isTrue();
    }

    @Test
    void decode_ofA503ThatDoesNotSaySo_assumesThatKeysMayBeKept() {
        HopRefusal refusal = HopRefusal.of(RefusalReason.TIMEOUT, "why").withKeptNone(false);
        assertThat(ProblemCodec.decode(503, ProblemCodec.encode(refusal, 503)).keptNone())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>", "[]", "7", "{\"details\":7}", "{\"details\":{\"reason\":7,\"edge_from\":\" \"}}"})
    void decode_ofAnythingElse_goesByTheStatus(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        assertThat(ProblemCodec.decode(401, bytes).reason()).isEqualTo(RefusalReason.UNAUTHORIZED);
        assertThat(ProblemCodec.decode(401, bytes).keptNone()).isTrue();
        assertThat(ProblemCodec.decode(502, bytes).keptNone()).isFalse();
        assertThat(ProblemCodec.decode(502, bytes).edge()).isEqualTo(Optional.empty());
    }

    @Test
    void saysRelayed_wantsExactlyTheseKeysAndTheseSaes() {
        SaeId a = new SaeId("a");
        SaeId b = new SaeId("b");
        SaeId c = new SaeId("c");
        SaeGroup saes = new SaeGroup(a, List.of(b, c));
        KeyId one = new KeyId(new UUID(1, 1));
        KeyId two = new KeyId(new UUID(2, 2));
        byte[] body = AckCodec.relayed(List.of(one, two), saes);
        assertThat(AckCodec.saysRelayed(body, List.of(two, one), saes)).isTrue();
        assertThat(AckCodec.saysRelayed(body, List.of(one), saes)).isFalse();
        assertThat(AckCodec.saysRelayed(body, List.of(one, two, new KeyId(new UUID(3, 3))), saes))
                .isFalse();
        assertThat(AckCodec.saysRelayed(body, List.of(one, two), new SaeGroup(a, List.of(c, b))))
                .isTrue();
        for (SaeGroup other : List.of(
                new SaeGroup(a, List.of(b)),
                new SaeGroup(b, List.of(a, c)),
                new SaeGroup(a, List.of(b, new SaeId("d"))))) {
            assertThat(AckCodec.saysRelayed(body, List.of(one, two), other)).isFalse();
        }
    }

    @Test
    void versions_tellWhoTheNodeIsAndItsEpoch() {
        VersionCodec codec = new VersionCodec(Extension.DOCUMENTATION);
        VersionCodec.Peer self = new VersionCodec.Peer(new NodeId("tn-1"), new UUID(8, 9));
        assertThat(codec.decode(codec.encode(self))).isEqualTo(self);
        VersionCodec.Peer known = new VersionCodec.Peer(self.node(), self.epoch(), Optional.of(new UUID(1, 2)));
        assertThat(codec.decode(codec.encode(known))).isEqualTo(known);
    }
}
