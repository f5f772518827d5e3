package org.qkdmesh.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every link of a page to something in the project leads somewhere. */
class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    @Test
    void linksToFilesAndHeadings_leadSomewhere() {
        List<String> broken = new ArrayList<>();
        int followed = 0;
        for (Path page : Pages.all()) {
            for (Pages.Line line : Pages.lines(page)) {
                Matcher link = LINK.matcher(line.text());
                while (line.isProse() && link.find()) {
                    String target = link.group(1);
                    if (!target.matches("[a-z]+:.*")) {
                        followed++;
                        if (!leadsSomewhere(page, target)) {
                            broken.add(line.toString());
                        }
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(followed).isGreaterThan(30);
    }

    @Test
    void everyPageOfTheDocuments_canBeReachedFromTheirIndex() {
        List<Path> reached = new ArrayList<>(List.of(Path.of("docs", "README.md")));
        for (int i = 0; i < reached.size(); i++) {
            for (Pages.Line line : Pages.lines(reached.get(i))) {
                Matcher link = LINK.matcher(line.text());
                while (line.isProse() && link.find()) {
                    Path target = target(reached.get(i), link.group(1).split("#")[0]);
                    Path page = Files.isDirectory(target) ? target.resolve("README.md") : target;
                    if (page.toString().endsWith(".md") && Files.exists(page) && !reached.contains(page)) {
                        reached.add(page);
                    }
                }
            }
        }
        List<Path> documents = Pages.all().stream()
                .filter(page -> page.startsWith("docs") && !page.startsWith(Path.of("docs", "decisions")))
                .toList();
        assertThat(reached).containsAll(documents);
    }

    private static boolean leadsSomewhere(Path page, String link) {
        String[] parts = link.split("#", 2);
        Path file = parts[0].isEmpty() ? page : target(page, parts[0]);
        if (!Files.exists(file)) {
            return false;
        }
        return parts.length == 1
                || Pages.lines(file).stream()
                        .filter(Pages.Line::isProse)
                        .filter(line -> line.text().startsWith("#"))
                        .anyMatch(line -> anchor(line.text()).equals(parts[1]));
    }

    private static Path target(Path page, String link) {
        Path folder = page.getParent() == null ? Path.of("") : page.getParent();
        return folder.resolve(link).normalize();
    }

    /** As the common renderers make it of a heading. */
    private static String anchor(String heading) {
        return heading.replaceFirst("^#+ *", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
