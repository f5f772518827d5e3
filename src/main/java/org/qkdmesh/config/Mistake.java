package org.qkdmesh.config;

import java.util.Objects;

/**
 * One mistake in a configuration, told to whoever wrote it.
 *
 * @param where file and line, as in {@code config/tn-2.yaml:14}, or the environment variable
 * @param key the full name of the setting, as in {@code neighbours[0].url}; empty when it is the file as a whole
 * @param text what is wrong and what was expected
 */
public record Mistake(String where, String key, String text) {

    public Mistake {
        Objects.requireNonNull(where, "where");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(text, "text");
    }

    /** The form in which a mistake is printed: {@code config/tn-2.yaml:14: neighbours[0].url: expected ...}. */
    @Override
    public String toString() {
        return where + ": " + (key.isEmpty() ? "" : key + ": ") + text;
    }
}
