package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.qkdmesh.model.NodePath;

/**
 * How long the nodes that a relay message went through took for it, each by its own clock, from the first to the egress.
 * It travels in a header of the answers, outside what is tagged: for an operator to look at, and for no decision.
 */
public record HopTimes(List<Node> nodes) {

    /** The header of an answer: {@code 2310-1650, 1500-900, 700}. */
    public static final String HEADER = "QKD-Hop-Times";

    /** Nobody has said anything. */
    public static final HopTimes NONE = new HopTimes(List.of());

    private static final Pattern FORM = Pattern.compile("\\d{1,9}-\\d{1,9}(?:, \\d{1,9}-\\d{1,9})*");
    private static final int LONGEST = NodePath.MAX_HOPS * 21;

    /**
     * @param totalMicros from the message's arrival to the answer
     * @param onwardMicros of these, how long the node waited for the next one; 0 at the egress
     */
    public record Node(long totalMicros, long onwardMicros) {

        private static final long MOST = 999_999_999;

        /** What is out of range is put at its end. */
        public Node {
            totalMicros = Math.max(0, Math.min(MOST, totalMicros));
            onwardMicros = Math.max(0, Math.min(totalMicros, onwardMicros));
        }
    }

    public HopTimes {
        nodes = List.copyOf(nodes);
    }

    /** Reads the header of an answer; {@link #NONE} when there is none, or one of another form or length. */
    public static HopTimes read(String header) {
        if (header == null || header.length() > LONGEST || !FORM.matcher(header).matches()) {
            return NONE;
        }
        List<Node> nodes = new ArrayList<>();
        for (String node : header.split(", ")) {
            String[] parts = node.split("-");
            nodes.add(new Node(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
        }
        return nodes.size() > NodePath.MAX_HOPS ? NONE : new HopTimes(nodes);
    }

    /** These nodes, and before them the one that waited for them. */
    public HopTimes behind(Node node) {
        List<Node> all = new ArrayList<>(List.of(node));
        all.addAll(nodes);
        return new HopTimes(all);
    }

    public String header() {
        StringBuilder text = new StringBuilder();
        for (Node node : nodes) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(node.totalMicros())
                    .append('-')
                    .append(node.onwardMicros());
        }
        return text.toString();
    }
}
