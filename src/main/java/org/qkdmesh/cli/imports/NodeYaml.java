package org.qkdmesh.cli.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes the configuration of a node as somebody would by hand: short things on one line, a word beside what is new. */
final class NodeYaml {

    private static final int LONGEST_LINE = 110;
    private static final int COMMENTS_AT = 40;

    /** What YAML takes for text without quotes, wherever it stands. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_./][A-Za-z0-9_./-]*");

    private static final Pattern PLAIN_URL = Pattern.compile("https://[A-Za-z0-9.:-]+");
    private static final List<String> NOT_TEXT = List.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private final List<String> lines = new ArrayList<>();

    NodeYaml comment(String text) {
        lines.add("# " + text);
        return this;
    }

    /** A text, with a comment unless that is empty. */
    NodeYaml text(String key, String value, String comment) {
        return line(key + ": " + (PLAIN_URL.matcher(value).matches() ? value : scalar(value)), comment);
    }

    /** A value that is written as it is. */
    NodeYaml value(String key, String value, String comment) {
        return line(key + ": " + value, comment);
    }

    NodeYaml map(String key, Map<String, String> values) {
        return line(key + ": " + flow(values), "");
    }

    /** A list of objects; nothing when it is empty. */
    NodeYaml list(String key, List<Map<String, String>> entries) {
        if (!entries.isEmpty()) {
            lines.add(key + ":");
            entries.forEach(entry -> lines.addAll(entry(entry, "  ")));
        }
        return this;
    }

    /** Neighbours with their KMEs. */
    NodeYaml neighbours(Map<Map<String, String>, List<Map<String, String>>> neighbours) {
        if (!neighbours.isEmpty()) {
            lines.add("neighbours:");
        }
        neighbours.forEach((neighbour, kmes) -> {
            lines.addAll(block(neighbour, "  "));
            lines.add("    kmes:");
            kmes.forEach(kme -> lines.addAll(entry(kme, "      ")));
        });
        return this;
    }

    private static List<String> entry(Map<String, String> entry, String indent) {
        String flow = indent + "- " + flow(entry);
        return flow.length() <= LONGEST_LINE ? List.of(flow) : block(entry, indent);
    }

    private static List<String> block(Map<String, String> entry, String indent) {
        List<String> block = new ArrayList<>();
        entry.forEach((key, value) -> block.add(indent + (block.isEmpty() ? "- " : "  ") + key + ": "
                + (PLAIN_URL.matcher(value).matches() ? value : scalar(value))));
        return block;
    }

    private static String flow(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + scalar(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private NodeYaml line(String text, String comment) {
        lines.add(
                comment.isEmpty()
                        ? text
                        : text + " ".repeat(Math.max(2, COMMENTS_AT - text.length())) + "# " + comment);
        return this;
    }

    /** Numbers are written as they are: whoever has a text that looks like one gives it in quotes. */
    private static String scalar(String value) {
        boolean plain = PLAIN.matcher(value).matches() && !NOT_TEXT.contains(value.toLowerCase(Locale.ROOT));
        if (plain || value.startsWith(NUMBER)) {
            return value.replace(NUMBER, "");
        }
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Marks what is a number. */
    private static final String NUMBER = "\u0001";

    static String number(long value) {
        return NUMBER + value;
    }

    /** An object whose keys keep their order; pairs without a value are left out. */
    static Map<String, String> object(String... keysAndValues) {
        Map<String, String> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            if (keysAndValues[i + 1] != null) {
                object.put(keysAndValues[i], keysAndValues[i + 1]);
            }
        }
        return object;
    }

    @Override
    public String toString() {
        return String.join("\n", lines) + "\n";
    }
}
