package org.qkdmesh.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.qkdmesh.node.NodeRoutes;

/**
 * A page of {@code docs/routes} as somebody follows it who does what it says, in a folder with a copy of the routes: each
 * {@code diff} is applied, each block with a path behind its language becomes that file, and of each {@code sh} block the
 * lines that begin with {@code mkdir}, {@code javac} and {@code jar} are run. Pages name the members of the example network
 * that users have; here those of the tests' network stand in their place.
 */
final class RoutePage {

    private static final Path PAGES = Path.of("docs", "routes");
    private static final Path ROUTES = Path.of("routes");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\S+)(?: (\\S+))?\\n(.*?)^```$");
    private static final Pattern HUNKS = Pattern.compile("(?m)^@@ .*\\n");

    /** Whoever stands in a page, and who has that place in {@link ExampleNetwork}. */
    private static final Map<String, String> MEMBERS = Map.of(
            "tn-1-a2b2", "tn-1",
            "tn-2-a2b1", "tn-2",
            "ndk-kme-b2", "kme-1-2",
            "sae-a", "sae-1",
            "sae-c", "sae-2");

    private final Path folder;

    private RoutePage(Path folder) {
        this.folder = folder;
    }

    /** @return the routes as the page leaves them, below {@code folder} */
    static Path follow(String page, Path folder) throws IOException {
        copy(ROUTES, folder.resolve("routes"));
        RoutePage follower = new RoutePage(folder);
        Matcher block = BLOCK.matcher(inTheTestNetwork(Files.readString(PAGES.resolve(page))));
        int edits = 0;
        while (block.find()) {
            edits += follower.follow(block.group(1), block.group(2), block.group(3));
        }
        assertThat(edits).as("edits on page " + page).isPositive();
        assertThat(NodeRoutes.check(folder.resolve("routes"))).isEmpty();
        return folder.resolve("routes");
    }

    private static String inTheTestNetwork(String page) {
        String renamed = page;
        for (Map.Entry<String, String> member : MEMBERS.entrySet()) {
            renamed = renamed.replace(member.getKey(), member.getValue());
        }
        return renamed;
    }

    private int follow(String language, String path, String text) throws IOException {
        if (language.equals("diff")) {
            apply(text);
            return 1;
        }
        if (path != null) {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return 1;
        }
        if (language.equals("sh")) {
            text.lines().forEach(this::run);
        }
        return 0;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    /** As {@code patch -p1} does it, but for the line numbers, and without fuzz: each hunk has to fit one place exactly. */
    private void apply(String diff) throws IOException {
        String[] parts = HUNKS.split(diff);
        Matcher target = Pattern.compile("(?m)^\\+\\+\\+ b/(\\S+)$").matcher(parts[0]);
        assertThat(target.find()).as("a line +++ b/... in " + parts[0]).isTrue();
        Path file = folder.resolve(target.group(1));
        String text = Files.readString(file);
        for (String hunk : Arrays.asList(parts).subList(1, parts.length)) {
            String before = side(hunk, '-');
            int at = text.indexOf(before);
            assertThat(at).as("where this is in " + file + ":\n" + before).isNotNegative();
            assertThat(text.indexOf(before, at + 1)).as("only one such place").isNegative();
            text = text.substring(0, at) + side(hunk, '+') + text.substring(at + before.length());
        }
        Files.writeString(file, text);
    }

    private static String side(String hunk, char which) {
        StringBuilder side = new StringBuilder();
        hunk.lines()
                .filter(line -> line.isEmpty() || line.charAt(0) == ' ' || line.charAt(0) == which)
                .forEach(line ->
                        side.append(line.isEmpty() ? "" : line.substring(1)).append('\n'));
        return side.toString();
    }

    private void run(String line) {
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        String tool = words.remove(0);
        if (line.startsWith("mkdir -p ")) {
            assertThat(folder.resolve(words.get(1)).toFile().mkdirs()).isTrue();
        }
        if (!tool.equals("javac") && !tool.equals("jar")) {
            return;
        }
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("-cp")) {
                words.set(++i, System.getProperty("java.class.path"));
            } else if (words.get(i).contains("/")) {
                words.set(i, folder.resolve(words.get(i)).toString());
            }
        }
        int code = ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, words.toArray(String[]::new));
        assertThat(code).as(line).isZero();
    }
}
