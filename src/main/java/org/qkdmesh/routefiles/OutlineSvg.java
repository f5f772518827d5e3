package org.qkdmesh.routefiles;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws an {@link Outline}: from top to bottom a box for each step, with its id and what it does; the ways that a message
 * may go side by side in a frame.
 */
public final class OutlineSvg {

    private static final int FONT = 13;
    private static final double WIDE = 0.62 * FONT;
    private static final int PAD = 12;
    private static final int GAP = 22;
    private static final int LINE = 18;
    private static final int LONGEST = 64;

    private static final String STEP = "#eef3fb";
    private static final String CALL = "#e3f4e6";
    private static final String WAY = "#fff6df";
    private static final String START = "#26476f";
    private static final String EDGE = "#7c8ba1";
    private static final String INK = "#16202c";
    private static final String SOFT = "#4c5a6b";

    /** Something that has a size, and can be drawn with its upper left corner at a point. */
    private sealed interface Shape permits Box, Frame, Column {

        double width();

        double height();
    }

    private record Box(List<String> lines, String fill, String ink, boolean round) implements Shape {

        @Override
        public double width() {
            return 2 * PAD
                    + WIDE * lines.stream().mapToInt(String::length).max().orElse(0);
        }

        @Override
        public double height() {
            return PAD + (double) LINE * lines.size();
        }
    }

    private record Column(List<Shape> shapes) implements Shape {

        @Override
        public double width() {
            return shapes.stream().mapToDouble(Shape::width).max().orElse(0);
        }

        @Override
        public double height() {
            double all = shapes.stream().mapToDouble(Shape::height).sum();
            return all + GAP * Math.max(0, shapes.size() - 1);
        }
    }

    /** @param ways what lies beside each other in it */
    private record Frame(Box head, List<Column> ways) implements Shape {

        @Override
        public double width() {
            double inner = ways.stream().mapToDouble(Column::width).sum() + PAD * Math.max(0, ways.size() - 1);
            return Math.max(head.width(), inner) + 2 * PAD;
        }

        @Override
        public double height() {
            return head.height()
                    + GAP
                    + ways.stream().mapToDouble(Column::height).max().orElse(0)
                    + 2 * PAD;
        }
    }

    private final StringBuilder svg = new StringBuilder();

    private OutlineSvg() {}

    /**
     * @param title the route's id
     * @param description the sentence that says what it does
     */
    public static String of(Outline route, String title, String description) {
        String begins = (route.kind() + " " + route.what()).strip();
        Box start = new Box(cut(List.of(begins)), START, "#ffffff", true);
        List<Shape> shapes = new ArrayList<>(own(route));
        List<Column> ways = conditional(route);
        if (ways.isEmpty()) {
            shapes.add(0, start);
        } else {
            shapes.add(new Frame(start, ways));
        }
        return new OutlineSvg().document(new Column(shapes), title, description);
    }

    private static Shape shape(Outline step) {
        Box box = new Box(
                cut(lines(step.kind(), step.id(), step.what())), step.calls().isEmpty() ? STEP : CALL, INK, false);
        List<Column> columns = conditional(step);
        List<Shape> own = own(step);
        if (!own.isEmpty()) {
            columns.add(0, new Column(own));
        }
        return columns.isEmpty() ? box : new Frame(box, columns);
    }

    /** The steps that follow without a condition. */
    private static List<Shape> own(Outline step) {
        return step.ways().stream()
                .filter(way -> way.kind().isEmpty())
                .flatMap(way -> way.steps().stream())
                .map(OutlineSvg::shape)
                .toList();
    }

    /** The ways that are taken under a condition, which lie side by side. */
    private static List<Column> conditional(Outline step) {
        List<Column> columns = new ArrayList<>();
        for (Outline.Way way : step.ways()) {
            if (!way.kind().isEmpty()) {
                List<Shape> shapes = new ArrayList<>();
                shapes.add(new Box(cut(lines(way.kind(), way.id(), way.condition())), WAY, INK, true));
                way.steps().forEach(inner -> shapes.add(shape(inner)));
                columns.add(new Column(shapes));
            }
        }
        return columns;
    }

    private static List<String> lines(String kind, String id, String what) {
        List<String> lines = new ArrayList<>();
        lines.add(id.isEmpty() ? kind : id);
        String second = id.isEmpty() ? what : what.isEmpty() ? kind : kind + "  " + what;
        if (!second.isEmpty()) {
            lines.add(second);
        }
        return lines;
    }

    private static List<String> cut(List<String> lines) {
        return lines.stream()
                .map(line -> line.length() <= LONGEST ? line : line.substring(0, LONGEST - 2) + "..")
                .toList();
    }

    private String document(Column all, String title, String description) {
        double head = 2.0 * LINE + PAD;
        double width = Math.max(all.width(), WIDE * Math.max(title.length() * 1.3, description.length())) + 4 * PAD;
        double height = all.height() + head + 4 * PAD;
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\""
                        + " font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"%d\" role=\"img\">%n",
                width,
                height,
                width,
                height,
                FONT));
        svg.append("<title>").append(escaped(title)).append("</title>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(2 * PAD, 2 * PAD + FONT, title, INK, "start", "bold");
        text(2 * PAD, 2 * PAD + FONT + LINE, description, SOFT, "start", "normal");
        draw(all, (width - all.width()) / 2, 2 * PAD + head);
        return svg.append("</svg>\n").toString();
    }

    private void draw(Shape shape, double x, double y) {
        if (shape instanceof Box box) {
            box(box, x, y);
        } else if (shape instanceof Column column) {
            column(column, x, y);
        } else if (shape instanceof Frame frame) {
            frame(frame, x, y);
        }
    }

    private void column(Column column, double x, double y) {
        double at = y;
        double middle = x + column.width() / 2;
        for (int i = 0; i < column.shapes().size(); i++) {
            Shape shape = column.shapes().get(i);
            if (i > 0) {
                arrow(middle, at, at + GAP);
                at += GAP;
            }
            draw(shape, middle - shape.width() / 2, at);
            at += shape.height();
        }
    }

    private void frame(Frame frame, double x, double y) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\" fill=\"#fafbfd\" stroke=\"%s\""
                        + " stroke-dasharray=\"4 3\"/>%n",
                x,
                y,
                frame.width(),
                frame.height(),
                EDGE));
        double top = y + PAD;
        double middle = x + frame.width() / 2;
        box(frame.head(), middle - frame.head().width() / 2, top);
        double ways = top + frame.head().height() + GAP;
        double inner = frame.ways().stream().mapToDouble(Column::width).sum()
                + PAD * Math.max(0, frame.ways().size() - 1);
        double at = middle - inner / 2;
        for (Column way : frame.ways()) {
            line(middle, ways - GAP, at + way.width() / 2, ways);
            draw(way, at, ways);
            at += way.width() + PAD;
        }
    }

    private void box(Box box, double x, double y) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%d\" fill=\"%s\" stroke=\"%s\"/>%n",
                x,
                y,
                box.width(),
                box.height(),
                box.round() ? 14 : 4,
                box.fill(),
                EDGE));
        double at = y + PAD / 2.0 + FONT;
        for (int i = 0; i < box.lines().size(); i++) {
            boolean first = i == 0;
            String ink = first || box.ink().equals("#ffffff") ? box.ink() : SOFT;
            text(x + box.width() / 2, at, box.lines().get(i), ink, "middle", first ? "bold" : "normal");
            at += LINE;
        }
    }

    private void text(double x, double y, String text, String ink, String anchor, String weight) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\" text-anchor=\"%s\" font-weight=\"%s\">%s</text>%n",
                x,
                y,
                ink,
                anchor,
                weight,
                escaped(text)));
    }

    private void arrow(double x, double from, double to) {
        line(x, from, x, to);
    }

    /** With a head where it ends. */
    private void line(double fromX, double fromY, double toX, double toY) {
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f\" fill=\"none\" stroke=\"%s\"/>%n",
                fromX,
                fromY,
                fromX,
                (fromY + toY) / 2,
                toX,
                (fromY + toY) / 2,
                toX,
                toY - 6,
                EDGE));
        svg.append(String.format(Locale.ROOT, "<path d=\"M%.1f %.1f l-4 -7 h8 z\" fill=\"%s\"/>%n", toX, toY, EDGE));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
