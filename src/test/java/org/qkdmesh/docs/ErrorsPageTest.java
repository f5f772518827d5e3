package org.qkdmesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.etsi020.RefusalReason;

/** Whoever meets an error or an alarm finds it on one page. */
class ErrorsPageTest {

    private static final Path PAGE = Path.of("docs", "reference", "errors.md");
    private static final Path SOURCES = Path.of("src", "main", "java");

    private static final Pattern REFUSAL = Pattern.compile(
            "(?:[rR]efusal\\.(?:badRequest|unauthorized|unavailable|tooMany|malformed)|new (?:Http)?Refusal)\\(");
    private static final Pattern ALARM = Pattern.compile("\\balarm\\(\\s*\"([^\"]+)\"");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** What callers of the simulator get is on its own page or the same as here. */
    private static final String SIMULATOR = "/simulator/";

    @Test
    void everyMessageOfARefusal_isExplained() throws IOException {
        String page = Files.readString(PAGE);
        Set<String> missing = new TreeSet<>();
        int found = 0;
        for (Path source : sources()) {
            String code = Files.readString(source);
            Matcher refusal = REFUSAL.matcher(code);
            while (refusal.find()) {
                for (String words : sentences(arguments(code, refusal.end()))) {
                    found++;
                    if (!page.contains(words)) {
                        missing.add(source.getFileName() + ": " + words);
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(30);
    }

    @Test
    void everyAlarm_isExplained_andNoOther() throws IOException {
        Set<String> raised = new TreeSet<>();
        for (Path source : sources()) {
            Matcher alarm = ALARM.matcher(Files.readString(source));
            while (alarm.find()) {
                raised.add(alarm.group(1));
            }
        }
        Set<String> explained = new TreeSet<>();
        boolean inTable = false;
        for (Pages.Line line : Pages.lines(PAGE)) {
            inTable = line.text().startsWith("## ") ? line.text().equals("## Alarms") : inTable;
            if (inTable && line.text().startsWith("| `")) {
                Matcher name =
                        Pattern.compile("`([a-z-]+)`").matcher(line.text().split("\\|")[1]);
                while (name.find()) {
                    explained.add(name.group(1));
                }
            }
        }
        assertThat(explained).isEqualTo(raised);
    }

    @Test
    void everyReasonBetweenNodes_isExplained() throws IOException {
        String page = Files.readString(PAGE);
        for (RefusalReason reason : RefusalReason.values()) {
            assertThat(page).contains("| `" + reason.wireName() + "` | " + reason.status() + " |");
        }
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains(SIMULATOR))
                    .sorted()
                    .toList();
        }
    }

    /** The text between a bracket that is open and the one that closes it. */
    private static String arguments(String code, int from) {
        int depth = 1;
        int to = from;
        while (depth > 0) {
            char c = code.charAt(to++);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        return code.substring(from, to);
    }

    private static List<String> sentences(String arguments) {
        List<String> sentences = new ArrayList<>();
        Matcher literal = LITERAL.matcher(arguments);
        while (literal.find()) {
            String words = literal.group(1).strip();
            if (words.contains(" ")) {
                sentences.add(words);
            }
        }
        return sentences;
    }
}
