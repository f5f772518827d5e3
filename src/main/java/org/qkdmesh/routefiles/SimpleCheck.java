package org.qkdmesh.routefiles;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qkdmesh.model.NearestName;

/**
 * Every {@code ${...}} of Camel's language Simple is closed, and begins with a function that there is. Camel itself takes
 * {@code ${exchangeProprty.pair}} for a method of the exchange, and finds out when a message comes.
 */
final class SimpleCheck {

    private static final String DESCRIPTION = "META-INF/org/apache/camel/language/simple/simple.json";

    /** Those that Camel knows and does not describe there. */
    private static final List<String> UNDESCRIBED =
            List.of("exceptionAs", "file", "hostname", "in", "logExchange", "sysenv");

    private static final Pattern BEGINNING = Pattern.compile("[$](?:simple)?[{]");
    private static final Pattern BRACES = Pattern.compile(BEGINNING + "|[}]");
    private static final Pattern FUNCTION = Pattern.compile(BEGINNING + "\\s*([A-Za-z][A-Za-z0-9-]*)");
    private static final Pattern NAME = Pattern.compile("^[A-Za-z][A-Za-z0-9-]*");

    private final Findings findings;
    private final Set<String> functions = new TreeSet<>(UNDESCRIBED);

    SimpleCheck(Findings findings, ClassLoader loader) {
        this.findings = findings;
        try (InputStream in = loader.getResourceAsStream(DESCRIPTION)) {
            new ObjectMapper().readTree(in).path("functions").fieldNames().forEachRemaining(described -> {
                Matcher name = NAME.matcher(described);
                if (name.find()) {
                    functions.add(name.group());
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void check(List<RouteFile> files) {
        files.forEach(file -> file.root().each(this::part));
    }

    private void part(Part part) {
        switch (part.name()) {
            case "simple" -> text(part.node().isTextual() ? part : part.member("expression"));
            case "log" -> text(part.node().isTextual() ? part : part.member("message"));
            case "throwException" -> text(part.member("message"));
            case "toD" -> text(part.node().isTextual() ? part : part.member("uri"));
            default -> {}
        }
    }

    private void text(Part part) {
        int open = 0;
        Matcher brace = BRACES.matcher(part.text());
        while (brace.find()) {
            open = brace.group().equals("}") ? Math.max(0, open - 1) : open + 1;
        }
        if (open > 0) {
            findings.error(part, "\"${\" is not closed in " + part.text() + ": write } behind what it computes");
        }
        Matcher function = FUNCTION.matcher(part.text());
        while (function.find()) {
            String name = function.group(1);
            if (!functions.contains(name)) {
                findings.error(
                        part,
                        "Camel's language Simple has no function \"" + name + "\""
                                + NearestName.of(name, functions)
                                        .map(near -> ", did you mean \"" + near + "\"?")
                                        .orElse(""));
            }
        }
    }
}
