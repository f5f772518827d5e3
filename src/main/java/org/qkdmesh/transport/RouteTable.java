package org.qkdmesh.transport;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which route answers which path. A template such as {@code /api/v1/keys/{slave_SAE_ID}/status} is compared segment by
 * segment, before anything is decoded, so that an encoded slash in a segment changes nothing; where several fit, the one
 * with literal segments further left wins. Routes come and go while requests are served.
 */
final class RouteTable {

    /** The route found, and the decoded segments that stand for the names in its template. */
    record Match(RouteConsumer route, Map<String, String> parameters) {}

    private record Entry(List<String> segments, Set<String> methods, RouteConsumer route) {

        boolean fits(List<String> path) {
            if (path.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                if (!isName(segments.get(i)) && !segments.get(i).equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }

        Map<String, String> parameters(List<String> path) {
            Map<String, String> found = new LinkedHashMap<>();
            for (int i = 0; i < path.size(); i++) {
                String segment = segments.get(i);
                if (isName(segment)) {
                    found.put(segment.substring(1, segment.length() - 1), path.get(i));
                }
            }
            return found;
        }

        /** Sorts literal segments before names, from the left. */
        String rank() {
            StringBuilder rank = new StringBuilder();
            segments.forEach(segment -> rank.append(isName(segment) ? 'n' : 'l'));
            return rank.toString();
        }
    }

    /** By their rank, so that the first one that fits wins; replaced as a whole. */
    private volatile List<Entry> entries = List.of();

    /** @throws IllegalArgumentException when a route already answers one of these methods on that path */
    synchronized void add(String template, Set<String> methods, RouteConsumer route) {
        List<String> segments = split(template);
        for (Entry entry : entries) {
            if (entry.segments().equals(segments) && entry.methods().stream().anyMatch(methods::contains)) {
                throw new IllegalArgumentException("another route already answers " + template);
            }
        }
        Entry added = new Entry(segments, Set.copyOf(methods), route);
        entries = Stream.concat(entries.stream(), Stream.of(added))
                .sorted(Comparator.comparing(Entry::rank))
                .toList();
    }

    synchronized void remove(RouteConsumer route) {
        entries = entries.stream().filter(entry -> entry.route() != route).toList();
    }

    boolean isServing() {
        return entries.stream().anyMatch(entry -> entry.route().isServing());
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** @throws HttpRefusal 400, 404 or 405 */
    Match match(String method, String rawPath) {
        List<String> path = split(rawPath);
        path.replaceAll(PercentCode::decodeSegment);
        Set<String> allowed = new TreeSet<>();
        for (Entry entry : entries) {
            if (entry.fits(path)) {
                if (entry.methods().contains(method)) {
                    return new Match(entry.route(), entry.parameters(path));
                }
                allowed.addAll(entry.methods());
            }
        }
        if (allowed.isEmpty()) {
            throw new HttpRefusal(404, "unknown_path", RouteServer.NO_SUCH_PATH);
        }
        String allow = String.join(", ", allowed);
        throw new HttpRefusal(405, "wrong_method", "this path takes " + allow, Map.of("Allow", allow));
    }

    private static boolean isName(String segment) {
        return segment.length() > 2 && segment.startsWith("{") && segment.endsWith("}");
    }

    private static List<String> split(String path) {
        List<String> segments = new ArrayList<>(List.of(path.split("/", -1)));
        if (!segments.isEmpty() && segments.get(0).isEmpty()) {
            segments.remove(0);
        }
        return segments;
    }
}
