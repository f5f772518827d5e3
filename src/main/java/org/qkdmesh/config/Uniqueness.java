package org.qkdmesh.config;

import java.util.HashMap;
import java.util.Map;

/** Notes values that must not be there twice, and where each was first. */
final class Uniqueness {

    private final String what;
    private final Map<String, String> first = new HashMap<>();

    /** @param what is unique, with its article, as in {@code a neighbour} */
    Uniqueness(String what) {
        this.what = what;
    }

    /** Tells a mistake at {@code key} when its value was there before. */
    void require(Section section, String key) {
        section.text(key).ifPresent(value -> {
            String before = first.putIfAbsent(value, section.full(key));
            if (before != null) {
                section.mistake(key, what + " of the id " + value + " is there already, see " + before);
            }
        });
    }
}
