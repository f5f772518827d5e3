package org.qkdmesh.etsi020;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;

class ExtKeyCodecTest {

    private static final SaeGroup SAES = new SaeGroup(new SaeId("sae-a"), List.of(new SaeId("sae-b")));
    private final ExtKeyCodec codec = new ExtKeyCodec(Extension.DOCUMENTATION);

    @Property(tries = 200)
    void decode_givesBackWhatWasEncoded(
            @ForAll @Size(min = 1, max = 64) byte[] value,
            @ForAll @IntRange(min = 1, max = 20) int keys,
            @ForAll @IntRange(min = 2, max = 65) int nodes,
            @ForAll @IntRange(min = 0, max = 100_000) int offset) {
        ExtKeyContainer sent = container(value, keys, nodes, offset, null);
        ExtKeyContainer received = codec.decode(codec.encode(sent));
        assertThat(received.keyIds()).isEqualTo(sent.keyIds());
        assertThat(received.values()).isEqualTo(sent.values());
        assertThat(received.saes()).isEqualTo(sent.saes());
        assertThat(received.hop()).isEqualTo(sent.hop());
    }

    @Property(tries = 50)
    void decode_givesBackSeveralTargetsTheIndexAndTheShare(
            @ForAll @IntRange(min = 1, max = 64) int slaves, @ForAll @IntRange(min = 0, max = 63) int index) {
        ExtKeyContainer one = container(new byte[8], 1, 3, 0, null);
        HopData hop = one.hop();
        SaeGroup saes = new SaeGroup(
                new SaeId("sae-a"),
                IntStream.range(0, slaves)
                        .mapToObj(i -> new SaeId("slave-" + i))
                        .toList());
        HopData further = new HopData(
                hop.relayId(),
                hop.senderEpoch(),
                hop.receiverEpoch(),
                hop.path(),
                hop.position(),
                hop.ranges(),
                hop.lifeSeconds(),
                index,
                Optional.empty(),
                Optional.of(new Share(new UUID(8, 8), 2, 3, List.of(new KeyId(new UUID(9, index))))));
        byte[] body = codec.encode(new ExtKeyContainer(one.keyIds(), one.values(), saes, further, null));
        assertThat(codec.decode(body).saes()).isEqualTo(saes);
        assertThat(codec.decode(body).hop()).isEqualTo(further);
    }

    @Test
    void decode_keepsTheOptionalExtensionAsItWasWritten() {
        byte[] optional = "{ \"E1_x\" : [1.00, null, 1e2, \"\\u00e9\"] }".getBytes(StandardCharsets.UTF_8);
        byte[] body = codec.encode(container(new byte[32], 1, 3, 0, optional));
        assertThat(codec.decode(body).optionalExtension()).isEqualTo(optional);
    }

    /** Two names that the parser takes for two, and that the next node would read as one. */
    @Test
    void decode_ofAnOptionalExtensionThatIsNotUtf8_isMalformed() {
        byte[] optional = "{\"E1_???\":1,\"E1_!!!\":2}".getBytes(StandardCharsets.US_ASCII);
        byte[] body = codec.encode(container(new byte[32], 1, 3, 0, optional));
        byte[][] surrogates = {{(byte) 0xED, (byte) 0xA0, (byte) 0x80}, {(byte) 0xED, (byte) 0xA0, (byte) 0x81}};
        for (int i = 0, at = 0; i + 2 < body.length; i++) {
            if (body[i] == body[i + 1] && body[i] == body[i + 2] && (body[i] == '?' || body[i] == '!')) {
                System.arraycopy(surrogates[at++], 0, body, i, 3);
            }
        }
        assertThatThrownBy(() -> codec.decode(body))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("extension_optional");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"position\":1|\"position\":9|position",
                "\"protocol\":1|\"protocol\":2|protocol",
                "\"life\":3600|\"life\":0|life",
                "\"life\":3600|\"life\":1.5|life",
                "\"life\":3600|\"life\":99999999999999999999|life",
                "\"offset\":0|\"offset\":-1|offset",
                "\"path\":[|\"path\":[\"n0\",|path",
                "\"initiator_sae_id\":\"sae-a\"|\"initiator_sae_id\":\"sae a\"|initiator_sae_id",
                "\"target_sae_ids\":[\"sae-b\"]|\"target_sae_ids\":[]|target_sae_ids",
                "\"target_sae_ids\":[\"sae-b\"]|\"target_sae_ids\":[\"sae-b\",\"sae-b\"]|target_sae_ids",
                "\"target_sae_ids\":[\"sae-b\"]|\"target_sae_ids\":[\"sae-b\",\"sae-a\"]|target_sae_ids",
                "\"target_sae_ids\":[\"sae-b\"]|\"target_sae_ids\":[\"sae-b\",7]|target_sae_ids",
                "\"value\":\"AAAA|\"value\":\"A|value",
                "E32473_qkd_mesh|E32473_other|E32473_qkd_mesh",
                "\"protocol\":1|\"protocol\":1,\"seal\":\"x\"|seal",
                "\"protocol\":1|\"protocol\":1,\"share\":null|share",
                "\"protocol\":1|\"protocol\":1,\"target_index\":64|target_index",
                "\"protocol\":1|\"protocol\":1,\"target_index\":-1|target_index",
                "\"protocol\":1|\"protocol\":1,\"target_index\":null|target_index",
                "\"initiator_sae_id\"|\"ack_callback_url\":\"https://x\",\"initiator_sae_id\"|synchronous",
                "\"protocol\":1|\"protocol\":1,\"protocol\":1|JSON",
            })
    void decode_ofAMessageWithThisChanged_isRefusedByName(String part, String changed, String named) {
        String body = text(codec.encode(container(new byte[32], 1, 3, 0, null)));
        assertThat(body).contains(part);
        assertThatThrownBy(() -> codec.decode(bytes(body.replaceFirst(java.util.regex.Pattern.quote(part), changed))))
                .isInstanceOfAny(MalformedMessage.class, UnsupportedExtension.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|1|x|of",
                "0|9|x|of",
                "2|2|x|index",
                "-1|2|x|index",
                "0|2|''|key_ids",
                "0|2|7|key_ids",
                "0|2|x,x|twice",
                "0|2|x,y|as many",
            })
    void decode_ofAShareThatCanNotBe_isRefused(String index, String of, String ids, String named) {
        String share = "\"share\":{\"set\":\"" + new UUID(8, 8) + "\",\"index\":" + index + ",\"of\":" + of
                + ",\"key_ids\":["
                + ids.replace("x", "\"" + new UUID(1, 1) + "\"").replace("y", "\"" + new UUID(2, 2) + "\"") + "]}";
        String body = text(codec.encode(container(new byte[32], 1, 3, 0, null)));
        assertThatThrownBy(() -> codec.decode(bytes(body.replace("\"protocol\":1", "\"protocol\":1," + share))))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining(named);
    }

    @Test
    void decode_ofTheSameKeyIdTwice_isRefused() {
        ExtKeyContainer one = container(new byte[8], 1, 2, 0, null);
        ExtKeyContainer twice = new ExtKeyContainer(
                List.of(one.keyIds().get(0), one.keyIds().get(0)), new byte[16], SAES, one.hop(), null);
        assertThatThrownBy(() -> codec.decode(codec.encode(twice)))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("twice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "nonsense", "[]", "{}{}", "{", "null", "{\"keys\":[]}", "\"x\""})
    void decode_ofSomethingElse_isRefused(String body) {
        assertThatThrownBy(() -> codec.decode(bytes(body)))
                .isInstanceOfAny(MalformedMessage.class, UnsupportedExtension.class);
    }

    @Test
    void decode_ofDeepNesting_isRefused() {
        String deep = "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        assertThatThrownBy(() -> codec.decode(bytes(deep))).isInstanceOf(MalformedMessage.class);
    }

    @Property(tries = 500)
    void decode_ofRandomBytes_isRefusedAndNothingElse(@ForAll byte[] body) {
        assertThatThrownBy(() -> codec.decode(body))
                .isInstanceOfAny(MalformedMessage.class, UnsupportedExtension.class);
    }

    private static ExtKeyContainer container(byte[] value, int keys, int nodes, int offset, byte[] optional) {
        List<KeyId> ids = IntStream.range(0, keys)
                .mapToObj(i -> new KeyId(new UUID(i, value.length)))
                .toList();
        byte[] values = new byte[value.length * keys];
        for (int i = 0; i < keys; i++) {
            System.arraycopy(value, 0, values, i * value.length, value.length);
        }
        NodePath path = new NodePath(
                IntStream.range(0, nodes).mapToObj(i -> new NodeId("n" + i)).toList());
        List<KeyRange> ranges = List.of(new KeyRange(new KeyId(new UUID(7, 7)), offset, values.length + 32));
        HopData hop = new HopData(
                new UUID(1, 2),
                new UUID(3, 4),
                new UUID(5, 6),
                path,
                1,
                ranges,
                3600,
                0,
                Optional.empty(),
                Optional.empty());
        return new ExtKeyContainer(ids, values, SAES, hop, optional);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
