package org.qkdmesh.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Markdown pages of the project. */
public final class Pages {

    private static final List<Path> PLACES =
            List.of(Path.of("docs"), Path.of("certs"), Path.of("examples"), Path.of("deploy"));

    /** A line of a page, with its number from 1 and the language of the fenced block it stands in, if it stands in one. */
    public record Line(Path page, int number, String block, String text) {

        public boolean isProse() {
            return block == null;
        }

        @Override
        public String toString() {
            return page + ":" + number + ": " + text.strip();
        }
    }

    private Pages() {}

    public static List<Path> all() {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> top = Files.list(Path.of(""))) {
            top.filter(Pages::isPage).forEach(pages::add);
            for (Path place : PLACES) {
                if (Files.exists(place)) {
                    try (Stream<Path> files = Files.walk(place)) {
                        files.filter(Pages::isPage)
                                .filter(page -> !page.toString().contains("/target/"))
                                .forEach(pages::add);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pages;
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md");
    }

    public static List<Line> lines(Path page) {
        List<Line> lines = new ArrayList<>();
        String block = null;
        int number = 0;
        try {
            for (String text : Files.readAllLines(page)) {
                number++;
                String trimmed = text.strip();
                if (trimmed.startsWith("```")) {
                    block = block == null ? trimmed.substring(3) : null;
                } else {
                    lines.add(new Line(page, number, block, text));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }
}
