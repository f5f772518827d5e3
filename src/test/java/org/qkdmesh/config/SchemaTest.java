package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qkdmesh.policy.PairPolicies;

/** The published schemas are a reference for people: whole, and true. */
class SchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = {"node.schema.json", "kme-sim.schema.json", "kme-check.schema.json"})
    void everyKey_isDescribed(String name) throws Exception {
        List<String> without = new ArrayList<>();
        collectUndescribed(JSON.readTree(Path.of("config", name).toFile()), "", without);

        assertThat(without).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node.schema.json", "kme-sim.schema.json", "kme-check.schema.json"})
    void unknownKeys_areRefusedEverywhere(String name) throws Exception {
        JsonNode schema = JSON.readTree(Path.of("config", name).toFile());

        assertThat(schema.findParents("properties")).allSatisfy(object -> assertThat(
                        object.path("additionalProperties").isBoolean())
                .isTrue());
    }

    /** A file with every default written out reads the same as one without. */
    @Test
    void defaultsOfTheSchema_areThoseOfTheProgram(@TempDir Path directory) throws Exception {
        Configs configs = new Configs(directory);
        String least = """
                id: tn-2
                listen: 0.0.0.0:9010
                management: 127.0.0.1:9011
                tls: {certificate: $/tn-2.crt, key: $/tn-2.key, ca: $/ca.crt}
                data: $/data
                """;
        JsonNode schema = JSON.readTree(Path.of("config", "node.schema.json").toFile());
        StringBuilder all = new StringBuilder(least);
        for (String section : List.of("keys", "relay", "link_keys")) {
            all.append(section).append(":\n");
            schema.path("properties")
                    .path(section)
                    .path("properties")
                    .properties()
                    .forEach(key -> all.append("  ")
                            .append(key.getKey())
                            .append(": ")
                            .append(key.getValue().required("default").asText())
                            .append("\n"));
        }

        assertThat(configs.node(all.toString(), Map.of())).isEqualTo(configs.node(least, Map.of()));
    }

    @Test
    void pairs_whenNothingIsSaid_areNone(@TempDir Path directory) throws Exception {
        NodeConfig config = new Configs(directory).node("""
                        id: tn-2
                        listen: 0.0.0.0:9010
                        management: 127.0.0.1:9011
                        tls: {certificate: $/tn-2.crt, key: $/tn-2.key, ca: $/ca.crt}
                        data: $/data
                        """, Map.of());

        assertThat(config.pairs()).isEqualTo(PairPolicies.NONE);
    }

    private static void collectUndescribed(JsonNode node, String path, List<String> without) {
        node.path("properties").properties().forEach(key -> {
            String description = key.getValue().path("description").asText();
            if (description.length() < 8 || !description.endsWith(".")) {
                without.add(path + "." + key.getKey());
            }
        });
        node.properties().forEach(child -> collectUndescribed(child.getValue(), path + "." + child.getKey(), without));
    }
}
