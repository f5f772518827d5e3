package org.qkdmesh.etsi014;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;

class KeyRequestCodecTest {

    private static final KeyLimits LIMITS = new KeyLimits(64, 1024, 256, 128, 10_000, 2);
    private static final String NUMBER = "number shall be an integer from 1 to 128";
    private static final String SIZE = "size shall be an integer from 64 to 1024";

    @ParameterizedTest
    @ValueSource(strings = {"", " \r\n\t", "{}", "{\"number\":null,\"size\":null}"})
    void request_thatNamesNothing_meansAllDefaults(String body) {
        assertThat(post(body)).isEqualTo(KeyRequest.of(1, 256));
        assertThat(KeyRequestCodec.ofPost(QueryParameters.NONE, null, LIMITS)).isEqualTo(KeyRequest.of(1, 256));
        assertThat(get(Map.of())).isEqualTo(KeyRequest.of(1, 256));
    }

    @Test
    void numberAndSize_areReadFromQueryAndFromBody() {
        assertThat(post("{\"number\": 3, \"size\": 128}")).isEqualTo(KeyRequest.of(3, 128));
        assertThat(get(Map.of("number", "3", "size", "128"))).isEqualTo(KeyRequest.of(3, 128));
    }

    @Test
    void post_takesFromTheQueryWhatTheBodyDoesNotName() {
        QueryParameters query = new QueryParameters(Map.of("number", "5", "size", "512"));
        assertThat(KeyRequestCodec.ofPost(query, ascii("{\"number\":2,\"size\":null}"), LIMITS))
                .isEqualTo(KeyRequest.of(2, 512));
        assertThat(KeyRequestCodec.ofPost(query, new byte[0], LIMITS)).isEqualTo(KeyRequest.of(5, 512));
    }

    @Test
    void post_whoseBodyNamesIt_looksAtNoQuery() {
        QueryParameters query = new QueryParameters(Map.of("number", "nonsense"));
        assertThat(KeyRequestCodec.ofPost(query, ascii("{\"number\":2}"), LIMITS))
                .isEqualTo(KeyRequest.of(2, 256));
    }

    @Test
    void unknownMembersAndParameters_areIgnored() {
        assertThat(
                        post(
                                "{\"key_length\":1.5e300,\"additional_target_sae_ids\":[{\"a\":[1]}],\"Number\":9,\"size\":64}"))
                .isEqualTo(KeyRequest.of(1, 64));
        assertThat(get(Map.of("key_length", "x", "number", "2"))).isEqualTo(KeyRequest.of(2, 256));
    }

    @Test
    void additionalSlaves_areReadInOrder_andNullOrEmptyMeansNone() {
        assertThat(post("{\"additional_slave_SAE_IDs\":[\"b\",\"c\"]}").additionalSlaves())
                .containsExactly(new SaeId("b"), new SaeId("c"));
        assertThat(post("{\"additional_slave_SAE_IDs\":null}")).isEqualTo(KeyRequest.of(1, 256));
        assertThat(post("{\"additional_slave_SAE_IDs\":[]}")).isEqualTo(KeyRequest.of(1, 256));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"[]\"", "\"b\"", "[1]", "[null]", "[\"\"]", "[\" \"]", "{}", "[\"b\",\"b\"]"})
    void additionalSlaves_repeatedOrNoListOfIds_areRefused(String slaves) {
        refused("{\"additional_slave_SAE_IDs\":" + slaves + "}").hasMessageContaining("additional_slave_SAE_IDs");
    }

    @Test
    void additionalSlaves_moreThanTheServerAllows_areRefused() {
        refused("{\"additional_slave_SAE_IDs\":[\"b\",\"c\",\"d\"]}")
                .hasMessage("additional_slave_SAE_IDs shall name at most 2 SAEs (max_SAE_ID_count)");
    }

    @Test
    void get_withAMemberThatIsNotSimple_isRefused() {
        assertThatThrownBy(() -> get(Map.of("additional_slave_SAE_IDs", "[]")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("additional_slave_SAE_IDs");
        assertThatThrownBy(() -> get(Map.of("extension_mandatory", "[]"))).isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "65", "257", "1025", "-1", "99999999999999999"})
    void size_thatIsNoMultipleOf8_isRefusedWithTheStandardsWords(String size) {
        refused("{\"size\":" + size + "}").hasMessage("size shall be a multiple of 8");
        assertThatThrownBy(() -> get(Map.of("size", size))).hasMessage("size shall be a multiple of 8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-8",
                "56",
                "1032",
                "256.0",
                "2.56e2",
                "\"256\"",
                "true",
                "[256]",
                "{}",
                "1000000000000000000000000000000000000000000"
            })
    void size_outOfRangeOrNoInteger_isRefusedWithTheLimits(String size) {
        refused("{\"size\":" + size + "}").hasMessage(SIZE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "129", "1.0", "1.5", "1e1", "\"1\"", "false", "[]", "{}", "18446744073709551617"})
    void number_outOfRangeOrNoInteger_isRefusedWithTheLimits(String number) {
        refused("{\"number\":" + number + "}").hasMessage(NUMBER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "one", "1.0", "0x10", "129", "0", "99999999999999999999"})
    void number_inTheQueryThatIsNoneOrOutOfRange_isRefusedWithTheLimits(String number) {
        assertThatThrownBy(() -> get(Map.of("number", number))).hasMessage(NUMBER);
    }

    @Test
    void number_withAMillionDigits_isRefusedAtOnce() {
        refused("{\"number\":" + "9".repeat(1_000_000) + "}").hasMessage(NUMBER);
    }

    @Test
    void parameter_thatIsRepeated_isRefused() {
        assertThatThrownBy(
                        () -> KeyRequestCodec.ofGet(new QueryParameters(Map.of("size", List.of("64", "64"))), LIMITS))
                .isInstanceOf(Refusal.class)
                .hasMessage("size shall be given once in the query");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "1",
                "\"{}\"",
                "[{\"number\":1}]",
                "{",
                "{\"number\":1",
                "{number:1}",
                "{} {}",
                "{}]",
                "{\"number\":1}x",
                "{\"number\":1,}",
                "{\"number\":1,\"number\":1}",
                "{\"number\":01}",
                "number=1",
                "\u0001"
            })
    void body_thatIsNoObjectOrNotJsonOrGoesOn_isRefusedWithoutAnEcho(String body) {
        refused(body)
                .hasMessageContaining("the body")
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("\"");
    }

    @Test
    void body_thatIsNestedTooDeeplyOrNotUtf8_isRefused() {
        refused("{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}").hasMessageContaining("JSON");
        refused("{\"x\":" + "[".repeat(500_000)).hasMessageContaining("JSON");
        assertThatThrownBy(() -> KeyRequestCodec.ofPost(
                        QueryParameters.NONE, new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'}, LIMITS))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void mandatoryExtension_thatIsUnknown_isRefusedAndNamed() {
        KeyRequest request = post("{\"extension_mandatory\":[{\"route\":{\"via\":[1]}},{\"qos\":null}]}");
        assertThat(request.mandatoryExtensions()).containsExactly("route", "qos");
        assertThatThrownBy(() -> request.requireExtensionsAmong(Set.of("route")))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal).hasMessage("not all extension_mandatory parameters are supported");
                    assertThat(refusal.details()).containsExactly(Map.of("extension_mandatory_unsupported", "qos"));
                    assertThat(new String(ErrorCodec.encode(refusal), StandardCharsets.UTF_8))
                            .isEqualTo("{\"message\":\"not all extension_mandatory parameters are supported\","
                                    + "\"details\":[{\"extension_mandatory_unsupported\":\"qos\"}]}");
                });
    }

    @Test
    void mandatoryExtension_whoseNameIsHalfACharacter_stillBecomesAnAnswer() {
        KeyRequest request = post("{\"extension_mandatory\":[{\"\\ud800\":1}]}");
        assertThatThrownBy(() -> request.requireExtensionsAmong(Set.of()))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(ErrorCodec.encode(refusal))
                        .isNotEmpty());
    }

    @Test
    void extensions_optionalOrEmpty_areIgnored() {
        assertThat(post("{\"extension_optional\":[{\"anything\":{\"x\":[1,2]}}],\"extension_mandatory\":[]}"))
                .isEqualTo(KeyRequest.of(1, 256));
        assertThat(post("{\"extension_optional\":null,\"extension_mandatory\":[{}]}"))
                .isEqualTo(KeyRequest.of(1, 256));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "\"x\"", "[1]", "[[]]", "[null]", "true"})
    void extensions_thatAreNoListsOfObjects_areRefused(String extensions) {
        refused("{\"extension_mandatory\":" + extensions + "}").hasMessageContaining("extension_mandatory");
        refused("{\"extension_optional\":" + extensions + "}").hasMessageContaining("extension_optional");
    }

    @Property(tries = 200)
    void encodedRequest_isReadBack(
            @ForAll @IntRange(min = 1, max = 128) int number, @ForAll @IntRange(min = 8, max = 128) int bytes) {
        assertThat(KeyRequestCodec.ofPost(QueryParameters.NONE, KeyRequestCodec.encode(number, bytes * 8), LIMITS))
                .isEqualTo(KeyRequest.of(number, bytes * 8));
    }

    @Property(tries = 500)
    void arbitraryBytes_areReadOrRefused_butNeverAnythingElse(@ForAll byte[] body) {
        try {
            KeyRequestCodec.ofPost(QueryParameters.NONE, body, LIMITS);
        } catch (Refusal refusal) {
            assertThat(refusal.status()).isEqualTo(Refusal.Status.BAD_REQUEST);
        }
    }

    private static KeyRequest post(String body) {
        return KeyRequestCodec.ofPost(QueryParameters.NONE, body.getBytes(StandardCharsets.UTF_8), LIMITS);
    }

    private static KeyRequest get(Map<String, String> query) {
        return KeyRequestCodec.ofGet(new QueryParameters(query), LIMITS);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(String body) {
        return assertThatThrownBy(() -> post(body))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(Refusal.Status.BAD_REQUEST));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
