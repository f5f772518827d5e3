package org.qkdmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** That the contract lets through what the document says and nothing else; or the live tests would prove nothing. */
class OpenApiContractTest {

    private static final String KEY =
            "{\"key_ID\":\"bc490419-7d60-487f-adc1-4ddcc177c139\",\"key\":\"wHHVxRwDJs3/bXd38GHP3oe4svTuRpZS0yCC7x4Ly+s=\"}";
    private static final String JSON = "application/json";

    private final OpenApiContract contract = OpenApiContract.read();

    @Test
    void answers_asDocumented_pass() {
        check(
                "GET",
                "/api/v1/keys/sae-b/enc_keys",
                200,
                Map.of("Cache-Control", "no-store"),
                "{\"keys\":[" + KEY + "]}");
        check("POST", "/api/v1/keys/a%2Fb/dec_keys", 503, Map.of("Retry-After", "1"), "{\"message\":\"later\"}");
        check("DELETE", "/api/v1/keys/sae-b/status", 405, Map.of("Allow", "GET"), "{\"message\":\"no\"}");
        check("GET", "/api/v1/nothing", 404, Map.of(), "{\"message\":\"no such path\"}");
        check("GET", "/api/v1/keys/sae-b/status", 400, Map.of(), "{\"message\":\"no\",\"details\":[{\"a\":\"b\"}]}");
    }

    @Test
    void answers_thatAreNotDocumented_fail() {
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 500, Map.of(), "{\"message\":\"no\"}");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 503, Map.of(), "{\"message\":\"no Retry-After\"}");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 200, Map.of(), "{\"keys\":[" + KEY + "]}");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 401, Map.of(), "{\"detail\":\"no message\"}");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 400, Map.of(), "{\"message\":\"x\",\"details\":[\"text\"]}");
        Map<String, String> noStore = Map.of("Cache-Control", "no-store");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 200, noStore, "{\"keys\":[]}");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 200, noStore, "{\"keys\":[" + KEY + "],\"more\":1}");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 200, noStore, "{\"keys\":[" + KEY.replace("}", ",\"x\":1}") + "]}");
        fails("GET", "/api/v1/keys/sae-b/enc_keys", 200, noStore, "{\"keys\":[" + KEY.replace("s=", "s") + "]}");
        fails("GET", "/api/v1/keys/sae-b/status", 200, Map.of(), "{\"key_size\":256}");
        fails("PUT", "/api/v1/keys/sae-b/status", 404, Map.of(), "{\"message\":\"x\"}");
    }

    @Test
    void requests_haveTheDocumentedForm() {
        assertThat(contract.errorsOf(
                        "KeyRequest", "{\"number\":null,\"size\":256,\"extension_mandatory\":[{}],\"x\":1}"))
                .isEmpty();
        assertThat(contract.errorsOf("KeyRequest", "{\"size\":255}")).isNotEmpty();
        assertThat(contract.errorsOf("KeyIds", "{\"key_IDs\":[" + KEY + "]}")).isEmpty();
        assertThat(contract.errorsOf("KeyIds", "{\"key_IDs\":[{}]}")).isNotEmpty();
    }

    private void fails(String method, String path, int status, Map<String, String> headers, String body) {
        assertThatThrownBy(() -> check(method, path, status, headers, body)).isInstanceOf(AssertionError.class);
    }

    private void check(String method, String path, int status, Map<String, String> headers, String body) {
        contract.check(method, path, status, name -> name.equals("Content-Type") ? JSON : headers.get(name), body);
    }
}
