package org.qkdmesh.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Makes a tree of one YAML document and notes the line of every key. Written on the parser, since a tree that was read in
 * the usual way knows the line of a value at best, and nothing of a key that is there twice.
 */
public final class YamlReader {

    /** Is told what is wrong. */
    @FunctionalInterface
    public interface Mistakes {

        /**
         * @param line from 1
         * @param key the full name, as in {@code neighbours[0].url}
         */
        void add(int line, String key, String text);
    }

    private static final Pattern LINE_IN_TEXT = Pattern.compile(", line ([0-9]{1,9}), column");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final int maxDepth;
    private final Map<String, Integer> lines;
    private final Mistakes mistakes;
    private int lastLine = 1;

    /**
     * @param maxDepth how deep lists and objects may lie in each other
     * @param lines gets the line, from 1, of each key and each list entry, by its full name
     * @param mistakes gets what is no YAML, or more than is meant by a configuration
     */
    public YamlReader(int maxDepth, Map<String, Integer> lines, Mistakes mistakes) {
        this.maxDepth = maxDepth;
        this.lines = lines;
        this.mistakes = mistakes;
    }

    /** The document's content; an empty object when it cannot be read, which is a mistake then. */
    public JsonNode read(byte[] yaml) {
        YAMLFactory factory = YAMLFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        .build())
                .build();
        try (YAMLParser parser = factory.createParser(yaml)) {
            if (parser.nextToken() == null) {
                mistake(1, "", "the file is empty");
                return NODES.objectNode();
            }
            lines.put("", line(parser));
            JsonNode tree = value(parser, "");
            if (parser.nextToken() != null) {
                mistake(line(parser), "", "a second YAML document, expected one");
            }
            return tree;
        } catch (StreamConstraintsException e) {
            mistake(lastLine, "", "nested deeper than " + maxDepth + " levels, or a value that is far too long");
            return NODES.objectNode();
        } catch (JsonProcessingException e) {
            String text = e.getOriginalMessage();
            mistake(lineIn(text), "", "this is not YAML: " + withoutQuotes(text));
            return NODES.objectNode();
        } catch (IOException e) {
            mistake(1, "", "cannot be read: " + e.getMessage());
            return NODES.objectNode();
        }
    }

    private JsonNode value(YAMLParser parser, String path) throws IOException {
        if (parser.isCurrentAlias()) {
            mistake(line(parser), path, "aliases are not supported, write the value out");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path);
            case START_ARRAY -> array(parser, path);
            case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            // Yes, no, on and off are texts since YAML 1.2.
            case VALUE_TRUE, VALUE_FALSE ->
                parser.getText().matches("true|True|TRUE|false|False|FALSE")
                        ? NODES.booleanNode(parser.currentToken() == JsonToken.VALUE_TRUE)
                        : NODES.textNode(parser.getText());
            case VALUE_NULL -> NODES.nullNode();
            // A key with nothing behind it arrives as an empty text.
            default -> parser.getText().isEmpty() ? NODES.nullNode() : NODES.textNode(parser.getText());
        };
    }

    private ObjectNode object(YAMLParser parser, String path) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            int line = line(parser);
            String full = path.isEmpty() ? name : path + "." + name;
            parser.nextToken();
            Integer before = object.has(name) ? lines.get(full) : null;
            lines.put(full, line);
            object.set(name, value(parser, full));
            if (before != null) {
                mistake(line, full, "this key is there already, in line " + before);
            }
        }
        return object;
    }

    private ArrayNode array(YAMLParser parser, String path) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String full = path + "[" + array.size() + "]";
            lines.put(full, line(parser));
            array.add(value(parser, full));
        }
        return array;
    }

    private void mistake(int line, String key, String text) {
        mistakes.add(line, key, text);
    }

    private int line(JsonParser parser) {
        lastLine = Math.max(1, parser.currentTokenLocation().getLineNr());
        return lastLine;
    }

    /** Where the parser met the mistake, as its words say last; it is ahead of the place that it knows itself to be at. */
    private int lineIn(String text) {
        return LINE_IN_TEXT
                .matcher(text)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .reduce((first, last) -> last)
                .orElse(lastLine);
    }

    /** The parser's words without the lines of the file that it quotes, which are indented. */
    private static String withoutQuotes(String text) {
        return text.lines().filter(line -> !line.startsWith(" ")).collect(Collectors.joining(", "));
    }
}
