package org.qkdmesh.routefiles;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a route begins or a step sends to.
 *
 * @param uri without options
 * @param options those below {@code parameters:} and, in the compact form, in the URI
 * @param part where the URI stands
 */
record Endpoint(String uri, Map<String, String> options, Part part) {

    /** @param step the body of a step or the {@code from} of a route */
    static Endpoint of(Part step) {
        Part where = step.node().isTextual() ? step : step.member("uri");
        String text = where.text();
        int query = isDynamic(text) ? -1 : text.indexOf('?');
        Map<String, String> options = new LinkedHashMap<>();
        if (query >= 0) {
            for (String option : text.substring(query + 1).split("&")) {
                int equals = option.indexOf('=');
                options.put(
                        equals < 0 ? option : option.substring(0, equals),
                        equals < 0 ? "" : option.substring(equals + 1));
            }
        }
        step.member("parameters").members().forEach(option -> options.put(option.name(), option.text()));
        String uri = query < 0 ? text : text.substring(0, query);
        return new Endpoint(uri.replaceFirst("^([\\w+.-]+)://", "$1:"), options, where);
    }

    /** Another endpoint in the place of this one, without options. */
    Endpoint at(String otherUri) {
        return new Endpoint(otherUri.replaceFirst("[?].*", ""), Map.of(), part);
    }

    /** Where an option stands. */
    Part where(String option) {
        String holder =
                part.at().endsWith(".uri") ? part.at().substring(0, part.at().length() - 4) : part.at();
        Part below = new Part(part.file(), holder + ".parameters." + option, part.node());
        return options.containsKey(option) ? below : part;
    }

    private static boolean isDynamic(String text) {
        return text.contains("${");
    }

    boolean exists() {
        return !uri.isEmpty();
    }

    /** Known only when a message comes. */
    boolean isDynamic() {
        return isDynamic(uri);
    }

    /** The name of Camel's component; empty where it is not known. */
    String scheme() {
        int colon = uri.indexOf(':');
        return isDynamic() || colon < 0 || uri.startsWith("{{") ? "" : uri.substring(0, colon);
    }

    /** Whether it is another route of the same program. */
    boolean isRoute() {
        return scheme().equals("direct") || scheme().equals("seda");
    }

    boolean hasOption(String name, String value) {
        return value.equalsIgnoreCase(options.get(name));
    }
}
