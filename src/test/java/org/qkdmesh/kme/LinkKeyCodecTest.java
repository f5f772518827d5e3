package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.KmePair;

class LinkKeyCodecTest {

    private static final String GOOD = """
            {"announcement_id":"00000000-0000-0000-0000-000000000001","kme":"ndk-kme-a2","peer_kme":"ndk-kme-b2",\
            "epochs":{"sender":"00000000-0000-0000-0000-000000000002","receiver":"00000000-0000-0000-0000-000000000003"},\
            "keys":[{"key_id":"00000000-0000-0000-0000-000000000004","length":128}]}""";

    private static final LinkKeyAnnouncement ANNOUNCEMENT = new LinkKeyAnnouncement(
            new UUID(0, 1),
            new KmePair(new KmeId("ndk-kme-a2"), new KmeId("ndk-kme-b2")),
            Set.of(),
            new UUID(0, 2),
            new UUID(0, 3),
            List.of(new LinkKeyAnnouncement.Entry(new KeyId(new UUID(0, 4)), 128)));

    private static LinkKeyAnnouncement decode(String json) {
        return LinkKeyCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void announcement_isWrittenAsDocumented() {
        assertThat(new String(LinkKeyCodec.encode(ANNOUNCEMENT), StandardCharsets.UTF_8))
                .isEqualTo(GOOD);
        assertThat(decode(GOOD)).isEqualTo(ANNOUNCEMENT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"announcement_id\":\"00000000-0000-0000-0000-000000000001\", | | announcement_id",
                "ndk-kme-a2 | a b | kme",
                "\"ndk-kme-b2\" | null | peer_kme",
                "\"epochs\" | \"epoch\" | epochs",
                "00000000-0000-0000-0000-000000000002 | 2 | sender",
                "00000000-0000-0000-0000-000000000003 | 0-0-0-0-3 | receiver",
                "128 | 0 | length",
                "128 | 131073 | length",
                "128 | 1e2 | length",
                "128 | \"128\" | length",
                "128 | 99999999999999999999 | length",
                "[{\"key_id\":\"00000000-0000-0000-0000-000000000004\",\"length\":128}] | [] | keys",
                "[{\"key_id\":\"00000000-0000-0000-0000-000000000004\",\"length\":128}] | {} | keys",
                "{\"key_id\" | 5,{\"key_id\" | key_id",
                "128} | 128},{\"key_id\":\"00000000-0000-0000-0000-000000000004\",\"length\":8} | keys",
            })
    void announcement_withABadMember_isRefusedAndTheMemberNamed(String good, String bad, String member) {
        assertThat(GOOD).contains(good);
        assertThatThrownBy(() -> decode(GOOD.replace(good, bad == null ? "" : bad)))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining(member);
    }

    @Test
    void announcement_withTooManyKeys_isRefused() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i <= LinkKeyAnnouncement.MAX_KEYS; i++) {
            keys.add("{\"key_id\":\"" + new UUID(7, i) + "\",\"length\":8}");
        }
        String json = GOOD.replaceAll("\\[.*]", "[" + String.join(",", keys) + "]");
        assertThatThrownBy(() -> decode(json))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("keys shall have 1 to 1024 entries");
        assertThat(decode(json.replaceFirst("\\{\"key_id\":[^}]*},", "")).keys())
                .hasSize(LinkKeyAnnouncement.MAX_KEYS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}",
                "[]",
                "{\"keys\":[{\"key_id\":\"00000000-0000-0000-0000-000000000004\",\"status\":\"HELD\"}]}",
                "{\"keys\":[{\"key_id\":\"00000000-0000-0000-0000-000000000004\",\"status\":true}]}",
                "{\"keys\":[{\"key_id\":\"4\",\"status\":\"held\"}]}",
                "{\"keys\":[{\"status\":\"held\"}]}",
                "{\"keys\":[]} 1",
                "{\"keys\":[{\"key_id\":\"00000000-0000-0000-0000-000000000004\",\"status\":\"held\"},"
                        + "{\"key_id\":\"00000000-0000-0000-0000-000000000004\",\"status\":\"retry\"}]}",
            })
    void answer_thatIsOdd_isRefused(String json) {
        assertThatThrownBy(() -> LinkKeyCodec.decodeAnswer(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedMessage.class);
    }

    @Property(tries = 200)
    void answer_isReadAsItWasWritten(@ForAll @Size(max = 40) List<ClaimStatus> statuses) {
        Map<KeyId, ClaimStatus> answer = new LinkedHashMap<>();
        statuses.forEach(status -> answer.put(new KeyId(UUID.randomUUID()), status));
        assertThat(LinkKeyCodec.decodeAnswer(LinkKeyCodec.encodeAnswer(answer))).isEqualTo(answer);
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
        return Arbitraries.integers().between(0, good.length - 1).flatMap(at -> Arbitraries.bytes()
                .map(value -> {
                    byte[] bad = good.clone();
                    bad[at] = value;
                    return bad;
                }));
    }

    @Property(tries = 1000)
    void announcement_thatIsDamaged_isReadOrRefusedButNothingElse(@ForAll("damaged") byte[] body) {
        try {
            assertThat(LinkKeyCodec.decode(body).keys()).hasSize(1);
        } catch (MalformedMessage e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @Property(tries = 100)
    void announcement_thatIsCutOff_isRefused(@ForAll @IntRange(min = 0, max = 300) int length) {
        byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
        byte[] cut = java.util.Arrays.copyOf(good, Math.min(length, good.length - 1));
        assertThatThrownBy(() -> LinkKeyCodec.decode(cut)).isInstanceOf(MalformedMessage.class);
    }
}
