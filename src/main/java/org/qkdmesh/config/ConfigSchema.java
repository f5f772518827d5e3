package org.qkdmesh.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.qkdmesh.model.NearestName;

/**
 * A published JSON schema, and what it has against a configuration, in words for whoever wrote it. By convention every
 * form ({@code pattern}) stands in a definition of {@code $defs} whose description completes "expected ...".
 */
final class ConfigSchema {

    private final JsonNode root;
    private final Schema schema;

    /** @param name of the schema on the class path, as published in {@code config/} */
    ConfigSchema(String name) {
        try (InputStream in = ConfigSchema.class.getResourceAsStream("/org/qkdmesh/config/" + name)) {
            root = new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(root);
    }

    /**
     * Tells each mistake with the full name of the key that it is about.
     *
     * @param ofEnvironment whether the value under a full name came from a variable: its right name is a variable's too
     */
    void check(JsonNode tree, Predicate<String> ofEnvironment, BiConsumer<String, String> mistake) {
        for (Error error : schema.validate(tree)) {
            String path = name(error.getInstanceLocation());
            switch (error.getKeyword()) {
                case "additionalProperties" -> {
                    String key = join(path, error.getProperty());
                    UnaryOperator<String> shown =
                            ofEnvironment.test(key) ? name -> Overrides.variable(join(path, name)) : name -> name;
                    mistake.accept(key, "unknown key" + suggestion(error, shown));
                }
                case "required" -> mistake.accept(join(path, error.getProperty()), "missing: " + wanted(error));
                default -> mistake.accept(path, text(error));
            }
        }
    }

    /** The value that a text from outside the file stands for, by the type that is expected there. */
    JsonNode scalar(String key, String text) {
        JsonNode node = root;
        for (String step : key.split("[.\\[]")) {
            node = resolved(
                    step.endsWith("]")
                            ? node.path("items")
                            : node.path("properties").path(step));
        }
        return Overrides.scalar(
                node.has("const") ? "boolean" : node.path("type").asText(), text);
    }

    /** Whether it has this key, on the topmost level. */
    boolean has(String key) {
        return names(root).contains(key);
    }

    /** How many of the tree's keys are known here, on the topmost level. */
    long knownKeys(JsonNode tree) {
        return names(root).stream().filter(tree::has).count();
    }

    private static List<String> names(JsonNode rule) {
        List<String> names = new ArrayList<>();
        rule.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private JsonNode resolved(JsonNode rule) {
        return rule.has("$ref") ? root.at(rule.get("$ref").textValue().substring(1)) : rule;
    }

    private String text(Error error) {
        JsonNode limit = rule(error).path(error.getKeyword());
        JsonNode value = error.getInstanceNode();
        return switch (error.getKeyword()) {
            case "type" -> "expected " + typeName(limit) + ", found " + shown(value);
            case "minimum" -> "expected " + limit + " or more, found " + shown(value);
            case "maximum" -> "expected " + limit + " or less, found " + shown(value);
            case "multipleOf" -> "expected a multiple of " + limit + ", found " + shown(value);
            case "minItems" -> "expected " + limit + " entries or more, found " + value.size();
            case "maxItems" -> "expected " + limit + " entries or less, found " + value.size();
            case "const" -> "expected " + limit;
            case "enum" -> "expected " + words(rule(error).path("enum")) + ", found " + shown(value);
            case "pattern", "maxLength" -> "expected " + description(rule(error)) + ", found " + shown(value);
            case "dependentRequired" ->
                error.getArguments()[1] + " is there, expected " + error.getArguments()[0] + " too";
            default -> error.getMessage();
        };
    }

    private static String words(JsonNode allowed) {
        List<String> words = new ArrayList<>();
        allowed.forEach(word -> words.add(word.asText()));
        return String.join(" or ", words);
    }

    /** The part of the schema that holds the keyword which the value breaks. */
    private JsonNode rule(Error error) {
        JsonNode node = root;
        NodePath path = error.getSchemaLocation().getFragment();
        for (int i = 0; i < path.getNameCount() - 1; i++) {
            Object step = path.getElement(i);
            node = step instanceof Integer index ? node.path(index) : node.path(step.toString());
        }
        return node;
    }

    private String wanted(Error error) {
        return rule(error)
                .path("properties")
                .path(error.getProperty())
                .path("description")
                .asText();
    }

    private String suggestion(Error error, UnaryOperator<String> shown) {
        List<String> names = names(rule(error));
        return NearestName.of(error.getProperty(), names)
                .map(name -> ", did you mean \"" + shown.apply(name) + "\"?")
                .orElse(", expected one of " + names.stream().map(shown).collect(Collectors.joining(", ")));
    }

    private static String description(JsonNode rule) {
        return rule.path("description").asText();
    }

    private static String typeName(JsonNode type) {
        return switch (type.isArray() ? "any" : type.asText()) {
            case "integer" -> "a whole number";
            case "string" -> "text";
            case "boolean" -> "true or false";
            case "array" -> "a list";
            case "object" -> "keys and values";
            default -> "text or a list";
        };
    }

    private static String shown(JsonNode value) {
        if (value.isContainerNode()) {
            return value.isArray() ? "a list" : "keys and values";
        }
        String text = value.toString();
        return value.isNull() ? "nothing" : text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    static String name(NodePath path) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < path.getNameCount(); i++) {
            Object step = path.getElement(i);
            name.append(step instanceof Integer ? "[" + step + "]" : (name.isEmpty() ? "" : ".") + step);
        }
        return name.toString();
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
