package org.qkdmesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page that names a test as its proof names one that there is. */
class TestsInPagesTest {

    private static final Path TESTS = Path.of("src", "test", "java");

    /** A class of tests, and what follows it: a method, or a pattern for the names of methods. */
    private static final Pattern NAMED =
            Pattern.compile("\\b([A-Z][A-Za-z]+(?:Test|IT|Contract))\\b(?:[.#](\\w+)(\\*?))?");

    @ParameterizedTest
    @ValueSource(strings = {"docs/reference/faults.md", "docs/concepts/threat-model.md"})
    void everyTestThatThePageNames_exists(String page) throws IOException {
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Pages.Line line : Pages.lines(Path.of(page))) {
            Matcher test = NAMED.matcher(line.text());
            while (test.find()) {
                named++;
                String method = test.group(2) == null
                        ? ""
                        : test.group(2) + (test.group(3).isEmpty() ? "(" : "");
                if (!sources.getOrDefault(test.group(1), "").contains("void " + method)) {
                    missing.add(line.number() + ": " + test.group());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(30);
    }

    private static Map<String, String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            TestsInPagesTest::text,
                            String::concat));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
