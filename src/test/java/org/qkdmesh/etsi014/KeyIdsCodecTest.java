package org.qkdmesh.etsi014;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.Refusal;

class KeyIdsCodecTest {

    private static final KeyLimits LIMITS = new KeyLimits(64, 1024, 256, 3, 10_000);
    private static final String A = "bc490419-7d60-487f-adc1-4ddcc177c139";
    private static final String B = "0a782fb5-3434-48fe-aa4d-14f41d46cf92";

    @Test
    void ids_areReadInTheOrderAsked_andExtensionsAreIgnored() {
        assertThat(post("{\"key_IDs\":[{\"key_ID\":\"" + B
                        + "\",\"key_ID_extension\":{\"x\":1},\"y\":[2]},{\"key_ID\":\"" + A
                        + "\"}],\"key_IDs_extension\":{},\"other\":null}"))
                .containsExactly(KeyId.parse(B), KeyId.parse(A));
    }

    @Test
    void ids_areComparedWithoutRegardToCase() {
        assertThat(get(A.toUpperCase(Locale.ROOT))).containsExactly(KeyId.parse(A));
        assertThatThrownBy(() -> post(list(A, A.toUpperCase(Locale.ROOT))))
                .hasMessage("key_IDs shall name no key twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "{}",
                "{\"key_IDs\":null}",
                "{\"key_IDs\":[]}",
                "{\"key_IDs\":{}}",
                "{\"key_IDs\":\"" + A + "\"}",
                "{\"key_IDs\":[\"" + A + "\"]}",
                "{\"key_IDs\":[null]}",
                "{\"key_IDs\":[{}]}",
                "{\"key_IDs\":[{\"key_ID\":null}]}",
                "{\"key_IDs\":[{\"key_ID\":1}]}",
                "{\"key_IDs\":[{\"key_ID\":\"\"}]}",
                "{\"key_IDs\":[{\"key_ID\":\"" + A + "0\"}]}",
                "{\"key_IDs\":[{\"key_id\":\"" + A + "\"}]}",
                "{\"key_IDs\":[{\"key_ID\":\"" + A + "\"},{}]}",
                "{\"key_IDs\":[{},{\"key_ID\":\"" + A + "\"}]}",
                "{\"key_ID\":\"" + A + "\"}",
                "[]",
                "x"
            })
    void ids_absentEmptyOrNoUuids_areRefused(String body) {
        refused(() -> post(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", A + " ", "{" + A + "}", "bc4904197d60487fadc14ddcc177c139"})
    void get_withAnIdThatIsNoUuid_isRefused(String id) {
        refused(() -> get(id));
    }

    @Test
    void get_withoutKeyIdOrWithSeveral_isRefused() {
        refused(() -> KeyIdsCodec.ofGet(QueryParameters.NONE));
        refused(() -> KeyIdsCodec.ofGet(new QueryParameters(Map.of("key_ID", List.of(A, B)))));
    }

    @Test
    void ids_moreThanOneRequestMayName_areRefusedWithTheLimit() {
        String[] ids = new String[4];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = UUID.randomUUID().toString();
        }
        assertThatThrownBy(() -> post(list(ids))).hasMessage("key_IDs shall name at most 3 keys");
    }

    @Property(tries = 100)
    void encodedIds_areReadBack(@ForAll long high, @ForAll long low) {
        List<KeyId> ids = List.of(new KeyId(new UUID(high, low)), new KeyId(new UUID(low, high ^ 1)));
        if (!ids.get(0).equals(ids.get(1))) {
            assertThat(KeyIdsCodec.ofPost(KeyIdsCodec.encode(ids), LIMITS)).isEqualTo(ids);
        }
    }

    private static String list(String... ids) {
        return new String(
                KeyIdsCodec.encode(List.of(ids).stream().map(KeyId::parse).toList()), StandardCharsets.US_ASCII);
    }

    private static List<KeyId> post(String body) {
        return KeyIdsCodec.ofPost(body.getBytes(StandardCharsets.UTF_8), LIMITS);
    }

    private static List<KeyId> get(String id) {
        return KeyIdsCodec.ofGet(new QueryParameters(Map.of("key_ID", id)));
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.status())
                .isEqualTo(Refusal.Status.BAD_REQUEST));
    }
}
