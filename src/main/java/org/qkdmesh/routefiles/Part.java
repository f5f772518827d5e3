package org.qkdmesh.routefiles;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A part of a route file, which knows where it stands.
 *
 * @param at its full name, as in {@code [0].route.from.uri}
 * @param node missing where there is no such part
 */
record Part(RouteFile file, String at, JsonNode node) {

    int line() {
        return file.line(at);
    }

    /** Its own name in what holds it; empty for entries of lists. */
    String name() {
        return at.endsWith("]") ? "" : at.substring(at.lastIndexOf('.') + 1);
    }

    boolean exists() {
        return !node.isMissingNode();
    }

    Part member(String name) {
        return new Part(file, at.isEmpty() ? name : at + "." + name, node.path(name));
    }

    /** The text of a member; empty when it is not there, or not a text. */
    String text(String member) {
        return member(member).text();
    }

    /** The text that this is; empty when it is something else. A number or a truth value counts as text. */
    String text() {
        return node.isValueNode() && !node.isNull() ? node.asText() : "";
    }

    List<Part> members() {
        List<Part> members = new ArrayList<>();
        node.fieldNames().forEachRemaining(name -> members.add(member(name)));
        return members;
    }

    List<Part> entries() {
        List<Part> entries = new ArrayList<>();
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            entries.add(new Part(file, at + "[" + i + "]", node.get(i)));
        }
        return entries;
    }

    /** Everything in here that is a text, however deep. */
    void eachText(Consumer<Part> use) {
        if (node.isTextual()) {
            use.accept(this);
        }
        members().forEach(member -> member.eachText(use));
        entries().forEach(entry -> entry.eachText(use));
    }

    /** This and everything in here. */
    void each(Consumer<Part> use) {
        use.accept(this);
        members().forEach(member -> member.each(use));
        entries().forEach(entry -> entry.each(use));
    }
}
