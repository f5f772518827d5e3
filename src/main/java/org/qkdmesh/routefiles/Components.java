package org.qkdmesh.routefiles;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What Camel's components on the class path say of themselves. */
final class Components {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DIRECTORY = "META-INF/org/apache/camel/component/";

    /** Those that routes are most often written with, for "did you mean". */
    private static final List<String> WELL_KNOWN = List.of(
            "direct",
            "seda",
            "timer",
            "platform-http",
            "http",
            "https",
            "file",
            "log",
            "bean",
            "mock",
            "controlbus",
            "scheduler",
            "dataset",
            "validator",
            "language",
            "ref",
            "stub",
            "xslt");

    private final ClassLoader loader;
    private final Map<String, Optional<JsonNode>> known = new HashMap<>();

    Components(ClassLoader loader) {
        this.loader = loader;
    }

    boolean has(String scheme) {
        return loader.getResource("META-INF/services/org/apache/camel/component/" + scheme) != null;
    }

    List<String> wellKnown() {
        return WELL_KNOWN.stream().filter(this::has).toList();
    }

    /** The names of an endpoint's options; empty where any name may stand, or nothing is known. */
    Optional<List<String>> options(String scheme) {
        return known.computeIfAbsent(scheme, this::read)
                .filter(description ->
                        !description.at("/component/lenientProperties").asBoolean()
                                && !description.at("/component/api").asBoolean())
                .map(description -> {
                    List<String> names = new ArrayList<>();
                    description.path("properties").fieldNames().forEachRemaining(names::add);
                    return names;
                })
                .filter(names -> !names.isEmpty());
    }

    /** Endings of option names that any text may come before, as {@code scheduler.} in {@code scheduler.name}. */
    boolean isOpen(String scheme, String option) {
        return known.getOrDefault(scheme, Optional.empty())
                .map(description -> {
                    for (JsonNode property : description.path("properties")) {
                        String prefix = property.path("prefix").asText();
                        if (!prefix.isEmpty() && option.startsWith(prefix)) {
                            return true;
                        }
                    }
                    return false;
                })
                .orElse(false);
    }

    private Optional<JsonNode> read(String scheme) {
        // Camel keeps each description in a directory named after its artifact, most often the scheme itself.
        for (String directory :
                List.of(scheme, scheme.replaceAll("s$", ""), scheme.replace("-", ""), scheme.replace('-', '/'))) {
            try (InputStream in = loader.getResourceAsStream(DIRECTORY + directory + "/" + scheme + ".json")) {
                if (in != null) {
                    return Optional.of(JSON.readTree(in));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Optional.empty();
    }
}
