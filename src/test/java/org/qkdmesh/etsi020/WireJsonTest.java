package org.qkdmesh.etsi020;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireJsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": 1, \"a\": 1}",
                "{\"a\": null, \"b\": 1, \"a\": {}}",
                "[{}, {\"a\": {\"b\": [], \"b\": []}}]",
                "{\"a\": 1, \"\\u0061\": 2}",
            })
    void aMemberThatComesTwice_isRefused_wherever(String body) {
        assertThatExceptionOfType(MalformedMessage.class)
                .isThrownBy(() -> parse(body))
                .withMessageContaining("line 1");
    }

    @Test
    void theSameMemberInTwoObjects_isRead() {
        assertThat(parse("[{\"a\": {\"a\": 1}}, {\"a\": 2}]")).hasToString("[{\"a\":{\"a\":1}},{\"a\":2}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{} {}", "[1] 2", "{", "{\"a\": 1,}", "nothing"})
    void whatIsNotOneJsonValue_isRefused(String body) {
        assertThatExceptionOfType(MalformedMessage.class).isThrownBy(() -> parse(body));
    }

    @Test
    void depthIsBounded() {
        assertThat(parse("[".repeat(32) + "]".repeat(32))).isNotNull();
        assertThatExceptionOfType(MalformedMessage.class).isThrownBy(() -> parse("[".repeat(33) + "]".repeat(33)));
    }

    private static JsonNode parse(String body) {
        return WireJson.parse(body.getBytes(StandardCharsets.UTF_8));
    }
}
