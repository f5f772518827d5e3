package org.qkdmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qkdmesh.docs.Pages;
import picocli.CommandLine.ParameterException;

/** What the pages tell people to type can be typed: commands and options are known, addresses are served by a route. */
class CommandsInPagesTest {

    private static final Pattern COMMAND = Pattern.compile("\\./qkd-mesh +([a-z-][^#|`&;>)]*)");
    private static final Pattern ADDRESS = Pattern.compile("https?://(?:localhost|127\\.0\\.0\\.1):\\d+(/[^\\s'\"?]+)");
    private static final Pattern SERVED = Pattern.compile("uri: \"?platform-http:(/[^\\s\"?]+)");

    @Test
    void commands_areUnderstood() {
        List<String> wrong = new ArrayList<>();
        int read = 0;
        for (Pages.Line line : typed()) {
            Matcher command = COMMAND.matcher(line.text());
            while (command.find()) {
                read++;
                complaint(command.group(1).strip()).ifPresent(why -> wrong.add(line + "\n    " + why));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(read).isGreaterThan(5);
    }

    @Test
    void addresses_areServedByARoute() throws IOException {
        List<Pattern> served = servedPaths();
        List<String> wrong = new ArrayList<>();
        int read = 0;
        for (Pages.Line line : typed()) {
            Matcher address = ADDRESS.matcher(line.text());
            while (address.find()) {
                read++;
                String path = address.group(1);
                if (served.stream().noneMatch(route -> route.matcher(path).matches())) {
                    wrong.add(line.toString());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(read).isGreaterThan(5);
    }

    /** The lines of the blocks that are to be typed, those that go on in the next line put together. */
    private static List<Pages.Line> typed() {
        List<Pages.Line> typed = new ArrayList<>();
        for (Path page : Pages.all()) {
            String begun = "";
            for (Pages.Line line : Pages.lines(page)) {
                if ("sh".equals(line.block())) {
                    String text = begun + line.text().strip();
                    if (text.endsWith("\\")) {
                        begun = text.substring(0, text.length() - 1);
                    } else {
                        typed.add(new Pages.Line(page, line.number(), line.block(), text));
                        begun = "";
                    }
                }
            }
        }
        return typed;
    }

    private static Optional<String> complaint(String arguments) {
        try {
            QkdMesh.commandLine().parseArgs(arguments.split("\\s+"));
            return Optional.empty();
        } catch (ParameterException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static List<Pattern> servedPaths() throws IOException {
        List<Pattern> served = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher uri = SERVED.matcher(Files.readString(file));
                while (uri.find()) {
                    served.add(Pattern.compile(Stream.of(uri.group(1).split("\\{[^}]+}", -1))
                            .map(Pattern::quote)
                            .reduce((a, b) -> a + "[^/]+" + b)
                            .orElseThrow()));
                }
            }
        }
        return served;
    }
}
