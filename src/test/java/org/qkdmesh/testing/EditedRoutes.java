package org.qkdmesh.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Processor;

/** A copy of routes with steps in them that only tests have. */
public final class EditedRoutes {

    private static final YAMLMapper YAML = new YAMLMapper();

    private final Path directory;

    private EditedRoutes(Path directory) {
        this.directory = directory;
    }

    /** @param copy a directory that is not there yet */
    public static EditedRoutes of(Path routes, Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(routes)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, copy.resolve(routes.relativize(file).toString()));
            }
        }
        return new EditedRoutes(copy);
    }

    public Path directory() {
        return directory;
    }

    /**
     * Adds a step to the one route of a file.
     *
     * @param file without its ending
     * @param after id of one of the steps of the route itself, not of those within others
     * @param bean what the step is to be called
     * @param properties of the bean
     */
    public EditedRoutes with(
            String file, String after, String bean, Class<? extends Processor> type, Map<String, String> properties)
            throws IOException {
        Path path = directory.resolve(file + ".camel.yaml");
        ArrayNode entries = (ArrayNode) YAML.readTree(path.toFile());
        ArrayNode steps = null;
        for (JsonNode entry : entries) {
            steps = entry.has("route") ? (ArrayNode) entry.at("/route/from/steps") : steps;
        }
        insert(steps, after, bean);
        ObjectNode declared = entries.insertObject(0)
                .putArray("beans")
                .addObject()
                .put("name", bean)
                .put("type", type.getName());
        ObjectNode values = declared.putObject("properties");
        properties.forEach(values::put);
        YAML.writeValue(path.toFile(), entries);
        return this;
    }

    private static void insert(ArrayNode steps, String after, String bean) throws IOException {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).elements().next().path("id").asText().equals(after)) {
                steps.insertObject(i + 1).putObject("process").put("id", bean).put("ref", bean);
                return;
            }
        }
        throw new IOException("there is no step " + after);
    }
}
