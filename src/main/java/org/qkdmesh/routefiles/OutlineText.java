package org.qkdmesh.routefiles;

import java.util.ArrayList;
import java.util.List;

/** Writes an {@link Outline} as a tree of lines, the ids under each other, and what each step does. */
public final class OutlineText {

    private static final String GAP = "  ";

    private record Line(String tree, String id, String what) {}

    private final List<Line> lines = new ArrayList<>();

    private OutlineText() {}

    public static List<String> of(Outline route) {
        OutlineText text = new OutlineText();
        text.lines.add(new Line((route.kind() + " " + route.what()).strip(), "", ""));
        text.ways(route, "");
        return text.written();
    }

    private void ways(Outline step, String indent) {
        List<Outline.Way> ways = step.ways();
        for (int i = 0; i < ways.size(); i++) {
            Outline.Way way = ways.get(i);
            if (way.kind().isEmpty()) {
                steps(way.steps(), indent, i < ways.size() - 1);
            } else {
                boolean last = i == ways.size() - 1;
                lines.add(new Line(indent + branch(last) + way.kind(), way.id(), way.condition()));
                steps(way.steps(), indent + stem(last), false);
            }
        }
    }

    private void steps(List<Outline> steps, String indent, boolean more) {
        for (int i = 0; i < steps.size(); i++) {
            Outline step = steps.get(i);
            boolean last = i == steps.size() - 1 && !more;
            lines.add(new Line(indent + branch(last) + step.kind(), step.id(), step.what()));
            ways(step, indent + stem(last));
        }
    }

    private static String branch(boolean last) {
        return last ? "└─ " : "├─ ";
    }

    private static String stem(boolean last) {
        return last ? "   " : "│  ";
    }

    private List<String> written() {
        List<Line> steps = lines.subList(1, lines.size());
        int tree = steps.stream().mapToInt(line -> line.tree().length()).max().orElse(0);
        int id = steps.stream().mapToInt(line -> line.id().length()).max().orElse(0);
        List<String> written = new ArrayList<>();
        written.add(lines.get(0).tree());
        for (Line line : steps) {
            written.add((pad(line.tree(), tree) + GAP + pad(line.id(), id) + GAP + line.what()).stripTrailing());
        }
        return written;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
