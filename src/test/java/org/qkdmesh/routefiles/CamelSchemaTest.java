package org.qkdmesh.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of Camel's schema says what a general validator says, of the delivered files and of hundreds of broken ones. */
class CamelSchemaTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final YAMLMapper YAML = new YAMLMapper();

    /** Every how many-th place of a file is broken; a prime, so that all kinds of places get their turn. */
    private static final int STRIDE = 17;

    @TempDir
    Path directory;

    @Test
    void brokenFiles_areFoundBroken_whereAGeneralValidatorFindsThemSo() throws IOException {
        Schema general = general();
        List<String> disagreements = new ArrayList<>();
        int broken = 0;
        int place = 0;
        for (Path file : files()) {
            JsonNode whole = YAML.readTree(file.toFile());
            for (String pointer : pointers("", whole)) {
                // What an entry has to be, the schema leaves open.
                if (pointer.lastIndexOf('/') == 0 || place++ % STRIDE != 0) {
                    continue;
                }
                for (int way = 0; way < 6; way++) {
                    JsonNode changed = broken(whole.deepCopy(), pointer, way);
                    boolean valid = general.validate(changed).isEmpty();
                    List<Finding> found = check(changed);
                    broken += valid ? 0 : 1;
                    if (found.isEmpty() != valid) {
                        disagreements.add(file + pointer + ", way " + way + ": " + found);
                    }
                }
            }
        }
        assertThat(disagreements).isEmpty();
        assertThat(broken).isGreaterThan(200);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static Schema general() throws IOException {
        try (InputStream schema = CamelSchemaTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
                    .getSchema(new ObjectMapper().readTree(schema));
        }
    }

    private List<Finding> check(JsonNode tree) throws IOException {
        Path file = directory.resolve("test.camel.yaml");
        YAML.writeValue(file.toFile(), tree);
        Findings findings = new Findings();
        RouteFile read = RouteFile.read(file, findings);
        new CamelSchema(findings).check(read);
        return findings.sorted().stream().filter(Finding::isError).toList();
    }

    private static List<String> pointers(String at, JsonNode node) {
        List<String> pointers = new ArrayList<>();
        node.properties().forEach(member -> {
            pointers.add(at + "/" + member.getKey());
            pointers.addAll(pointers(at + "/" + member.getKey(), member.getValue()));
        });
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            pointers.add(at + "/" + i);
            pointers.addAll(pointers(at + "/" + i, node.get(i)));
        }
        return pointers;
    }

    private static JsonNode broken(JsonNode whole, String pointer, int way) {
        int slash = pointer.lastIndexOf('/');
        JsonNode holder = whole.at(pointer.substring(0, slash));
        String name = pointer.substring(slash + 1);
        if (holder instanceof ObjectNode object) {
            switch (way) {
                case 0 -> object.set(name + "x", object.remove(name));
                case 1 -> object.remove(name);
                case 2 -> object.put(name, 7);
                case 3 -> object.put(name, "text");
                case 4 -> object.set(name, NODES.arrayNode().add(true));
                default -> object.put(name, true);
            }
        } else if (holder instanceof ArrayNode list) {
            int index = Integer.parseInt(name);
            switch (way) {
                case 0, 1 -> list.remove(index);
                case 2 -> list.set(index, NODES.numberNode(7));
                case 3 -> list.set(index, NODES.textNode("text"));
                case 4 -> list.set(index, NODES.arrayNode());
                default -> list.set(index, NODES.objectNode().put("log", "a").put("stop", "b"));
            }
        }
        return whole;
    }
}
