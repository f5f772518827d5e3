package org.qkdmesh.etsi014;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

class KeyContainerCodecTest {

    private static final String A = "bc490419-7d60-487f-adc1-4ddcc177c139";
    private static final String B = "0a782fb5-3434-48fe-aa4d-14f41d46cf92";

    @Test
    void container_holdsIdsAndKeysAndNothingElse() {
        List<SessionKey> keys = List.of(
                new SessionKey(KeyId.parse(A), SecretBytes.owning(new byte[] {-1, -2, -3, 4})),
                new SessionKey(KeyId.parse(B), SecretBytes.owning(new byte[] {1, 2, 3})));
        try (SecretBytes body = KeyContainerCodec.encode(keys)) {
            assertThat(new String(body.insecureAccess(), StandardCharsets.US_ASCII))
                    .isEqualTo("{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"//79BA==\"},{\"key_ID\":\"" + B
                            + "\",\"key\":\"AQID\"}]}");
        }
        assertThat(keys.get(0).bytes().isErased()).isFalse();
    }

    @Property(tries = 200)
    void encodedContainer_isReadBackByteForByte(
            @ForAll @Size(min = 1, max = 20) List<@Size(min = 1, max = 200) byte[]> secrets) {
        List<SessionKey> keys = new ArrayList<>();
        secrets.forEach(secret -> keys.add(new SessionKey(new KeyId(UUID.randomUUID()), SecretBytes.owning(secret))));
        try (SecretBytes body = KeyContainerCodec.encode(keys)) {
            assertThat(KeyContainerCodec.decode(body.insecureAccess(), 20, 200)).isEqualTo(keys);
        }
    }

    @Test
    void key_longerThanTheParsersBuffers_isReadWhole() {
        byte[] secret = new byte[50_000];
        new java.util.Random(7).nextBytes(secret);
        SessionKey key = new SessionKey(KeyId.parse(A), SecretBytes.copyOf(secret, 0, secret.length));
        try (SecretBytes body = KeyContainerCodec.encode(List.of(key))) {
            assertThat(KeyContainerCodec.decode(body.insecureAccess(), 1, secret.length))
                    .containsExactly(key);
        }
    }

    @Test
    void answer_withExtensionsEscapedSlashesOrNoPadding_isTaken() {
        String body =
                "{\"key_container_extension\":{\"a\":[]},\"keys\":[{\"key_ID_extension\":null,\"key\":\"\\/\\/79BA\",\"key_ID\":\""
                        + A.toUpperCase(java.util.Locale.ROOT) + "\",\"key_extension\":{}}]}";
        List<SessionKey> keys = decode(body);
        assertThat(keys).hasSize(1);
        assertThat(keys.get(0).id()).isEqualTo(KeyId.parse(A));
        assertThat(keys.get(0).bytes().insecureAccess()).containsExactly(-1, -2, -3, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"keys\":[]}",
                "{\"keys\":null}",
                "{\"keys\":{}}",
                "{\"keys\":[\"AQID\"]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\"}]}",
                "{\"keys\":[{\"key\":\"AQID\"}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"\"}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":7}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":null}]}",
                "{\"keys\":[{\"key_ID\":\"x\",\"key\":\"AQID\"}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"A*ID\"}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"A\"}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"AQID\"},{\"key_ID\":\"" + A + "\",\"key\":\"AQIE\"}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"AQID\",\"key\":\"AQID\"}]}",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"AQID\"}]} x",
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"AQID\"}"
            })
    void answer_thatBreaksARule_isRefusedWithoutAnEcho(String body) {
        assertThatThrownBy(() -> decode(body))
                .isInstanceOf(MalformedAnswer.class)
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("AQID");
    }

    @Test
    void answer_withMoreOrLongerKeysThanAllowed_isRefused() {
        String two =
                "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\"AQID\"},{\"key_ID\":\"" + B + "\",\"key\":\"AQID\"}]}";
        assertThatThrownBy(() -> KeyContainerCodec.decode(ascii(two), 1, 3))
                .hasMessage("more than the 1 keys asked for");
        assertThatThrownBy(() -> KeyContainerCodec.decode(ascii(two), 2, 2)).hasMessage("a key is longer than 16 bit");
        String large = "{\"keys\":[{\"key_ID\":\"" + A + "\",\"key\":\""
                + Base64.getEncoder().encodeToString(new byte[9_000]) + "\"}]}";
        assertThatThrownBy(() -> KeyContainerCodec.decode(ascii(large), 1, 8_999))
                .isInstanceOf(MalformedAnswer.class);
    }

    @Property(tries = 500)
    void arbitraryBytes_areRefused_andNeverAnythingElse(@ForAll byte[] body) {
        assertThatThrownBy(() -> KeyContainerCodec.decode(body, 10, 100)).isInstanceOf(MalformedAnswer.class);
    }

    private static List<SessionKey> decode(String body) {
        return KeyContainerCodec.decode(ascii(body), 10, 100);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
