package org.qkdmesh.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qkdmesh.routefiles.Finding;
import org.qkdmesh.routefiles.RouteDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the route files of a running node, and has an edit take over within seconds. One that can not be used is
 * told with file and line, and the routes that ran go on. For whoever writes routes; a node in production has none.
 */
public final class RouteWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteWatch.class);
    private static final String NOT_USED = "The edit of {} is not used: the routes that ran go on";
    private static final long LOOK_MILLIS = 300;

    /** How a file is told to be another one than before. */
    private record Stamp(FileTime time, long size) {}

    private final Node node;
    private final Path routes;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "route-watch"));

    private Map<Path, Stamp> tried;
    private Map<Path, Stamp> last;

    private RouteWatch(Node node, Path routes) throws IOException {
        this.node = node;
        this.routes = routes;
        this.tried = files();
        this.last = tried;
    }

    /**
     * Begins to look.
     *
     * @param routes what the node was started with
     */
    public static RouteWatch start(Node node, Path routes) throws IOException {
        RouteWatch watch = new RouteWatch(node, routes);
        LOG.warn("DEVELOPMENT MODE: the node reads its routes again whenever a file in {} changes", routes);
        LOG.warn("DEVELOPMENT MODE: whoever can write there decides what becomes of keys. Never in production!");
        watch.thread.scheduleWithFixedDelay(watch::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return watch;
    }

    private void look() {
        try {
            Map<Path, Stamp> now = files();
            // An editor that is still writing is left alone until the files stay as they are.
            boolean settled = now.equals(last);
            last = now;
            if (settled && !now.equals(tried)) {
                String changed = changed(now);
                tried = now;
                take(changed);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("the route files can not be looked at just now", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("the route files could not be looked at", e);
        }
    }

    private void take(String changed) throws IOException, InterruptedException {
        List<Finding> findings = NodeRoutes.check(routes);
        findings.stream().filter(finding -> !finding.isError()).forEach(finding -> LOG.warn("{}", finding));
        if (findings.stream().anyMatch(Finding::isError)) {
            findings.stream().filter(Finding::isError).forEach(finding -> LOG.error("{}", finding));
            LOG.error(NOT_USED, changed);
            return;
        }
        long begin = System.nanoTime();
        try {
            node.replaceRoutes(changed);
            LOG.info(
                    "The edit of {} has taken over, within {} ms; what ran before ends as it began",
                    changed,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.error("{}", e.getMessage());
            LOG.error(NOT_USED, changed);
            LOG.debug("in full", e);
        }
    }

    private String changed(Map<Path, Stamp> now) {
        TreeSet<Path> files = new TreeSet<>(now.keySet());
        files.addAll(tried.keySet());
        files.removeIf(file -> now.containsKey(file) && now.get(file).equals(tried.get(file)));
        return files.stream().map(file -> routes.relativize(file).toString()).collect(Collectors.joining(", "));
    }

    private Map<Path, Stamp> files() throws IOException {
        Path apart = routes.resolve(RouteDirectory.SIMULATOR);
        Map<Path, Stamp> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(routes)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                if (!file.startsWith(apart)) {
                    files.put(file, new Stamp(Files.getLastModifiedTime(file), Files.size(file)));
                }
            }
        }
        return files;
    }

    /** Stops looking; an edit that is about to take over does so first. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
