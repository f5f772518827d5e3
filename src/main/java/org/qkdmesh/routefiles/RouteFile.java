package org.qkdmesh.routefiles;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qkdmesh.config.YamlReader;
import org.qkdmesh.routefiles.Finding.Severity;

/** A route file as it was read. */
final class RouteFile {

    static final String ENDING = ".camel.yaml";

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 100;

    private final Path path;
    private final Map<String, Integer> lines = new HashMap<>();
    private final JsonNode tree;

    private RouteFile(Path path, Findings findings) {
        this.path = path;
        this.tree = read(findings);
    }

    /** @param findings gets what is no YAML; the file counts as empty then */
    static RouteFile read(Path path, Findings findings) {
        return new RouteFile(path, findings);
    }

    private JsonNode read(Findings findings) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) {
                List<Finding> mistakes = new ArrayList<>();
                JsonNode read = new YamlReader(MAX_DEPTH, lines, (line, key, text) -> mistakes.add(mistake(line, text)))
                        .read(bytes);
                mistakes.forEach(findings::add);
                return mistakes.isEmpty() ? read : JsonNodeFactory.instance.arrayNode();
            }
            findings.add(mistake(1, "larger than 1 MiB: split it, one flow a file"));
        } catch (IOException e) {
            findings.add(mistake(1, "cannot be read: " + e.getMessage()));
        }
        return JsonNodeFactory.instance.arrayNode();
    }

    private Finding mistake(int line, String text) {
        return new Finding(Severity.ERROR, path, line, text);
    }

    Path path() {
        return path;
    }

    Part root() {
        return new Part(this, "", tree);
    }

    /** What the file holds, in its order: routes, templates, error policies and whatever else there may be. */
    List<Flow> flows() {
        List<Flow> flows = new ArrayList<>();
        for (Part entry : root().entries()) {
            for (Part member : entry.members()) {
                flows.add(new Flow(member.name(), member));
            }
        }
        return flows;
    }

    /** The line of a part by its full name, or that of whatever should hold it. */
    int line(String at) {
        String name = at;
        while (!lines.containsKey(name) && !name.isEmpty()) {
            name = name.substring(0, Math.max(0, Math.max(name.lastIndexOf('.'), name.lastIndexOf('['))));
        }
        return lines.getOrDefault(name, 1);
    }
}
