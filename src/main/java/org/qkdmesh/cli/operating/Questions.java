package org.qkdmesh.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Cell;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.NodeNotReached;
import org.qkdmesh.cli.management.Replies;
import org.qkdmesh.model.Amounts;

/** What the commands that look at nodes have in common. */
final class Questions {

    /** Exit code: all is well. */
    static final int WELL = 0;

    /** Exit code: there is trouble, or it did not work. */
    static final int TROUBLE = 1;

    /** Exit code: no node answered. */
    static final int NOT_REACHED = 3;

    private static final int SOON_SECONDS = 60;

    private Questions() {}

    /** Says first which nodes did not answer, and what to do. */
    static void printFailures(Terminal terminal, Replies replies) {
        replies.failures().forEach(failure -> {
            terminal.line(Style.BAD, failure.getMessage());
            if (failure instanceof NodeNotReached unreached) {
                terminal.line(Style.DIM, "  " + unreached.remedy());
            }
        });
        if (!replies.failures().isEmpty() && !replies.documents().isEmpty()) {
            terminal.line("");
        }
    }

    /** @param trouble whether the answers that came tell of any */
    static int exitCode(Replies replies, boolean trouble) {
        if (replies.documents().isEmpty()) {
            return NOT_REACHED;
        }
        return trouble || !replies.failures().isEmpty() ? TROUBLE : WELL;
    }

    static Cell stock(JsonNode direction) {
        long bits = direction.path("stock_bits").asLong();
        return new Cell(Amounts.bits(bits), bits == 0 ? Style.BAD : Style.PLAIN);
    }

    static String rate(JsonNode direction, String member) {
        double bits = direction.path(member).asDouble();
        return bits == 0 ? "-" : Amounts.bits(bits) + "/s";
    }

    static Cell emptyIn(JsonNode direction) {
        JsonNode seconds = direction.path("seconds_until_empty");
        if (seconds.isMissingNode()) {
            return new Cell("-", Style.DIM);
        }
        boolean now = direction.path("stock_bits").asLong() == 0;
        boolean soon = seconds.asLong() < SOON_SECONDS;
        return new Cell(
                now ? "is empty" : Amounts.seconds(seconds.asLong()),
                now ? Style.BAD : soon ? Style.WARN : Style.PLAIN);
    }

    static String path(JsonNode nodes) {
        List<String> names = new ArrayList<>();
        nodes.forEach(node -> names.add(node.asText()));
        return String.join(" -> ", names);
    }

    /** Paths that keys, or shares of them, go over together. */
    static String ways(JsonNode paths) {
        List<String> ways = new ArrayList<>();
        paths.forEach(path -> ways.add(path(path)));
        return String.join("  and  ", ways);
    }

    /** A query, its values escaped; entries without a value are left out. */
    static String query(String... namesAndValues) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i + 1] != null) {
                parts.add(namesAndValues[i] + "=" + URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
            }
        }
        return parts.stream().collect(Collectors.joining("&", "?", ""));
    }
}
