package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.yaml.snakeyaml.Yaml;

/** No container engine runs where the tests do, so at least what the files name has to be there. */
class DockerFilesTest {

    @Test
    void compose_startsTheExampleNetworkFromFilesThatExist() throws Exception {
        Map<String, Map<String, Object>> services;
        try (InputStream file = Files.newInputStream(Path.of("docker-compose.yml"))) {
            Map<String, Map<String, Map<String, Object>>> compose = new Yaml().load(file);
            services = compose.get("services");
        }

        assertThat(services).containsOnlyKeys("certs", "kme-sim", "tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3");
        services.forEach((name, service) -> {
            List<?> command = (List<?>) service.get("command");
            if (command.contains("--config")) {
                assertThat(Path.of(command.get(2).toString())).exists().hasFileName(name + ".yaml");
            }
            assertThat(service).containsEntry("read_only", true);
        });
    }

    /** The schema is the compose specification's own; the build server has it, and whoever names it with -Dcompose.schema. */
    @Test
    @EnabledIfSystemProperty(
            named = "compose.schema",
            matches = ".+",
            disabledReason = "no -Dcompose.schema=FILE with the schema of the compose specification")
    void compose_followsTheSchemaOfItsSpecification() throws Exception {
        ObjectNode rules = (ObjectNode) new ObjectMapper().readTree(new File(System.getProperty("compose.schema")));
        // A relative name, which means nothing to a reader that has no place to look for others.
        rules.remove("$id");
        Schema schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(rules);
        JsonNode compose;
        try (InputStream file = Files.newInputStream(Path.of("docker-compose.yml"))) {
            // By SnakeYAML first, which resolves anchors and merges as container engines do.
            compose = new ObjectMapper().valueToTree(new Yaml().load(file));
        }

        assertThat(schema.validate(compose)).isEmpty();
    }

    @Test
    void dockerfile_copiesWhatIsThere() throws Exception {
        assertThat(Files.readAllLines(Path.of("deploy", "Dockerfile")).stream()
                        .filter(line -> line.startsWith("COPY ") && !line.contains("--from"))
                        .map(line -> Path.of(line.split(" ")[1])))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(path).exists());
    }
}
