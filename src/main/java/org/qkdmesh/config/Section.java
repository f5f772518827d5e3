package org.qkdmesh.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a configuration file, and its values by their types. A value that is missing or of another form is empty: the
 * schema has told that mistake already, and the checks that follow look at what there is.
 */
final class Section {

    private final ConfigFile file;
    private final JsonNode node;
    private final String name;

    Section(ConfigFile file, JsonNode node, String name) {
        this.file = file;
        this.node = node;
        this.name = name;
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(node.get(key)).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    /** A value whose form its own type knows; what that type refuses with an IllegalArgumentException is a mistake. */
    <T> Optional<T> value(String key, Function<String, T> form) {
        return text(key).flatMap(text -> {
            try {
                return Optional.of(form.apply(text));
            } catch (IllegalArgumentException e) {
                if (!file.hasMistakeAt(full(key))) {
                    mistake(key, e.getMessage());
                }
                return Optional.empty();
            }
        });
    }

    Optional<Path> path(String key) {
        return value(key, Path::of);
    }

    Optional<Duration> duration(String key) {
        return text(key).flatMap(Durations::parse);
    }

    Optional<Integer> number(String key) {
        return Optional.ofNullable(node.get(key))
                .filter(JsonNode::canConvertToInt)
                .map(JsonNode::intValue);
    }

    Optional<Long> longNumber(String key) {
        return Optional.ofNullable(node.get(key))
                .filter(JsonNode::canConvertToLong)
                .map(JsonNode::longValue);
    }

    Optional<Boolean> flag(String key) {
        return Optional.ofNullable(node.get(key)).filter(JsonNode::isBoolean).map(JsonNode::booleanValue);
    }

    /** What stands below a key; empty inside when there is nothing. */
    Section section(String key) {
        JsonNode below = node.get(key);
        return new Section(file, below == null ? MissingNode.getInstance() : below, full(key));
    }

    /** The entries of a list, none when there is no list. */
    List<Section> entries(String key) {
        List<Section> entries = new ArrayList<>();
        JsonNode list = node.path(key);
        for (int i = 0; list.isArray() && i < list.size(); i++) {
            entries.add(new Section(file, list.get(i), full(key) + "[" + i + "]"));
        }
        return entries;
    }

    /** @param key below this section */
    void mistake(String key, String text) {
        file.mistake(full(key), text);
    }

    /** The full name of a key below this section. */
    String full(String key) {
        return name.isEmpty() ? key : name + "." + key;
    }
}
