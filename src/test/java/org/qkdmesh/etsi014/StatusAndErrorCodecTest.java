package org.qkdmesh.etsi014;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.model.Refusal;

class StatusAndErrorCodecTest {

    private static final KeyLimits LIMITS = new KeyLimits(64, 1024, 256, 128, 10_000);

    @Test
    void status_isWrittenWithTheStandardsMembers_andReadBack() {
        StatusDocument status = StatusDocument.of(LIMITS, "tn-1", "tn-4", "sae-a", "sae-b", 25_000);
        byte[] json = StatusCodec.encode(status);
        assertThat(new String(json, StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"source_KME_ID\":\"tn-1\",\"target_KME_ID\":\"tn-4\",\"master_SAE_ID\":\"sae-a\","
                                + "\"slave_SAE_ID\":\"sae-b\",\"key_size\":256,\"stored_key_count\":10000,\"max_key_count\":10000,"
                                + "\"max_key_per_request\":128,\"max_key_size\":1024,\"min_key_size\":64,\"max_SAE_ID_count\":0}");
        assertThat(StatusCodec.decode(json)).isEqualTo(status);
    }

    @Test
    void storedKeyCount_isNeverNegativeAndNeverAboveTheMaximum() {
        assertThat(StatusDocument.of(LIMITS, "", "", "", "", -5).storedKeyCount())
                .isZero();
        assertThat(StatusDocument.of(LIMITS, "", "", "", "", Long.MAX_VALUE).storedKeyCount())
                .isEqualTo(10_000);
    }

    @Test
    void statusOfAKme_thatLeavesLimitsOut_isReadAsTheLeastThatIsLeft() {
        StatusDocument status =
                StatusCodec.decode(ascii("{\"key_size\":256,\"status_extension\":{\"x\":1},\"foo\":[]}"));
        assertThat(status.minKeySize()).isEqualTo(256);
        assertThat(status.maxKeySize()).isEqualTo(256);
        assertThat(status.maxKeyPerRequest()).isEqualTo(1);
        assertThat(status.storedKeyCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"key_size\":\"256\"}",
                "{\"key_size\":2.5}",
                "{\"key_size\":-1}",
                "{\"key_size\":4294967296}",
                "<html>"
            })
    void statusOfAKme_thatMakesNoSense_isMalformed(String body) {
        assertThatThrownBy(() -> StatusCodec.decode(ascii(body))).isInstanceOf(MalformedAnswer.class);
    }

    @Test
    void error_withoutDetails_hasTheMessageOnly() {
        assertThat(new String(ErrorCodec.encode(Refusal.badRequest("say \"why\"")), StandardCharsets.UTF_8))
                .isEqualTo("{\"message\":\"say \\\"why\\\"\"}");
    }

    @Test
    void errorOfAKme_isQuotedFromMessageDetailOrText() {
        assertThat(quote("{\"message\":\"no keys\",\"details\":[{}]}")).isEqualTo("no keys");
        assertThat(quote("{\"detail\":\"SAE unknown\"}")).isEqualTo("SAE unknown");
        assertThat(quote("<h1>Bad\r\nGateway</h1>")).isEqualTo("<h1>Bad Gateway</h1>");
        assertThat(quote("{\"detail\":[{\"msg\":1}]}")).isEmpty();
        assertThat(quote("x ".repeat(1000))).hasSizeLessThanOrEqualTo(200);
    }

    @Test
    void errorOfAKme_thatShowsAKey_isQuotedWithoutIt() {
        assertThat(quote("{\"message\":\"have bWJtYnJlYWtzZXZlcnl0aGluZ2hlcmU= left\"}"))
                .isEqualTo("have ... left");
        assertThat(quote("{\"keys\":[{\"key_ID\":\"x\",\"key\":\"bWJtYnJlYWtzZXZlcnl0aGluZ2hlcmU=\"}]"))
                .doesNotContain("bWJt");
    }

    @Property(tries = 300)
    void errorOfAKme_whateverItIs_isQuotedShortAndPrintable(@ForAll byte[] body) {
        assertThat(ErrorCodec.quote(body)).matches("[\\x20-\\x7e]{0,200}");
    }

    private static String quote(String body) {
        return ErrorCodec.quote(body.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
