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
import org.qkdmesh.routefiles.RouteContract.KeyEffect;

/** Route files with one mistake each, and where and how it is told. */
class BrokenRoutesTest {

    private static final RouteContract CONTRACT = new RouteContract(
            Set.of("identifySae", "putKeys", "writeKeys", "callKme", "shortestPath", "saeReads"),
            Set.of("tls-"),
            Set.of(),
            Set.of("shortestPath", "mostKeys"),
            Map.of(
                    "putKeys", KeyEffect.PROPERTY_HOLDS_KEYS,
                    "writeKeys", KeyEffect.BODY_HOLDS_KEYS,
                    "callKme", KeyEffect.ANSWER_HOLDS_KEYS),
            Set.of("keys"),
            Set.of("direct:java"),
            Set.of(),
            Set.of(),
            Set.of("audit.directory"));

    private static final String HEAD = """
            - route:
                id: test
                nodePrefixId: test-
                description: Tests
                from:
                  uri: direct:test
                  steps:
            """;

    @TempDir
    Path directory;

    @Test
    void noYaml_isToldWithItsLine() {
        assertThat(check("- route:\n    id: x\n   from: y\n"))
                .singleElement()
                .asString()
                .startsWith("test.camel.yaml:3: this is not YAML: ");
    }

    @Test
    void unknownStep_nearestNameIsNamed() {
        assertThat(steps("- setBodyy: {}"))
                .containsExactly("test.camel.yaml:8: unknown step \"setBodyy\", did you mean \"setBody\"?");
    }

    @Test
    void unknownKeyOfAStep_nearestNameIsNamed() {
        assertThat(steps("- process:\n    id: identify\n    reff: identifySae"))
                .containsExactly(
                        "test.camel.yaml:8: \"process\" lacks \"ref:\"",
                        "test.camel.yaml:10: unknown key \"reff\" in \"process\", did you mean \"ref\"?");
    }

    @Test
    void expressionThatIsNotClosed_isToldAsItStands() {
        assertThat(steps("- log:\n    message: \"for ${header.sae, soon\""))
                .containsExactly(
                        "test.camel.yaml:9: \"${\" is not closed in for ${header.sae, soon: write } behind what"
                                + " it computes");
    }

    @Test
    void unknownFunctionOfAnExpression_nearestNameIsNamed() {
        assertThat(steps("""
                        - setProperty:
                            name: pair
                            expression:
                              simple:
                                expression: ${exchangeProprty.pair} to ${headers[${exchangeId}]}
                        """))
                .containsExactly("test.camel.yaml:12: Camel's language Simple has no function \"exchangeProprty\","
                        + " did you mean \"exchangeProperty\"?");
    }

    @Test
    void numberInQuotes_isToBeWithout() {
        assertThat(check("""
                        - routeConfiguration:
                            id: retries
                            description: Tries again
                            onException:
                              - onException:
                                  exception:
                                    - java.lang.Exception
                                  redeliveryPolicy:
                                    maximumRedeliveries: "2"
                        """))
                .containsExactly(
                        "test.camel.yaml:9: \"maximumRedeliveries\": expected a number, found text: write 2 without quotes");
    }

    @Test
    void placeholderInATypedField_canNotStandThere() {
        assertThat(steps("- loop:\n    id: again\n    copy: \"{{audit.directory}}\"\n    expression:\n      constant:\n"
                        + "        expression: \"2\""))
                .containsExactly(
                        "test.camel.yaml:10: \"copy\": a placeholder can not stand here, Camel wants true or false"
                                + " in the file itself");
    }

    @Test
    void unknownBean_ofAStepOrAnOption_nearestNameIsNamed() {
        assertThat(steps("""
                        - process:
                            id: identify
                            ref: identifySAE
                        - to:
                            id: send
                            uri: https://localhost/
                            parameters:
                              sslContextParameters: "#tls-tn-2"
                              x509HostnameVerifier: "#saeRead"
                        """))
                .containsExactly(
                        "test.camel.yaml:10: unknown bean \"identifySAE\", did you mean \"identifySae\"?",
                        "test.camel.yaml:16: unknown bean \"saeRead\", did you mean \"saeReads\"?");
    }

    @Test
    void beanThatAFileDeclares_isKnown() {
        assertThat(check("- beans:\n    - name: audit\n      type: java.util.ArrayList\n" + HEAD
                        + "        - process:\n            id: note\n            ref: audit\n"))
                .isEmpty();
    }

    @Test
    void unknownPlanner_nearestNameIsNamed() {
        assertThat(steps("- setProperty:\n    name: planner\n    expression:\n      constant:\n"
                        + "        expression: mostKey"))
                .containsExactly("test.camel.yaml:12: unknown planner \"mostKey\", did you mean \"mostKeys\"?");
    }

    @Test
    void unknownPlaceholder_isTold_butNotOneWithADefault() {
        assertThat(steps("- log:\n    message: \"{{audit.dir}} {{audit.directry}} {{audit.x:y}} {{?audit.z}}\""))
                .containsExactly(
                        "test.camel.yaml:9: unknown placeholder \"{{audit.dir}}\"; set it in config/application.properties,"
                                + " or give a default: {{audit.dir:value}}",
                        "test.camel.yaml:9: unknown placeholder \"{{audit.directry}}\", did you mean \"audit.directory\"?");
    }

    @Test
    void routeThatNobodyOffers_nearestNameIsNamed() {
        assertThat(steps("- to:\n    id: again\n    uri: direct:tset"))
                .containsExactly(
                        "test.camel.yaml:10: no route begins with \"direct:tset\", did you mean \"direct:test\"?");
    }

    @Test
    void routeInJava_canBeCalled() {
        assertThat(steps("- to:\n    id: again\n    uri: direct:java")).isEmpty();
    }

    @Test
    void unknownComponentOrOption_nearestNameIsNamed() {
        assertThat(steps("""
                        - to:
                            id: one
                            uri: fil:out
                        - to:
                            id: other
                            uri: seda:test
                            parameters:
                              sise: "1"
                        """))
                .containsExactly(
                        "test.camel.yaml:10: there is no Camel component \"fil\" here, did you mean \"file\"?",
                        "test.camel.yaml:13: no route begins with \"seda:test\"",
                        "test.camel.yaml:15: \"seda\" has no option \"sise\", did you mean \"size\"?");
    }

    @Test
    void unknownErrorPolicy_isTold() {
        assertThat(check(HEAD.replace("nodePrefixId: test-", "routeConfigurationId: sae-errors")
                        + "        - stop: {}\n- routeConfiguration:\n    id: sae-error\n    description: Errors\n"))
                .containsExactly(
                        "test.camel.yaml:3: unknown routeConfiguration \"sae-errors\", did you mean \"sae-error\"?");
    }

    @Test
    void unknownClass_isTold() {
        assertThat(steps("- throwException:\n    exceptionType: java.lang.IllegalState\n    message: no"))
                .containsExactly(
                        "test.camel.yaml:9: there is no class \"java.lang.IllegalState\": write its full name, and"
                                + " put its jar into lib/ beside the routes");
    }

    @Test
    void missingIdsAndDescriptions_areWarnings() {
        assertThat(check("- route:\n    from:\n      uri: direct:test\n      steps:\n        - process:\n"
                        + "            ref: identifySae\n        - setBody:\n            expression:\n"
                        + "              constant:\n                expression: \"\"\n"))
                .containsExactly(
                        "test.camel.yaml:1: warning: this route has no id: metrics, logs and tools would name it route1 or so",
                        "test.camel.yaml:1: warning: this route has no description: say in a sentence what it does",
                        "test.camel.yaml:5: warning: this \"process\" has no id: it could not be timed or told from others");
    }

    @Test
    void idsThatAreTaken_areTold_withThePlaceThatHasThem() {
        String twice = HEAD + "        - process:\n            id: identify\n            ref: identifySae\n";
        assertThat(check(twice + twice.replace("direct:test", "direct:other")))
                .containsExactly(
                        "test.camel.yaml:12: the id \"test\" is taken: test.camel.yaml:2; give one of them another",
                        "test.camel.yaml:19: the id \"test-identify\" of this step is taken: test.camel.yaml:9; give one of"
                                + " them another, or their routes a nodePrefixId each");
    }

    @Test
    void compactForm_isAWarning_withTheLongForm() {
        assertThat(check("- from:\n    uri: direct:test?block=false\n    steps:\n      - setBody:\n"
                        + "          simple: ${header.x}\n      - log: done\n"))
                .containsExactly(
                        "test.camel.yaml:1: warning: a bare \"from\" is the compact form: write \"- route:\" with id,"
                                + " description and from below it",
                        "test.camel.yaml:2: warning: options in the URI are the compact form: write them under"
                                + " \"parameters:\" beside \"uri:\"",
                        "test.camel.yaml:5: warning: \"simple\" directly in \"setBody\" is the compact form: write"
                                + " \"expression:\", below it \"simple:\", below that \"expression:\"",
                        "test.camel.yaml:6: warning: \"log\" is written in the compact form: write \"log:\" and below it"
                                + " \"message:\"");
    }

    @Test
    void fileOfAnotherName_isNotRead() throws IOException {
        Files.writeString(directory.resolve("mine.yaml"), HEAD);
        assertThat(check(HEAD + "        - stop: {}\n"))
                .containsExactly(
                        "mine.yaml:1: warning: this file is not read: the name of a route file ends in .camel.yaml");
    }

    @Test
    void whatTheProgramNeeds_andNoFileHas_isTold() throws IOException {
        RouteContract needy = new RouteContract(
                CONTRACT.beans(),
                Set.of(),
                Set.of(),
                Set.of(),
                Map.of(),
                Set.of(),
                Set.of(),
                Set.of("direct:tests"),
                Set.of("each"),
                Set.of());
        Files.writeString(directory.resolve("test.camel.yaml"), HEAD + "        - stop: {}\n");
        assertThat(RouteDirectory.node(directory).check(needy, getClass().getClassLoader()))
                .extracting(Finding::text)
                .containsExactlyInAnyOrder(
                        "no route begins with \"direct:tests\", which the program itself sends to; there is \"direct:test\"",
                        "there is no routeTemplate with the id \"each\", which the program makes routes of");
    }

    @Test
    void everythingIsToldAtOnce_inTheOrderOfFilesAndLines() {
        assertThat(
                        check(
                                HEAD
                                        + "        - process:\n            ref: nobody\n        - to:\n            uri: direct:nowhere\n"))
                .extracting(line -> line.replaceFirst("^[^:]*:(\\d+):.*", "$1"))
                .containsExactly("8", "9", "10", "11");
    }

    private List<String> steps(String steps) {
        return check(HEAD + steps.indent(8));
    }

    /** Each finding as it is printed, but without the directory. */
    private List<String> check(String yaml) {
        try {
            Files.writeString(directory.resolve("test.camel.yaml"), yaml);
            return RouteDirectory.node(directory).check(CONTRACT, getClass().getClassLoader()).stream()
                    .map(finding -> finding.toString().replace(directory + "/", ""))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
