package org.qkdmesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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

    @Test
    void dockerfile_copiesWhatIsThere() throws Exception {
        assertThat(Files.readAllLines(Path.of("deploy", "Dockerfile")).stream()
                        .filter(line -> line.startsWith("COPY ") && !line.contains("--from"))
                        .map(line -> Path.of(line.split(" ")[1])))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(path).exists());
    }
}
