package org.qkdmesh.kme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.BiFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.kme.KmeFailure.Kind;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SessionKey;

/** The client against KMEs as they are in the field. */
class Etsi014KmeTest {

    private static final String A = "bc490419-7d60-487f-adc1-4ddcc177c139";
    private static final String B = "0a782fb5-3434-48fe-aa4d-14f41d46cf92";
    private static final String SECRET = Base64.getEncoder().encodeToString(new byte[32]);

    private final List<String> calls = new ArrayList<>();
    private final List<KmeCall.Answer> answers = new ArrayList<>();
    private final List<String> brokenRules = new ArrayList<>();

    @Test
    void calls_goToTheStandardsPaths_withTheFarEndEncoded() {
        KmeCall recorded = (method, target, body) -> {
            calls.add(method + " " + target + " " + new String(body, StandardCharsets.UTF_8));
            return answer(200, target.endsWith("status") ? "{\"key_size\":256}" : container(A));
        };
        Etsi014Kme kme = new Etsi014Kme(new SaeId("urn:x/y?z"), recorded, brokenRules::add);
        kme.status();
        kme.encKeys(1, 256);
        kme.decKeys(List.of(KeyId.parse(A)));
        assertThat(calls)
                .containsExactly(
                        "GET /api/v1/keys/urn%3Ax%2Fy%3Fz/status ",
                        "POST /api/v1/keys/urn%3Ax%2Fy%3Fz/enc_keys {\"number\":1,\"size\":256}",
                        "POST /api/v1/keys/urn%3Ax%2Fy%3Fz/dec_keys {\"key_IDs\":[{\"key_ID\":\"" + A + "\"}]}");
        assertThat(brokenRules).isEmpty();
    }

    @Test
    void status_givesLimitsThatCanBeUsed() {
        assertThat(kme((method, target) -> answer(
                                200,
                                "{\"key_size\":256,\"min_key_size\":1,\"max_key_size\":4100,\"max_key_per_request\":0,\"stored_key_count\":7}"))
                        .status())
                .isEqualTo(new KmeClient.Status(8, 4096, 1, 7));
        failsWith(Kind.BROKEN, "key size", () -> kme((method, target) -> answer(200, "{\"key_size\":4}"))
                .status());
    }

    @Test
    void encKeys_isNeverAskedForMoreThanTheStatusAllows() {
        Etsi014Kme kme = kme((method, target) -> answer(
                200, target.endsWith("status") ? "{\"key_size\":256,\"max_key_per_request\":2}" : container(A, B)));
        kme.status();
        assertThat(kme.encKeys(50, 256)).hasSize(2);
    }

    @Test
    void encKeys_fewerThanAsked_areTaken() {
        assertThat(kme((method, target) -> answer(200, container(A))).encKeys(5, 256))
                .hasSize(1);
    }

    @Test
    void encKeys_moreThanAskedOrOfAnotherSize_areRefused() {
        failsWith(Kind.BROKEN, "more than", () -> kme((m, t) -> answer(200, container(A, B)))
                .encKeys(1, 256));
        failsWith(Kind.BROKEN, "128 bit", () -> kme((m, t) -> answer(200, container(A)))
                .encKeys(1, 128));
        failsWith(Kind.BROKEN, "twice", () -> kme((m, t) -> answer(200, container(A, A)))
                .encKeys(2, 256));
    }

    @Test
    void decKeys_inAnotherOrder_areSorted() {
        List<SessionKey> keys =
                kme((m, t) -> answer(200, container(B, A))).decKeys(List.of(KeyId.parse(A), KeyId.parse(B)));
        assertThat(keys).extracting(SessionKey::id).containsExactly(KeyId.parse(A), KeyId.parse(B));
    }

    @Test
    void decKeys_fewerOrOthersThanAsked_areRefused() {
        List<KeyId> both = List.of(KeyId.parse(A), KeyId.parse(B));
        failsWith(Kind.BROKEN, "1 keys where 2", () -> kme((m, t) -> answer(200, container(A)))
                .decKeys(both));
        failsWith(Kind.BROKEN, "not asked for", () -> kme((m, t) -> answer(200, container(B)))
                .decKeys(List.of(KeyId.parse(A))));
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 415, 501})
    void kmeThatKnowsOnlyGet_isAskedByGetFromThenOn(int status) {
        Etsi014Kme kme = kme((method, target) -> {
            calls.add(method + " " + target.substring(target.lastIndexOf('/')));
            return method.equals("POST")
                    ? answer(status, "{\"detail\":\"Method Not Allowed\"}")
                    : answer(200, container(target.contains(B) ? B : A));
        });
        assertThat(kme.encKeys(1, 256)).hasSize(1);
        assertThat(kme.decKeys(List.of(KeyId.parse(A), KeyId.parse(B))))
                .extracting(SessionKey::id)
                .containsExactly(KeyId.parse(A), KeyId.parse(B));
        assertThat(calls)
                .containsExactly(
                        "POST /enc_keys",
                        "GET /enc_keys?number=1&size=256",
                        "GET /dec_keys?key_ID=" + A,
                        "GET /dec_keys?key_ID=" + B);
        assertThat(brokenRules)
                .containsExactly(
                        "enc_keys: is to be had by GET and by POST, but POST was answered " + status + "; GET is used");
    }

    @Test
    void kmeThatTakesPost_isNotAskedByGetForAKeyItDoesNotKnow() {
        Etsi014Kme kme = kme((method, target) -> {
            calls.add(method);
            return target.endsWith("enc_keys") ? answer(200, container(A)) : answer(404, "not found");
        });
        kme.encKeys(1, 256);
        failsWith(Kind.REFUSED, "404", () -> kme.decKeys(List.of(KeyId.parse(B))));
        assertThat(calls).containsExactly("POST", "POST");
    }

    @ParameterizedTest
    @CsvSource({
        "400, REFUSED",
        "401, BROKEN",
        "403, BROKEN",
        "302, BROKEN",
        "204, BROKEN",
        "408, UNAVAILABLE",
        "429, UNAVAILABLE",
        "500, UNAVAILABLE",
        "503, UNAVAILABLE"
    })
    void error_isUnderstoodByItsStatus_whateverFormItsTextHas(int status, Kind kind) {
        for (String body : List.of("{\"message\":\"out of keys\"}", "{\"detail\":\"out of keys\"}", "out of\nkeys")) {
            failsWith(kind, "enc_keys: answered " + status + ", out of keys", () -> kme((m, t) -> answer(status, body))
                    .encKeys(1, 256));
        }
        failsWith(kind, "status: answered " + status, () -> kme((m, t) -> answer(status, ""))
                .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "[]", "{}", "{\"keys\":[]}", "{\"keys\":[{}]}", "<html></html>"})
    void garbageWith200_isTheKmesFailure(String body) {
        failsWith(
                Kind.BROKEN, "enc_keys", () -> kme((m, t) -> answer(200, body)).encKeys(1, 256));
        failsWith(
                Kind.BROKEN, "dec_keys", () -> kme((m, t) -> answer(200, body)).decKeys(List.of(KeyId.parse(A))));
        failsWith(Kind.BROKEN, "status", () -> kme((m, t) -> answer(200, body)).status());
    }

    @Test
    void answers_areErased_andKeysNeverStandInAFailure() {
        kme((m, t) -> answer(200, container(A))).encKeys(1, 256);
        assertThatThrownBy(() -> kme((m, t) -> answer(200, container(A))).encKeys(1, 64))
                .hasMessageNotContaining(SECRET.substring(0, 8));
        assertThatThrownBy(() -> kme((m, t) -> answer(400, container(A))).encKeys(1, 256))
                .hasMessageNotContaining(SECRET.substring(0, 8));
        assertThat(answers).hasSize(3).allSatisfy(answer -> assertThat(answer.body())
                .containsOnly(0));
        assertThat(answers.get(0).toString()).isEqualTo("Answer[200, 113 bytes]");
    }

    private Etsi014Kme kme(BiFunction<String, String, KmeCall.Answer> behaviour) {
        return new Etsi014Kme(
                new SaeId("tn-2"), (method, target, body) -> behaviour.apply(method, target), brokenRules::add);
    }

    private KmeCall.Answer answer(int status, String body) {
        KmeCall.Answer answer = new KmeCall.Answer(status, body.getBytes(StandardCharsets.UTF_8));
        answers.add(answer);
        return answer;
    }

    private static String container(String... ids) {
        List<String> keys = new ArrayList<>();
        for (String id : ids) {
            keys.add("{\"key_ID\":\"" + id + "\",\"key\":\"" + SECRET + "\"}");
        }
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }

    private static void failsWith(Kind kind, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KmeFailure.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining(words);
    }
}
