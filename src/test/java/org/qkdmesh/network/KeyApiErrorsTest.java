package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.testing.OpenApiContract;
import org.qkdmesh.transport.TestClient;

/**
 * The key delivery API as its callers see it, each row of its table of errors by a test of that name. Every answer is
 * held against the published document as well.
 */
class KeyApiErrorsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OpenApiContract CONTRACT = OpenApiContract.read();
    private static final int LARGEST_BODY = 128 * 1024;

    @TempDir
    static Path folder;

    private static ExampleNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = new ExampleNetwork(folder).start();
        network.awaitKeys(1, 2);
        network.awaitKeys(1, 4);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    @Test
    void sizeNotAMultipleOf8_is400() {
        refused(400, "size shall be a multiple of 8", enc("sae-2/enc_keys?size=257"));
        refused(400, "size shall be a multiple of 8", post("sae-2/enc_keys", "{\"size\":257}"));
    }

    @Test
    void unknownMemberInExtensionMandatory_is400_andNamesIt() throws Exception {
        HttpResponse<String> answer = refused(
                400,
                "not all extension_mandatory parameters are supported",
                post("sae-2/enc_keys", "{\"extension_mandatory\":[{\"route_type\":\"direct\"}]}"));
        assertThat(JSON.readTree(answer.body()).path("details"))
                .isEqualTo(JSON.readTree("[{\"extension_mandatory_unsupported\":\"route_type\"}]"));
    }

    @Test
    void extensionOptionalUnknown_isIgnored() throws Exception {
        keys(1, post("sae-2/enc_keys", "{\"extension_optional\":[{\"colour\":\"blue\"}]}"));
    }

    @Test
    void keyIdUnknown_is400() {
        refused(400, "one or more keys specified are not found on KME", dec("sae-4", 4, "sae-1", UUID.randomUUID()));
    }

    @Test
    void keyIdUsed_is400() throws Exception {
        UUID id = newKey("sae-4");
        keys(1, dec("sae-4", 4, "sae-1", id));
        refused(400, "one or more keys specified are not found on KME", dec("sae-4", 4, "sae-1", id));
    }

    @Test
    void oneKeyIdOfSeveralUnknown_is400_andNothingIsDelivered() throws Exception {
        UUID id = newKey("sae-4");
        String body = keyIds(id, UUID.randomUUID());
        refused(
                400,
                "one or more keys specified are not found on KME",
                post("sae-4", network.api(4) + "sae-1/dec_keys", body));
        keys(1, dec("sae-4", 4, "sae-1", id));
    }

    @Test
    void keyExists_callerIsNotItsSlave_is401_andTheKeyStays() throws Exception {
        UUID id = newKey("sae-1b");
        refused(401, "one or more keys are not for this pair of SAEs", dec("sae-1", 1, "sae-1b", id));
        keys(1, dec("sae-1b", 1, "sae-1", id));
    }

    @Test
    void keyExists_masterInThePathIsAnother_is401_andTheKeyStays() throws Exception {
        UUID id = newKey("sae-4");
        refused(401, "one or more keys are not for this pair of SAEs", dec("sae-4", 4, "sae-2", id));
        keys(1, dec("sae-4", 4, "sae-1", id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sae-1/status", "sae-1/enc_keys", "sae-1/dec_keys?key_ID=x"})
    void callerIsNoSaeOfThisNode_is401(String call) {
        refused(
                401,
                "the caller is not an SAE of this node",
                network.as("sae-2").get(network.api(1) + call));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            number=0      | number shall be an integer from 1 to 128
            number=-1     | number shall be an integer from 1 to 128
            number=129    | number shall be an integer from 1 to 128
            number=1.0    | number shall be an integer from 1 to 128
            number=ten    | number shall be an integer from 1 to 128
            number=       | number shall be an integer from 1 to 128
            number=99999999999999999999 | number shall be an integer from 1 to 128
            number=1&number=1 | number shall be given once in the query
            size=56       | size shall be an integer from 64 to 1024
            size=0        | size shall be an integer from 64 to 1024
            size=1032     | size shall be an integer from 64 to 1024
            size=big      | size shall be an integer from 64 to 1024
            """)
    void numberOrSizeOutOfRangeOrOfWrongType_is400_inAQuery(String query, String message) {
        refused(400, message, enc("sae-2/enc_keys?" + query));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"number":0}       | number shall be an integer from 1 to 128
            {"number":129}     | number shall be an integer from 1 to 128
            {"number":"1"}     | number shall be an integer from 1 to 128
            {"number":1.0}     | number shall be an integer from 1 to 128
            {"number":1e1}     | number shall be an integer from 1 to 128
            {"number":[1]}     | number shall be an integer from 1 to 128
            {"number":true}    | number shall be an integer from 1 to 128
            {"size":1032}      | size shall be an integer from 64 to 1024
            {"size":"256"}     | size shall be an integer from 64 to 1024
            {"extension_mandatory":{}} | extension_mandatory shall be a list of objects
            {"extension_mandatory":[1]} | extension_mandatory shall be a list of objects
            {"extension_optional":"x"} | extension_optional shall be a list of objects
            []                 | the body shall be a JSON object
            "text"             | the body shall be a JSON object
            {} {}              | nothing shall follow the JSON object in the body
            """)
    void memberOutOfRangeOrOfWrongType_is400_inABody(String body, String message) {
        refused(400, message, post("sae-2/enc_keys", body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"number\":}", "number=1", "{'number':1}", "{\"number\":1,\"number\":2}", "\u0000"})
    void bodyIsNotJson_is400(String body) {
        HttpResponse<String> answer = answered(400, post("sae-2/enc_keys", body));
        assertThat(message(answer)).startsWith("the body is not acceptable JSON");
    }

    @Test
    void slaveNeverHeardOf_is400() {
        String message = "slave_SAE_ID names an SAE that is not known in this network";
        refused(400, message, enc("sae-nowhere/enc_keys"));
        refused(400, message, enc("sae-nowhere/status"));
    }

    @Test
    void slaveIsMaster_is400() {
        refused(400, "slave_SAE_ID shall name another SAE than the caller", enc("sae-1/enc_keys"));
        refused(400, "master_SAE_ID shall name another SAE than the caller", enc("sae-1/dec_keys?key_ID=x"));
    }

    @Test
    void blankId_is400() {
        refused(400, "slave_SAE_ID shall not be blank", enc("%20/enc_keys"));
        refused(400, "master_SAE_ID shall not be blank", enc("%20/dec_keys?key_ID=x"));
    }

    @Test
    void noAdvertsComparedYet_is503(@TempDir Path other) throws Exception {
        try (ExampleNetwork lonely = new ExampleNetwork(other)) {
            lonely.startNode(1);
            temporary(lonely.as("sae-1").get(lonely.api(1) + "sae-4/enc_keys"));
            temporary(lonely.as("sae-1").get(lonely.api(1) + "sae-4/status"));
        }
    }

    @Test
    void pairNotAllowed_is401() {
        String message = "this pair of SAEs is not allowed to share keys";
        refused(401, message, network.as("sae-3").get(network.api(3) + "sae-2/enc_keys"));
        refused(401, message, network.as("sae-3").get(network.api(3) + "sae-2/status"));
        refused(401, message, dec("sae-2", 2, "sae-3", UUID.randomUUID()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ["sae-3","sae-3"] | additional_slave_SAE_IDs shall name no SAE twice
            ["sae-2"]         | additional_slave_SAE_IDs shall name other SAEs than slave_SAE_ID
            ["sae-3","sae-1"] | additional_slave_SAE_IDs shall name other SAEs than the caller
            ["sae-nowhere"]   | additional_slave_SAE_IDs names an SAE that is not known in this network
            ["a","b","c","d"] | additional_slave_SAE_IDs shall name at most 3 SAEs (max_SAE_ID_count)
            "[]"              | additional_slave_SAE_IDs shall be a list of texts
            [3]               | additional_slave_SAE_IDs shall be a list of texts
            """)
    void additionalSlaves_are400(String list, String message) {
        refused(400, message, post("sae-2/enc_keys", "{\"additional_slave_SAE_IDs\":" + list + "}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                 | key_IDs shall name at least one key
            {"key_IDs":[]}     | key_IDs shall name at least one key
            {"key_IDs":"x"}    | key_IDs shall be a list of objects
            {"key_IDs":["x"]}  | key_IDs shall be a list of objects
            {"key_IDs":[{}]}   | each entry of key_IDs shall have a key_ID
            {"key_IDs":[{"key_ID":1}]}   | key_ID shall be a text
            {"key_IDs":[{"key_ID":"x"}]} | key_ID is not a UUID of 36 characters
            """)
    void keyIdsAbsentEmptyOrMalformed_is400(String body, String message) {
        refused(400, message, post("sae-4", network.api(4) + "sae-1/dec_keys", body));
    }

    @Test
    void keyIdTwiceInOneRequest_is400_andTheKeyStays() throws Exception {
        UUID id = newKey("sae-4");
        refused(
                400,
                "key_IDs shall name no key twice",
                post("sae-4", network.api(4) + "sae-1/dec_keys", keyIds(id, id)));
        keys(1, dec("sae-4", 4, "sae-1", id));
    }

    @Test
    void decKeysWithoutKeyId_is400() {
        refused(400, "key_ID is missing in the query", network.as("sae-4").get(network.api(4) + "sae-1/dec_keys"));
        refused(400, "key_IDs is missing, the body is empty", post("sae-4", network.api(4) + "sae-1/dec_keys", ""));
    }

    @Test
    void noKeysToBeHadNow_is503(@TempDir Path other) throws Exception {
        try (ExampleNetwork withoutKmes = new ExampleNetwork(other)) {
            withoutKmes.startNode(1);
            withoutKmes.startNode(2);
            temporary(withoutKmes.as("sae-1").get(withoutKmes.api(1) + "sae-2/enc_keys"));
        }
    }

    @Test
    void moreKeysThanMayWaitForAPair_is503_untilTheSlaveFetches() throws Exception {
        String door = network.api(1) + "sae-1/enc_keys?number=";
        HttpResponse<String> given = null;
        for (int left = 10_000; left > 0; left -= Math.min(128, left)) {
            given = answered(200, network.as("sae-1b").get(door + Math.min(128, left)));
        }
        HttpResponse<String> refused = network.as("sae-1b").get(door + 1);
        temporary(refused);
        assertThat(message(refused)).isEqualTo("too many keys wait for the slave SAE");

        String id = json(given).at("/keys/0/key_ID").asText();
        answered(200, network.as("sae-1").get(network.api(1) + "sae-1b/dec_keys?key_ID=" + id));
        answered(200, network.as("sae-1b").get(door + 1));
    }

    @Test
    void bodyOverTheLimit_is413() {
        answered(413, post("sae-2/enc_keys", " ".repeat(LARGEST_BODY) + "{}"));
        keys(1, post("sae-2/enc_keys", " ".repeat(LARGEST_BODY - 2) + "{}"));
    }

    @Test
    void bodyNestedTooDeep_is400() {
        String deep = "{\"x\":" + "[".repeat(40_000) + "]".repeat(40_000) + "}";
        assertThat(message(answered(400, post("sae-2/enc_keys", deep)))).startsWith("the body is not acceptable JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sae-2/enc_key", "sae-2", "sae-2/enc_keys/x", "../keys"})
    void pathUnknown_is404_inJson(String path) {
        answered(404, enc(path));
    }

    @ParameterizedTest
    @CsvSource({"DELETE,sae-2/enc_keys,'GET,POST'", "PUT,sae-2/dec_keys,'GET,POST'", "POST,sae-2/status,GET"})
    void methodNotAllowed_is405_withAllow(String method, String path, String allowed) {
        HttpResponse<String> answer = answered(
                405,
                network.as("sae-1")
                        .send(TestClient.request(network.api(1) + path).method(method, BodyPublishers.ofString("{}"))));
        assertThat(answer.headers().firstValue("Allow").orElseThrow().split(", *"))
                .containsExactlyInAnyOrder(allowed.split(","));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"key_length\":1,\"additional_target_sae_ids\":[\"x\"],\"x\":{\"y\":[]}}",
                "{\"number\":null,\"size\":null,\"additional_slave_SAE_IDs\":null,"
                        + "\"extension_mandatory\":null,\"extension_optional\":null}",
                "{\"additional_slave_SAE_IDs\":[],\"extension_mandatory\":[],\"extension_optional\":[]}"
            })
    void bodyWithNothingAskedFor_meansTheDefaults(String body) throws Exception {
        JsonNode keys = keys(1, post("sae-2/enc_keys", body));
        assertThat(keys.get(0).path("key").binaryValue()).hasSize(32);
    }

    @Test
    void unknownQueryParameters_areIgnored() {
        keys(2, enc("sae-2/enc_keys?number=2&key_length=7&slave_SAE_ID=sae-4"));
    }

    @Test
    void numberInTheQueryOfAPost_countsUnlessTheBodyNamesIt() {
        keys(2, post("sae-2/enc_keys?number=2", "{}"));
        keys(3, post("sae-2/enc_keys?number=2", "{\"number\":3}"));
    }

    @Test
    void idInThePath_isPercentDecoded() {
        keys(1, enc("s%61e%2D2/enc_keys"));
    }

    @Test
    void keyIds_areComparedWithoutRegardToCase() throws Exception {
        UUID id = newKey("sae-4");
        keys(
                1,
                network.as("sae-4")
                        .get(network.api(4) + "sae-1/dec_keys?key_ID="
                                + id.toString().toUpperCase(Locale.ROOT)));
    }

    @Test
    void postWithAnotherContentTypeChunkedOrExpectingContinue_isReadAsJson() {
        byte[] body = "{\"number\":2}".getBytes(StandardCharsets.UTF_8);
        String uri = network.api(1) + "sae-2/enc_keys";
        keys(
                2,
                network.as("sae-1")
                        .send(TestClient.request(uri)
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofByteArray(body))));
        TestClient http11 = TestClient.tls(
                network.credentials("sae-1"),
                network.certificates().authorities(),
                HttpClient.Version.HTTP_1_1,
                "TLSv1.2");
        keys(
                2,
                http11.send(TestClient.request(uri)
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))));
        keys(2, http11.send(TestClient.request(uri).expectContinue(true).POST(BodyPublishers.ofByteArray(body))));
    }

    @Test
    void http2_isSpoken() {
        assertThat(enc("sae-2/status").version()).isEqualTo(HttpClient.Version.HTTP_2);
    }

    @Test
    void status_hasTheMembersOfTheStandard() throws Exception {
        JsonNode status = JSON.readTree(answered(200, enc("sae-4/status")).body());
        assertThat(status.path("source_KME_ID").asText()).isEqualTo("tn-1");
        assertThat(status.path("target_KME_ID").asText()).isEqualTo("tn-4");
        assertThat(status.path("key_size").asInt()).isEqualTo(256);
        assertThat(status.path("max_SAE_ID_count").asInt(-1)).isEqualTo(3);
        assertThat(status.path("stored_key_count").asLong())
                .isBetween(0L, status.path("max_key_count").asLong());
    }

    private static HttpResponse<String> enc(String call) {
        return network.as("sae-1").get(network.api(1) + call);
    }

    private static HttpResponse<String> post(String call, String body) {
        return post("sae-1", network.api(1) + call, body);
    }

    private static HttpResponse<String> post(String sae, String uri, String body) {
        return network.as(sae).post(uri, body.getBytes(StandardCharsets.UTF_8));
    }

    private static HttpResponse<String> dec(String slave, int node, String master, UUID id) {
        return network.as(slave).get(network.api(node) + master + "/dec_keys?key_ID=" + id);
    }

    private static String keyIds(UUID first, UUID second) {
        return "{\"key_IDs\":[{\"key_ID\":\"" + first + "\"},{\"key_ID\":\"" + second + "\"}]}";
    }

    /** As any client has to, asks once more where there was no key in time. */
    private static UUID newKey(String slave) {
        HttpResponse<String> given =
                await().until(() -> enc(slave + "/enc_keys"), answer -> answer.statusCode() != 503);
        return UUID.fromString(keys(1, given).get(0).path("key_ID").asText());
    }

    /** Keys are nobody's to keep but the caller's, and there are as many as were asked for. */
    private static JsonNode keys(int number, HttpResponse<String> answer) {
        answered(200, answer);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode keys = json(answer).path("keys");
        assertThat(keys).hasSize(number);
        return keys;
    }

    private static void temporary(HttpResponse<String> answer) {
        answered(503, answer);
        assertThat(answer.headers().firstValue("Retry-After").orElseThrow()).matches("[1-9][0-9]*");
    }

    private static HttpResponse<String> refused(int status, String message, HttpResponse<String> answer) {
        answered(status, answer);
        assertThat(message(answer)).isEqualTo(message);
        return answer;
    }

    private static HttpResponse<String> answered(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return CONTRACT.check(answer);
    }

    private static String message(HttpResponse<String> answer) {
        return json(answer).path("message").asText();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + answer.body(), e);
        }
    }
}
