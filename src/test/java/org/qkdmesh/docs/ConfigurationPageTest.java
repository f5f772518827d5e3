package org.qkdmesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * The tables of keys in {@code docs/reference/configuration.md} are those of the schemas. To write them anew after a change
 * of a schema: {@code mvn test -Dtest=ConfigurationPageTest -Ddocs.write=true}.
 */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("docs", "reference", "configuration.md");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void nodeKeys_areThoseOfTheSchema() throws IOException {
        holds("node.schema.json");
    }

    @Test
    void simulatorKeys_areThoseOfTheSchema() throws IOException {
        holds("kme-sim.schema.json");
    }

    private static void holds(String schemaFile) throws IOException {
        String begin = "<!-- " + schemaFile + " -->\n";
        String end = "<!-- end of " + schemaFile + " -->\n";
        String page = Files.readString(PAGE);
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf(end);
        assertThat(page).contains(begin, end);
        String table = table(JSON.readTree(Path.of("config", schemaFile).toFile()));
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page.substring(0, from) + table + page.substring(to));
        } else {
            assertThat(page.substring(from, to)).isEqualTo(table);
        }
    }

    private static String table(JsonNode schema) {
        StringBuilder table = new StringBuilder("| key | what it is | default |\n|---|---|---|\n");
        rows(schema, schema, "", table);
        return table.toString();
    }

    private static void rows(JsonNode schema, JsonNode object, String prefix, StringBuilder table) {
        String required = StreamSupport.stream(object.path("required").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(" ", " ", " "));
        object.path("properties").properties().forEach(entry -> {
            String name = prefix + entry.getKey();
            JsonNode key = entry.getValue();
            String needed = required.contains(" " + entry.getKey() + " ") ? "required" : "";
            table.append("| `").append(name).append("` | ");
            table.append(cell(key.path("description").asText() + bounds(schema, key)));
            table.append(" | ")
                    .append(key.has("default") ? "`" + key.path("default").asText() + "`" : needed);
            table.append(" |\n");
            JsonNode shape = resolved(schema, key);
            rows(schema, shape, name + ".", table);
            rows(schema, shape.path("items"), name + "[].", table);
        });
    }

    private static String bounds(JsonNode schema, JsonNode key) {
        JsonNode shape = resolved(schema, key);
        JsonNode least = key.has("minimum") ? key.path("minimum") : shape.path("minimum");
        JsonNode most = key.has("maximum") ? key.path("maximum") : shape.path("maximum");
        return least.isMissingNode() || most.isMissingNode() ? "" : " From " + least + " to " + most + ".";
    }

    private static JsonNode resolved(JsonNode schema, JsonNode key) {
        String reference = key.path("$ref").asText();
        return reference.isEmpty() ? key : schema.at(reference.substring(1));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
