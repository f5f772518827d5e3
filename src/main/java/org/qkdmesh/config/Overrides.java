package org.qkdmesh.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Single values from the environment: {@code QKD_MESH_LISTEN} replaces {@code listen}, {@code QKD_MESH_KEYS__MAX_SIZE}
 * {@code keys.max_size}, {@code QKD_MESH_NEIGHBOURS__0__URL} the {@code url} of the first neighbour. A list entry has to
 * be there already. Processes of several kinds may share an environment, so what only files of another kind have is theirs.
 */
final class Overrides {

    private static final String PREFIX = "QKD_MESH_";

    /** What the launcher reads itself. */
    private static final Set<String> OF_THE_LAUNCHER = Set.of("QKD_MESH_JAVA_OPTS");

    private final ConfigSchema schema;
    private final Map<String, String> environment;
    private final Map<String, String> variables = new TreeMap<>();

    Overrides(ConfigSchema schema, Map<String, String> environment) {
        this.schema = schema;
        this.environment = environment;
        environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !OF_THE_LAUNCHER.contains(name))
                .filter(name -> schema.has(topmost(key(name))) || !ConfigKind.anyHas(topmost(key(name))))
                .forEach(name -> variables.put(key(name), name));
    }

    /** The variable by the full name of the key that it replaces. */
    Map<String, String> variables() {
        return variables;
    }

    /** @param mistake gets what cannot be placed in the tree, by its full name */
    void apply(JsonNode tree, BiConsumer<String, String> mistake) {
        variables.forEach((key, variable) -> {
            if (!put(tree, key, environment.get(variable))) {
                mistake.accept(key, "there is no such entry in the file to replace a value in");
            }
        });
    }

    private static String key(String variable) {
        return variable.substring(PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replaceAll("__([0-9]{1,4})(?=__|$)", "[$1]")
                .replace("__", ".");
    }

    private static String[] steps(String key) {
        return key.split("[.\\[]", -1);
    }

    private static String topmost(String key) {
        return steps(key)[0];
    }

    /** The variable that replaces the value under a full name. */
    static String variable(String key) {
        return PREFIX
                + key.replaceAll("\\[([0-9]+)]", "__$1").replace(".", "__").toUpperCase(Locale.ROOT);
    }

    private boolean put(JsonNode tree, String key, String text) {
        String[] steps = steps(key);
        JsonNode holder = tree;
        for (int i = 0; i < steps.length - 1; i++) {
            JsonNode next = at(holder, steps[i]);
            if (next == null && holder instanceof ObjectNode object && !steps[i + 1].endsWith("]")) {
                next = object.putObject(steps[i]);
            }
            if (next == null) {
                return false;
            }
            holder = next;
        }
        String last = steps[steps.length - 1];
        if (holder instanceof ObjectNode object) {
            object.set(last, schema.scalar(key, text));
            return true;
        }
        return false;
    }

    private static JsonNode at(JsonNode holder, String step) {
        if (holder instanceof ArrayNode array && step.endsWith("]")) {
            return array.get(Integer.parseInt(step.substring(0, step.length() - 1)));
        }
        return holder.get(step);
    }

    static JsonNode scalar(String type, String text) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (type) {
            case "integer" ->
                text.matches("-?[0-9]{1,18}") ? nodes.numberNode(Long.parseLong(text)) : nodes.textNode(text);
            case "boolean" ->
                text.equals("true") || text.equals("false")
                        ? nodes.booleanNode(text.equals("true"))
                        : nodes.textNode(text);
            default -> nodes.textNode(text);
        };
    }
}
