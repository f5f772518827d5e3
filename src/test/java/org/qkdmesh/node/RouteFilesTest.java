package org.qkdmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every route file has to be, so that people and editors can read it and the metrics name what is in it. */
class RouteFilesTest {

    private static final Path ROUTES = Path.of("routes");
    private static final Path SOURCES = Path.of("src/main/java/org/qkdmesh");
    private static final Pattern BOUND = Pattern.compile("STEPS\\.put\\(\"(\\w+)\"");
    private static final Set<String> TOP = Set.of("route", "routeTemplate", "routeConfiguration");
    private static final Set<String> WITH_EXPRESSION =
            Set.of("split", "loop", "filter", "setBody", "setHeader", "setProperty");
    private static final Set<String> TEXTS_WITH_PLACEHOLDERS = Set.of("uri", "expression");
    private static final YAMLMapper YAML = new YAMLMapper();

    private static Schema camelsOwn;
    private static Set<String> beans;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream schema = RouteFilesTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            camelsOwn = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
                    .getSchema(new ObjectMapper().readTree(schema));
        }
        beans = new HashSet<>(RouteBeans.names());
        Matcher bound = BOUND.matcher(Files.readString(SOURCES.resolve("simulator/SimulatorProcessors.java")));
        while (bound.find()) {
            beans.add(bound.group(1));
        }
    }

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void file_isAsCamelsSchemaSays(Path file) throws IOException {
        assertThat(camelsOwn.validate(YAML.readTree(file.toFile()))).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void file_isNamedAfterARouteInIt(Path file) throws IOException {
        assertThat(file.toString()).endsWith(".camel.yaml");
        String stem = file.getFileName().toString().replace(".camel.yaml", "");
        List<String> ids = new ArrayList<>();
        for (JsonNode entry : YAML.readTree(file.toFile())) {
            Map.Entry<String, JsonNode> top = only(entry);
            ids.add(top.getValue().path("id").asText());
            assertThat(top.getValue().path("description").asText())
                    .as(top.getValue().path("id").asText())
                    .isNotBlank();
        }
        assertThat(ids).doesNotContain("").doesNotHaveDuplicates();
        assertThat(stem.equals("errors") || ids.contains(stem))
                .as(stem + " among " + ids)
                .isTrue();
    }

    @Test
    void idsOfRoutes_areThereOnce() throws IOException {
        List<String> ids = new ArrayList<>();
        for (Path file : files()) {
            for (JsonNode entry : YAML.readTree(file.toFile())) {
                ids.add(only(entry).getValue().path("id").asText());
            }
        }
        assertThat(ids).doesNotHaveDuplicates();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void file_isCanonical(Path file) throws IOException {
        for (JsonNode entry : YAML.readTree(file.toFile())) {
            assertThat(TOP).contains(only(entry).getKey());
        }
        everyStep(file, (name, step) -> {
            assertThat(step.isObject()).as(name + " in its long form").isTrue();
            if (name.equals("to") || name.equals("toD")) {
                assertThat(step.path("uri").isTextual()).isTrue();
                assertThat(step.path("uri").textValue()).doesNotContain("?");
            }
            if (WITH_EXPRESSION.contains(name)) {
                expression(name, step);
            }
            step.path("when").forEach(when -> expression("when", when));
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void everyStep_hasAnIdOfItsOwnInItsRoute(Path file) throws IOException {
        for (JsonNode entry : YAML.readTree(file.toFile())) {
            List<String> ids = new ArrayList<>();
            steps(entry, (name, step) -> {
                ids.add(step.path("id").asText());
                step.path("when").forEach(when -> ids.add(when.path("id").asText()));
                if (step.has("otherwise")) {
                    ids.add(step.path("otherwise").path("id").asText());
                }
            });
            assertThat(ids).as(entry.toString()).doesNotContain("").doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void everyRef_isABeanOfTheProgram(Path file) throws IOException {
        for (String member : List.of("ref", "onRedeliveryRef", "onExceptionOccurredRef")) {
            assertThat(beans).containsAll(YAML.readTree(file.toFile()).findValuesAsText(member));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void typedFields_holdNoPlaceholders(Path file) throws IOException {
        texts("", YAML.readTree(file.toFile()), (member, text) -> {
            if (!TEXTS_WITH_PLACEHOLDERS.contains(member)) {
                assertThat(text).as(member).doesNotContain("{{");
            }
        });
    }

    private static void expression(String name, JsonNode step) {
        JsonNode language = step.path("expression");
        assertThat(language).as("expression of " + name).hasSize(1);
        assertThat(only(language).getValue().path("expression").isTextual())
                .as("long form of " + language)
                .isTrue();
    }

    private static void everyStep(Path file, BiConsumer<String, JsonNode> use) throws IOException {
        steps(YAML.readTree(file.toFile()), use);
    }

    /** Every step, however deep it lies. */
    private static void steps(JsonNode node, BiConsumer<String, JsonNode> use) {
        node.path("steps")
                .forEach(step -> use.accept(only(step).getKey(), only(step).getValue()));
        node.forEach(part -> steps(part, use));
    }

    private static void texts(String member, JsonNode node, BiConsumer<String, String> use) {
        if (node.isTextual()) {
            use.accept(member, node.textValue());
        } else if (node.isObject()) {
            node.properties().stream()
                    .filter(field -> !field.getKey().equals("parameters"))
                    .forEach(field -> texts(field.getKey(), field.getValue(), use));
        } else {
            node.forEach(part -> texts(member, part, use));
        }
    }

    private static Map.Entry<String, JsonNode> only(JsonNode object) {
        assertThat(object.isObject()).as("an object with one member: " + object).isTrue();
        assertThat(object).as("members of " + object).hasSize(1);
        return object.properties().iterator().next();
    }
}
