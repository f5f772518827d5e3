package org.qkdmesh.routefiles;

import java.util.Set;
import java.util.TreeSet;

/** Where keys may be while a message is at some point of a route. */
final class KeyTrace {

    /** Exchange properties, headers and variables, as in {@code property:keys}. */
    private final Set<String> names;

    private boolean body;
    private boolean nextAnswer;

    KeyTrace() {
        this(new TreeSet<>(), false, false);
    }

    private KeyTrace(Set<String> names, boolean body, boolean nextAnswer) {
        this.names = names;
        this.body = body;
        this.nextAnswer = nextAnswer;
    }

    KeyTrace copy() {
        return new KeyTrace(new TreeSet<>(names), body, nextAnswer);
    }

    /** Keys may be where they are in either. */
    void join(KeyTrace other) {
        names.addAll(other.names);
        body |= other.body;
        nextAnswer |= other.nextAnswer;
    }

    boolean inBody() {
        return body;
    }

    void setBody(boolean holdsKeys) {
        body = holdsKeys;
    }

    void expectInAnswer() {
        nextAnswer = true;
    }

    /** What an endpoint answers takes the place of the body. */
    void answered(boolean withKeys) {
        body = nextAnswer || withKeys;
        nextAnswer = false;
    }

    boolean in(String kind, String name) {
        return names.contains(kind + ":" + name);
    }

    boolean inAny(String kind) {
        return names.stream().anyMatch(name -> name.startsWith(kind + ":"));
    }

    void set(String kind, String name, boolean holdsKeys) {
        if (holdsKeys) {
            names.add(kind + ":" + name);
        } else {
            names.remove(kind + ":" + name);
        }
    }

    /** @param pattern a name, or the beginning of some and a star */
    void forget(String kind, String pattern) {
        String start = kind + ":" + pattern.replaceFirst("[*]$", "");
        names.removeIf(name -> pattern.endsWith("*") ? name.startsWith(start) : name.equals(start));
    }

    boolean isAnywhere() {
        return body || !names.isEmpty();
    }
}
