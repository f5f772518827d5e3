package org.qkdmesh.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A configuration file as it was read, with single values replaced from the environment, and the mistakes found so far. */
final class ConfigFile {

    private static final int MAX_DEPTH = 20;
    private static final int MAX_BYTES = 1 << 20;

    private final String file;
    private final Map<String, Integer> lines = new HashMap<>();
    private final Map<String, String> variables;
    private final List<Mistake> mistakes = new ArrayList<>();
    private final JsonNode tree;

    private ConfigFile(Path path, Map<String, String> environment, ConfigSchema schema) throws ConfigMistakes {
        file = path.toString();
        tree = new YamlReader(
                        MAX_DEPTH, lines, (line, key, text) -> mistakes.add(new Mistake(file + ":" + line, key, text)))
                .read(bytes(path));
        if (tree.isEmpty()) {
            // Nothing was read, which is said already; what is missing in it need not be.
            throwMistakes();
        }
        Overrides overrides = new Overrides(schema, environment);
        variables = overrides.variables();
        overrides.apply(tree, this::mistake);
        schema.check(tree, variables::containsKey, this::mistake);
    }

    /**
     * @param environment variables that replace single values, see {@link Overrides}
     * @throws ConfigMistakes when nothing can be read at all; other mistakes are kept for {@link #throwMistakes}
     */
    static ConfigFile read(Path path, Map<String, String> environment, ConfigSchema schema) throws ConfigMistakes {
        return new ConfigFile(path, environment, schema);
    }

    Section root() {
        return new Section(this, tree, "");
    }

    /** How many of the topmost keys belong to this schema. */
    long knownKeys(ConfigSchema other) {
        return other.knownKeys(tree);
    }

    /** @param key the full name */
    void mistake(String key, String text) {
        mistakes.add(mistakeAt(key, text));
    }

    Mistake mistakeAt(String key, String text) {
        return new Mistake(where(key), key, text);
    }

    boolean hasMistakeAt(String key) {
        return mistakes.stream().anyMatch(mistake -> mistake.key().equals(key));
    }

    /** @throws ConfigMistakes when there is at least one */
    void throwMistakes() throws ConfigMistakes {
        if (!mistakes.isEmpty()) {
            mistakes.sort(Comparator.comparingInt(mistake -> line(mistake.key())));
            throw new ConfigMistakes(mistakes);
        }
    }

    private String where(String key) {
        String variable = variables == null ? null : variables.get(key);
        return variable == null ? file + ":" + line(key) : "environment variable " + variable;
    }

    /** The key's line, or that of whatever should hold it. */
    private int line(String key) {
        String name = key;
        while (!lines.containsKey(name) && !name.isEmpty()) {
            name = name.substring(0, Math.max(0, Math.max(name.lastIndexOf('.'), name.lastIndexOf('['))));
        }
        return lines.getOrDefault(name, 1);
    }

    private byte[] bytes(Path path) throws ConfigMistakes {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) {
                return bytes;
            }
            mistake("", "larger than 1 MiB");
        } catch (NoSuchFileException e) {
            mistake("", "no such file" + FileChecks.suggestion(path));
        } catch (IOException e) {
            mistake("", "cannot be read: " + e.getMessage());
        }
        throw new ConfigMistakes(mistakes);
    }
}
