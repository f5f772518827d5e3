package org.qkdmesh.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.routefiles.RouteContract.KeyEffect;

/** Where keys could reach a log or leave the node, and that what is harmless is left alone. */
class KeyLeakTest {

    private static final RouteContract CONTRACT = new RouteContract(
            Set.of("putKeys", "writeKeys", "callKme", "other"),
            Set.of(),
            Set.of(),
            Set.of(),
            Map.of(
                    "putKeys", KeyEffect.PROPERTY_HOLDS_KEYS,
                    "writeKeys", KeyEffect.BODY_HOLDS_KEYS,
                    "callKme", KeyEffect.ANSWER_HOLDS_KEYS),
            Set.of("keys"),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of());

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${body}",
                "gave ${bodyAs(String)} to ${exchangeProperty.peer}",
                "${in.body}",
                "${body.insecureAccess}",
                "${exchangeProperty.keys}",
                "${exchangeProperty[keys]}",
                "${exchangeProperty.keys[0].bytes}",
                "${exchangeProperty.keys[0]}",
                "${exchangeProperty.relay.keys}",
                "${exchange.message.body}",
            })
    void log_ofWhatHoldsKeys_isAnError(String message) {
        assertThat(check(route("test", process("putKeys") + process("writeKeys") + log(message))))
                .singleElement()
                .asString()
                .startsWith("15: a key could reach the log: ${");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${exchangeProperty.keyOrder}",
                "${exchangeProperty.keyOrder.pair}",
                "${exchangeProperty.keys.size}",
                "${exchangeProperty.keys[0].id}",
                "${exchangeProperty.keys[0].bytes.lengthBits}",
                "${exchangeProperty.relay.attempts}",
                "${exchangeProperty.keysWanted}",
                "${header.x} ${headers} ${exchangeId} ${bodyType} ${routeId}",
                "the body of the keys",
            })
    void log_ofMetadata_isFine(String message) {
        assertThat(check(route("test", process("putKeys") + process("writeKeys") + log(message))))
                .isEmpty();
    }

    @Test
    void log_ofABodyWithoutKeys_isFine_beforeTheyAreThereAndAfterTheyAreGone() {
        String noKeys =
                step("setBody:\n    expression:\n      simple:\n        expression: ${exchangeProperty.keyOrder}");
        assertThat(check(route(
                        "test", log("${body}") + process("other") + process("writeKeys") + noKeys + log("${body}"))))
                .isEmpty();
    }

    @Test
    void keysInAnotherPlace_areFollowed() {
        String kept = step("setProperty:\n    name: copy\n    expression:\n      simple:\n        expression: ${body}");
        assertThat(check(route("test", process("writeKeys") + kept + log("${exchangeProperty.copy}"))))
                .containsExactly(
                        "17: a key could reach the log: ${exchangeProperty.copy} holds keys at this step (log); log"
                                + " what is no secret, as ${exchangeProperty.keyOrder}");
    }

    @Test
    void keysInAnotherRoute_areFollowed_throughCallsAndTaps() {
        String tap = step("wireTap:\n    id: tap\n    uri: direct:audit");
        assertThat(check(route("test", process("writeKeys") + tap) + route("audit", log("${body}"))))
                .singleElement()
                .asString()
                .startsWith("22: a key could reach the log");
        assertThat(check(route("test", step("to:\n    id: call\n    uri: direct:give") + log("${body}"))
                        + route("give", process("writeKeys"))))
                .singleElement()
                .asString()
                .startsWith("12: a key could reach the log");
    }

    @Test
    void answerOfAKme_holdsKeys() {
        String call = step("toD:\n    id: send\n    uri: ${exchangeProperty.kmeUri}");
        assertThat(check(route("test", process("callKme") + log("${body}") + call + log("${body}"))))
                .singleElement()
                .asString()
                .startsWith("17: a key could reach the log");
    }

    @Test
    void keysFetchedAsAnSae_areKeys() {
        String call = step("to:\n    id: ask\n    uri: https://localhost:9000/api/v1/keys/sae-b/enc_keys");
        assertThat(check(route("test", call + log("${body}"))))
                .singleElement()
                .asString()
                .startsWith("12: a key could reach the log");
    }

    @Test
    void keysAtTheEndOfALoop_areThereAtItsBeginning() {
        String loop = "loop:\n    id: again\n    expression:\n      constant:\n        expression: \"2\"\n    steps:\n"
                + ("- log:\n    message: ${body}\n- process:\n    id: write\n    ref: writeKeys\n").indent(6);
        assertThat(check(route("test", step(loop))))
                .singleElement()
                .asString()
                .startsWith("15: a key could reach the log");
    }

    @ParameterizedTest
    @CsvSource({"showAll, true, 1", "showBody, false, 0", "showHeaders, true, 1", "level, DEBUG, 1"})
    void logEndpoint_showsTheBodyUnlessToldNotTo(String option, String value, int findings) {
        String to = step(
                "to:\n    id: to-log\n    uri: log:audit\n    parameters:\n      " + option + ": \"" + value + "\"");
        assertThat(check(route("test", process("writeKeys") + to))).hasSize(findings);
    }

    @Test
    void logEndpoint_thatShowsProperties_isAnErrorWhereOneHoldsKeys() {
        String to = step("to:\n    id: to-log\n    uri: log:audit\n    parameters:\n      showProperties: \"true\"");
        assertThat(check(route("test", to + process("putKeys") + to.replace("to-log", "again"))))
                .singleElement()
                .asString()
                .startsWith("18: a key could reach the log: the exchange properties hold keys");
    }

    @Test
    void headerWithAKey_isAnError() {
        String header =
                step("setHeader:\n    name: X-Key\n    expression:\n      exchangeProperty:\n        expression: keys");
        assertThat(check(route("test", process("putKeys") + header)))
                .singleElement()
                .asString()
                .startsWith("15: a key would be in the header \"X-Key\"");
    }

    @Test
    void keysThatLeaveTheNode_wantAReason() {
        String out = "to:\n    id: out\n    uri: file:keys";
        assertThat(check(route("test", process("writeKeys") + step(out))))
                .singleElement()
                .asString()
                .startsWith("11: warning: keys leave the node here");
        assertThat(check(route(
                        "test", process("writeKeys") + step(out + "\n    description: The VPN reads them there"))))
                .isEmpty();
    }

    @Test
    void errorPolicyThatLogsTheBody_isAnErrorWhereItsRoutesHoldKeys() {
        String policy = """
                - routeConfiguration:
                    id: errors
                    description: Errors
                    onException:
                      - onException:
                          id: failed
                          exception:
                            - java.lang.Exception
                          steps:
                            - log:
                                message: ${body}
                """;
        assertThat(check(policy)).isEmpty();
        String route =
                route("test", process("writeKeys")).replace("    from:", "    routeConfigurationId: errors\n    from:");
        assertThat(check(policy + route)).singleElement().asString().startsWith("11: a key could reach the log");
    }

    @Test
    void traceOfARouteWithKeys_andBodiesOfFailures_areErrors() {
        String traced = route("test", process("writeKeys")).replace("    from:", "    trace: true\n    from:");
        assertThat(check(traced)).singleElement().asString().startsWith("5: a key could reach the log: \"trace\"");
        String failures = route("test", process("other"))
                .replace(
                        "    from:",
                        "    errorHandler:\n      defaultErrorHandler:\n        redeliveryPolicy:\n"
                                + "          logExhaustedMessageBody: true\n    from:");
        assertThat(check(failures)).singleElement().asString().startsWith("8: a key could reach the log");
    }

    private static String route(String name, String steps) {
        return "- route:\n    id: " + name + "\n    description: Tests\n    from:\n      uri: direct:" + name
                + "\n      steps:\n" + steps;
    }

    private static String process(String bean) {
        return step("process:\n    id: " + bean + "\n    ref: " + bean);
    }

    private static String log(String message) {
        return step("log:\n    message: " + message);
    }

    private static String step(String text) {
        return ("- " + text).indent(8);
    }

    private List<String> check(String yaml) {
        try {
            String unique = yaml.replaceAll("(- route:\n    id: (\\w+)\n)", "$1    nodePrefixId: $2-\n");
            Files.writeString(directory.resolve("test.camel.yaml"), unique);
            return RouteDirectory.node(directory).check(CONTRACT, getClass().getClassLoader()).stream()
                    .map(finding -> finding.toString().replaceFirst(".*camel.yaml:", ""))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
