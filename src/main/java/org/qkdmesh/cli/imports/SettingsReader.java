package org.qkdmesh.cli.imports;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.config.Mistake;

/** Reads JSON with comments, as people write it: the line of each key, and what can not be read, with its line. */
final class SettingsReader {

    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 20;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private final Path file;
    private final List<Mistake> mistakes;
    private final Map<String, Integer> lines = new HashMap<>();

    private SettingsReader(Path file, List<Mistake> mistakes) {
        this.file = file;
        this.mistakes = mistakes;
    }

    /**
     * @param mistakes gets what stops the import
     * @param remarks gets what the reader has to know
     * @return empty when the file can not be read, which is a mistake then
     */
    static Optional<Settings> read(Path file, List<Mistake> mistakes, List<Mistake> remarks) {
        SettingsReader reader = new SettingsReader(file, mistakes);
        return reader.tree().map(tree -> new Settings(file, tree, reader.lines, mistakes, remarks));
    }

    private Optional<JsonNode> tree() {
        try {
            if (Files.size(file) > MAX_BYTES) {
                return none(1, "larger than 1 MiB");
            }
            try (JsonParser parser = JSON.createParser(Files.readAllBytes(file))) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    return none(1, "expected the settings of a node, a JSON object in braces");
                }
                return Optional.of(value(parser, ""));
            }
        } catch (NoSuchFileException e) {
            return none(1, "no such file");
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            return none(line, "this is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            return none(1, "cannot be read: " + e.getMessage());
        }
    }

    private Optional<JsonNode> none(int line, String text) {
        mistakes.add(new Mistake(file + ":" + line, "", text));
        return Optional.empty();
    }

    private JsonNode value(JsonParser parser, String path) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path);
            case START_ARRAY -> array(parser, path);
            case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> NODES.textNode(parser.getText());
        };
    }

    private JsonNode object(JsonParser parser, String path) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            String full = path.isEmpty() ? key : path + "." + key;
            int line = parser.currentTokenLocation().getLineNr();
            if (object.has(key)) {
                mistakes.add(
                        new Mistake(file + ":" + line, full, "this key is there already, in line " + lines.get(full)));
            }
            lines.put(full, line);
            parser.nextToken();
            object.set(key, value(parser, full));
        }
        return object;
    }

    private JsonNode array(JsonParser parser, String path) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String full = path + "[" + array.size() + "]";
            lines.put(full, parser.currentTokenLocation().getLineNr());
            array.add(value(parser, full));
        }
        return array;
    }
}
