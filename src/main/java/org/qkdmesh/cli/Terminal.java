package org.qkdmesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * What commands print to. Colours come out only where somebody looks at them: on a terminal, unless {@code NO_COLOR} is
 * set. Tables are as wide as what is in them, but never wider than the terminal. Not safe for use by several threads.
 */
public final class Terminal {

    /** The launcher tells how many columns the terminal has. */
    private static final String COLUMNS = "qkd-mesh.columns";

    private static final int DEFAULT_COLUMNS = 100;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** What a text means; the colour follows from it. */
    public enum Style {
        PLAIN(""),
        DIM("2"),
        BOLD("1"),
        GOOD("32"),
        WARN("33"),
        BAD("1;31");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    /** A text in a table, with its meaning. */
    public record Cell(String text, Style style) {}

    private final PrintWriter out;
    private final boolean colour;
    private final int columns;

    /** @param columns of the terminal; what is wider is cut in tables */
    public Terminal(PrintWriter out, boolean colour, int columns) {
        this.out = out;
        this.colour = colour;
        this.columns = columns;
    }

    /** The output of a command. */
    public static Terminal of(CommandLine command) {
        return new Terminal(command.getOut(), Ansi.AUTO.enabled(), Integer.getInteger(COLUMNS, DEFAULT_COLUMNS));
    }

    public int columns() {
        return columns;
    }

    public void line(String text) {
        out.println(text);
        out.flush();
    }

    public void line(Style style, String text) {
        line(styled(style, text));
    }

    /** The text in the colour of its meaning, or as it is where there are no colours. */
    public String styled(Style style, String text) {
        return colour && style != Style.PLAIN ? "\u001B[" + style.code + "m" + text + "\u001B[0m" : text;
    }

    /** The document for programs, on several lines. */
    public void json(JsonNode document) {
        try {
            line(JSON.writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can always be written", e);
        }
    }

    /**
     * A table with these headings; a column whose heading begins with {@code >} is flush right. Nothing is printed before
     * {@link Table#print}.
     */
    public Table table(String... headings) {
        return new Table(headings);
    }

    /** Rows under headings. */
    public final class Table {

        private static final String GAP = "  ";
        private static final String CUT = "..";
        private static final int NARROWEST = 8;

        private final boolean[] flushRight;
        private final List<Cell[]> rows = new ArrayList<>();

        private Table(String... headings) {
            flushRight = new boolean[headings.length];
            Cell[] first = new Cell[headings.length];
            for (int i = 0; i < headings.length; i++) {
                flushRight[i] = headings[i].startsWith(">");
                first[i] = new Cell(flushRight[i] ? headings[i].substring(1) : headings[i], Style.DIM);
            }
            rows.add(first);
        }

        /** @param cells texts or {@link Cell}s, as many as there are headings */
        public Table row(Object... cells) {
            if (cells.length != flushRight.length) {
                throw new IllegalArgumentException(cells.length + " cells under " + flushRight.length + " headings");
            }
            rows.add(Arrays.stream(cells)
                    .map(cell -> cell instanceof Cell styled ? styled : new Cell(String.valueOf(cell), Style.PLAIN))
                    .toArray(Cell[]::new));
            return this;
        }

        /** Prints the headings and all rows. */
        public void print() {
            int[] widths = widths();
            for (Cell[] row : rows) {
                StringBuilder line = new StringBuilder();
                for (int i = 0; i < row.length; i++) {
                    String text = cut(row[i].text(), widths[i]);
                    String space = " ".repeat(widths[i] - text.length());
                    boolean last = i == row.length - 1;
                    line.append(i == 0 ? "" : GAP)
                            .append(flushRight[i] ? space : "")
                            .append(styled(row[i].style(), text))
                            .append(flushRight[i] || last ? "" : space);
                }
                line(line.toString().stripTrailing());
            }
        }

        /** As wide as the widest cell of each column; as long as that is too much, the widest column gets narrower. */
        private int[] widths() {
            int[] widths = new int[flushRight.length];
            for (Cell[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    widths[i] = Math.max(widths[i], row[i].text().length());
                }
            }
            int gaps = GAP.length() * (widths.length - 1);
            while (Arrays.stream(widths).sum() + gaps > columns) {
                int widest = 0;
                for (int i = 1; i < widths.length; i++) {
                    widest = widths[i] > widths[widest] ? i : widest;
                }
                if (widths[widest] <= NARROWEST) {
                    break;
                }
                widths[widest]--;
            }
            return widths;
        }

        private static String cut(String text, int width) {
            return text.length() <= width ? text : text.substring(0, width - CUT.length()) + CUT;
        }
    }
}
