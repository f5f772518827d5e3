package org.qkdmesh.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.qkdmesh.config.Mistake;

/** A {@code settings.json} as it was read: the keys of the older form by their names there, each with its line. */
final class Settings {

    /** An object in the file. */
    final class Part {

        private final JsonNode node;
        private final String name;

        private Part(JsonNode node, String name) {
            this.node = node;
            this.name = name;
        }

        Optional<String> text(String key) {
            return Optional.ofNullable(node.get(key))
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::textValue);
        }

        /** What has to be there; where it is not, that is a mistake. */
        Optional<String> required(String key) {
            Optional<String> text = text(key).filter(value -> !value.isBlank());
            if (text.isEmpty()) {
                mistake(key, node.has(key) ? "expected a text" : "missing");
            }
            return text;
        }

        /** @param form refuses by an IllegalArgumentException, whose message is the mistake then */
        Optional<String> required(String key, Function<String, ?> form) {
            return required(key).filter(text -> {
                try {
                    form.apply(text);
                    return true;
                } catch (IllegalArgumentException e) {
                    mistake(key, e.getMessage());
                    return false;
                }
            });
        }

        Optional<Long> number(String key) {
            JsonNode value = node.get(key);
            if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
                mistake(key, "expected a whole number");
                return Optional.empty();
            }
            return Optional.ofNullable(value).map(JsonNode::longValue);
        }

        /** Scheme, host and port, which is all that a configuration wants of an address. */
        Optional<String> url(String key) {
            return required(key).flatMap(text -> {
                String whole = text.contains("://") ? text : "https://" + text;
                URI url = parsed(whole);
                if (url == null || url.getHost() == null || url.getRawUserInfo() != null) {
                    mistake(key, "expected an address such as https://kme.example:8040");
                } else if (!"https".equalsIgnoreCase(url.getScheme())) {
                    mistake(key, "only https is spoken, this says " + url.getScheme());
                } else {
                    String path = url.getRawPath().replaceAll("/+$", "");
                    if (!path.isEmpty() && !path.equals("/api/v1/keys") || url.getRawQuery() != null) {
                        mistake(
                                key,
                                "expected an address without a path; paths are those of the standard: /api/v1/keys");
                    }
                    return Optional.of("https://" + url.getRawAuthority());
                }
                return Optional.empty();
            });
        }

        List<Part> entries(String key) {
            List<Part> entries = new ArrayList<>();
            JsonNode list = node.path(key);
            if (!list.isArray() && !list.isMissingNode()) {
                mistake(key, "expected a list");
            }
            for (int i = 0; list.isArray() && i < list.size(); i++) {
                entries.add(new Part(list.get(i), full(key) + "[" + i + "]"));
            }
            return entries;
        }

        /** Says of every key that is none of the older form that it was left out. */
        void onlyKnows(List<String> keys) {
            node.fieldNames().forEachRemaining(key -> {
                if (!keys.contains(key)) {
                    remark(key, "left out: not a key of the older form that is known here");
                }
            });
        }

        /** Something that stops the import. */
        void mistake(String key, String text) {
            mistakes.add(at(key, text));
        }

        /** Something that the reader has to know. */
        void remark(String key, String text) {
            remarks.add(at(key, text));
        }

        private Mistake at(String key, String text) {
            return new Mistake(where(full(key)), full(key), text);
        }

        Settings settings() {
            return Settings.this;
        }

        private String where(String key) {
            String known = key;
            while (!lines.containsKey(known) && !known.isEmpty()) {
                known = known.substring(0, Math.max(0, Math.max(known.lastIndexOf('.'), known.lastIndexOf('['))));
            }
            return file + ":" + lines.getOrDefault(known, 1);
        }

        private String full(String key) {
            if (key.isEmpty()) {
                return name;
            }
            return name.isEmpty() ? key : name + "." + key;
        }
    }

    private final Path file;
    private final Map<String, Integer> lines;
    private final List<Mistake> mistakes;
    private final List<Mistake> remarks;
    private final Part root;

    /**
     * @param lines by full names of keys
     * @param mistakes gets what stops the import
     * @param remarks gets what the reader has to know
     */
    Settings(Path file, JsonNode tree, Map<String, Integer> lines, List<Mistake> mistakes, List<Mistake> remarks) {
        this.file = file;
        this.lines = lines;
        this.mistakes = mistakes;
        this.remarks = remarks;
        this.root = new Part(tree, "");
    }

    Path file() {
        return file;
    }

    Part root() {
        return root;
    }

    private static URI parsed(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
