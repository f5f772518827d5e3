package org.qkdmesh.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.qkdmesh.node.processors.RouteProperties;

/** The reference of what routes may use names all that there is, and nothing else. */
class RouteReferenceTest {

    private static final Path SOURCES = Path.of("src/main/java/org/qkdmesh");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern STEP = Pattern.compile("(?ms)^    public void (\\w+)\\(Exchange \\w+\\).*?^    }$");
    private static final Pattern PROPERTY = Pattern.compile("RouteProperties\\.([A-Z_]+)");
    private static final Pattern HEADER = Pattern.compile("\"(QKD-[A-Za-z-]+)\"");

    /** The rows of the page's tables, by the heading above them. */
    private static final Map<String, List<String[]>> TABLES = new HashMap<>();

    @BeforeAll
    static void read() throws IOException {
        String heading = "";
        for (String line : Files.readAllLines(Path.of("docs/routes/reference.md"))) {
            if (line.startsWith("#")) {
                heading = line.replaceAll("^#+ ", "");
            } else if (line.startsWith("| `")) {
                TABLES.computeIfAbsent(heading, unknown -> new ArrayList<>())
                        .add(line.substring(1).split("\\|"));
            }
        }
    }

    @Test
    void beans_areAllThere() {
        Set<String> documented = new TreeSet<>();
        for (String heading : List.of(
                "The key delivery API",
                "For flows of your own",
                "The relay",
                "Neighbours",
                "Link keys",
                "Housekeeping and management")) {
            documented.addAll(named(heading));
        }
        assertThat(documented).containsExactlyInAnyOrderElementsOf(RouteBeans.names());
        assertThat(named("Planners and others")).contains("circuitBreakers").containsAll(RouteBeans.planners());
    }

    @Test
    void engines_areAllThere() {
        assertThat(named("Doors")).containsExactlyInAnyOrderElementsOf(Servers.engines());
    }

    @Test
    void properties_areAllThere() throws IllegalAccessException {
        assertThat(named("Exchange properties"))
                .containsExactlyInAnyOrderElementsOf(properties().values());
    }

    @Test
    void eachBean_namesTheProperties_thatItsStepReadsAndWrites() throws Exception {
        Map<String, String> rows = new HashMap<>();
        TABLES.values()
                .forEach(table ->
                        table.forEach(row -> quoted(row[0]).forEach(bean -> rows.put(bean, String.join("|", row)))));
        Map<String, String> properties = properties();
        int checked = 0;
        for (Path file : files(SOURCES.resolve("node/processors"))) {
            Matcher step = STEP.matcher(Files.readString(file));
            while (step.find()) {
                Matcher property = PROPERTY.matcher(step.group());
                while (rows.containsKey(step.group(1)) && property.find()) {
                    assertThat(quoted(rows.get(step.group(1))))
                            .as("what " + step.group(1) + " needs and leaves")
                            .contains(properties.get(property.group(1)));
                    checked++;
                }
            }
        }
        assertThat(checked).isGreaterThan(40);
    }

    @Test
    void headers_areAllThere() throws IOException {
        Set<String> used = new HashSet<>();
        for (Path file : files(SOURCES)) {
            Matcher header = HEADER.matcher(Files.readString(file));
            while (header.find()) {
                used.add(header.group(1));
            }
        }
        assertThat(named("Headers").stream().filter(name -> name.startsWith("QKD-")))
                .containsExactlyInAnyOrderElementsOf(used);
    }

    private static Map<String, String> properties() throws IllegalAccessException {
        Map<String, String> properties = new HashMap<>();
        for (Field field : RouteProperties.class.getFields()) {
            properties.put(field.getName(), (String) field.get(null));
        }
        return properties;
    }

    private static List<String> named(String heading) {
        return TABLES.get(heading).stream()
                .flatMap(row -> quoted(row[0]).stream())
                .toList();
    }

    private static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(found -> found.group(1)).toList();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
