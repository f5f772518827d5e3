package org.qkdmesh.routefiles;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.model.NearestName;

/**
 * Camel's own schema of its YAML, read as a list of what may stand where: its form is so regular that a mistake can be
 * told in words, which a general validator can not, and that a check costs milliseconds. Beyond the schema, what is
 * written in Camel's older, compact form is told too.
 */
final class CamelSchema {

    private static final String RESOURCE = "/schema/camelYamlDsl.json";
    private static final String LANGUAGES = "#/items/definitions/org.apache.camel.model.language.ExpressionDefinition";
    private static final String STEP = "#/items/definitions/org.apache.camel.model.ProcessorDefinition";

    /** @param inline whether it is an expression's language that stands in a step itself */
    private record Member(JsonNode rule, boolean inline) {}

    private final JsonNode root;
    private final Findings findings;
    private final Map<JsonNode, Map<String, Member>> members = new IdentityHashMap<>();

    CamelSchema(Findings findings) {
        this.findings = findings;
        try (InputStream in = CamelSchema.class.getResourceAsStream(RESOURCE)) {
            root = new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void check(RouteFile file) {
        Part part = file.root();
        if (!part.node().isArray()) {
            findings.error(part, "a route file is a list: begin each entry with \"- route:\"");
            return;
        }
        JsonNode entryRule = root.path("items");
        for (Part entry : part.entries()) {
            object(entry, entryRule, "entry");
            if (entry.node().has("from")) {
                findings.warning(
                        entry.member("from"),
                        "a bare \"from\" is the compact form: write \"- route:\" with id, description and from below it");
            }
        }
    }

    /** The names of all steps that there are. */
    Set<String> steps() {
        return members.computeIfAbsent(root.at(STEP.substring(1)), this::members)
                .keySet();
    }

    private void check(Part part, JsonNode reference) {
        JsonNode rule = resolved(reference);
        JsonNode alternatives = rule.path("oneOf");
        if (alternatives.size() == 2
                && alternatives.get(0).path("type").asText().equals("string")) {
            if (part.node().isTextual()) {
                compact(part, alternatives.get(1));
            } else {
                object(part, alternatives.get(1), part.name());
                required(part, rule);
            }
            return;
        }
        switch (rule.path("type").asText()) {
            case "object" -> object(part, rule, reference.path("$ref").asText().equals(STEP) ? "step" : part.name());
            case "array" -> list(part, rule);
            case "string" -> text(part, rule);
            case "boolean" -> wanted(part, part.node().isBoolean(), "true or false");
            case "number", "integer" -> wanted(part, part.node().isNumber(), "a number");
            default -> {}
        }
    }

    private void compact(Part part, JsonNode longForm) {
        String key = longForm.path("properties").has("uri")
                ? "uri"
                : longForm.path("properties").has("expression")
                        ? "expression"
                        : longForm.path("properties").has("message") ? "message" : "its keys";
        findings.warning(
                part,
                "\"" + part.name() + "\" is written in the compact form: write \"" + part.name() + ":\" and below it \""
                        + key + ":\"");
    }

    private void object(Part part, JsonNode rule, String what) {
        if (!part.node().isObject()) {
            wanted(part, false, "keys and values");
            return;
        }
        Map<String, Member> known = members.computeIfAbsent(rule, this::members);
        if (known.isEmpty()) {
            // Free, as the options of an endpoint are.
            return;
        }
        for (Part member : part.members()) {
            Member found = known.get(member.name());
            if (found == null) {
                unknown(member, known, what);
            } else {
                if (found.inline()) {
                    findings.warning(
                            member,
                            "\"" + member.name() + "\" directly in \"" + part.name()
                                    + "\" is the compact form: write \"expression:\", below it \"" + member.name()
                                    + ":\", below that \"expression:\"");
                }
                if (!found.inline() || !member.node().isTextual()) {
                    check(member, found.rule());
                }
            }
        }
        if (what.equals("step") && part.node().size() > 1) {
            findings.error(part, "several steps under one dash: begin each with a dash of its own");
        }
        required(part, rule);
        choices(part, rule);
    }

    private void unknown(Part member, Map<String, Member> known, String what) {
        boolean kind = what.equals("step") || what.equals("entry");
        String thing =
                what.equals("step") ? "unknown step \"" : what.equals("entry") ? "unknown entry \"" : "unknown key \"";
        String where = kind || what.isEmpty() ? "" : " in \"" + what + "\"";
        List<String> names = List.copyOf(known.keySet());
        String advice = NearestName.of(member.name(), names)
                .map(name -> ", did you mean \"" + name + "\"?")
                .orElseGet(() -> kind
                        ? what.equals("step")
                                ? "; Camel's patterns are what may stand here"
                                : ", expected " + some(names)
                        : ", expected " + some(names));
        findings.error(member, thing + member.name() + "\"" + where + advice);
    }

    /** Expressions are members of many steps; naming all languages each time helps nobody. */
    private static String some(List<String> names) {
        int most = 12;
        return names.size() <= most
                ? "one of " + String.join(", ", names)
                : String.join(", ", names.subList(0, most)) + " or another of its keys";
    }

    private void required(Part part, JsonNode rule) {
        if (!part.node().isObject()) {
            return;
        }
        for (JsonNode name : rule.path("required")) {
            if (!part.node().has(name.asText())) {
                findings.error(part, "\"" + part.name() + "\" lacks \"" + name.asText() + ":\"");
            }
        }
    }

    /** Groups of members of which one has to be there, as the language of an expression, or at most one. */
    private void choices(Part part, JsonNode rule) {
        for (JsonNode group : rule.path("anyOf")) {
            List<String> there = new ArrayList<>();
            boolean optional = false;
            for (JsonNode alternative : group.path("oneOf")) {
                optional |= alternative.has("not");
                names(alternative, there, part.node());
            }
            if (there.size() > 1) {
                findings.error(
                        part, "\"" + part.name() + "\" takes one of " + String.join(", ", there) + ", not several");
            } else if (there.isEmpty() && !optional) {
                findings.error(
                        part, "\"" + part.name() + "\" lacks a language: write \"simple:\" or \"constant:\" below it");
            }
        }
    }

    private void names(JsonNode alternative, List<String> there, JsonNode object) {
        if (alternative.has("$ref")) {
            members.computeIfAbsent(resolved(alternative), this::members).keySet().stream()
                    .filter(object::has)
                    .forEach(there::add);
        } else {
            alternative.path("required").forEach(name -> {
                if (object.has(name.asText())) {
                    there.add(name.asText());
                }
            });
        }
    }

    private void list(Part part, JsonNode rule) {
        if (!part.node().isArray()) {
            wanted(part, false, "a list");
            return;
        }
        part.entries().forEach(entry -> check(entry, rule.path("items")));
    }

    private void text(Part part, JsonNode rule) {
        JsonNode node = part.node();
        // A quoted empty text arrives as nothing, and is one.
        boolean empty = node.isNull()
                && (part.name().equals("expression") || part.name().equals("message"));
        wanted(part, node.isTextual() || empty, "text");
        if (rule.has("enum") && node.isTextual() && !node.textValue().contains("{{")) {
            List<String> values = new ArrayList<>();
            rule.path("enum").forEach(value -> values.add(value.asText()));
            if (!values.contains(node.textValue())) {
                String advice = NearestName.of(node.textValue(), values)
                        .map(value -> ", did you mean \"" + value + "\"?")
                        .orElse(", expected one of " + String.join(", ", values));
                findings.error(part, "\"" + part.name() + "\" can not be \"" + node.textValue() + "\"" + advice);
            }
        }
    }

    private void wanted(Part part, boolean fits, String expected) {
        if (fits) {
            return;
        }
        JsonNode node = part.node();
        String subject = part.name().isEmpty() ? "" : "\"" + part.name() + "\": ";
        if (node.isTextual() && node.textValue().contains("{{")) {
            findings.error(
                    part,
                    subject + "a placeholder can not stand here, Camel wants " + expected + " in the file itself");
        } else if (node.isTextual()
                && expected.startsWith("a number")
                && node.textValue().matches("-?[0-9]+")) {
            findings.error(
                    part, subject + "expected a number, found text: write " + node.textValue() + " without quotes");
        } else if (node.isTextual()
                && expected.startsWith("true")
                && node.textValue().matches("true|false")) {
            findings.error(
                    part,
                    subject + "expected true or false, found text: write " + node.textValue() + " without quotes");
        } else {
            String advice = expected.equals("text") && node.isValueNode() && !node.isNull() ? ": put it in quotes" : "";
            findings.error(part, subject + "expected " + expected + ", found " + shown(node) + advice);
        }
    }

    private static String shown(JsonNode node) {
        if (node.isContainerNode()) {
            return node.isArray() ? "a list" : "keys and values";
        }
        String text = node.asText();
        return node.isNull() ? "nothing" : text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private Map<String, Member> members(JsonNode rule) {
        Map<String, Member> found = new LinkedHashMap<>();
        rule.path("properties").properties().forEach(member -> {
            if (!member.getValue().isEmpty()) {
                found.put(member.getKey(), new Member(member.getValue(), false));
            }
        });
        for (JsonNode group : rule.path("anyOf")) {
            for (JsonNode alternative : group.path("oneOf")) {
                boolean languages = alternative.path("$ref").asText().equals(LANGUAGES);
                JsonNode choice = alternative.has("$ref") ? resolved(alternative) : alternative;
                members(choice).forEach((name, member) -> found.put(name, new Member(member.rule(), languages)));
            }
        }
        return found;
    }

    private JsonNode resolved(JsonNode rule) {
        boolean refers = rule.has("$ref") && !rule.has("properties");
        return refers ? root.at(rule.get("$ref").textValue().substring(1)) : rule;
    }
}
