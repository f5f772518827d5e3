package org.qkdmesh.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.qkdmesh.routefiles.Finding;
import org.qkdmesh.routefiles.RouteDirectory;
import org.qkdmesh.routefiles.RouteMistakes;

/** What Camel says of a route that it can not make or start, in the form of everything else that is wrong with route files. */
final class RouteFailure {

    private static final Pattern STEP = Pattern.compile(">>> (.*?) <<<", Pattern.DOTALL);

    private RouteFailure() {}

    /**
     * The failure as it is, when it is not about a route.
     *
     * @param routes the directory that the route was read in
     */
    static Exception told(Exception failure, Path routes) {
        return causes(failure)
                .map(cause -> finding(cause, failure, routes))
                .flatMap(Optional::stream)
                .findFirst()
                .<Exception>map(finding -> new RouteMistakes(List.of(finding), failure))
                .orElse(failure);
    }

    private static Optional<Finding> finding(Throwable cause, Exception whole, Path routes) {
        String route = cause instanceof FailedToCreateRouteException create
                ? create.getRouteId()
                : cause instanceof FailedToStartRouteException start ? start.getRouteId() : null;
        if (route == null) {
            return Optional.empty();
        }
        Matcher step = STEP.matcher(cause.getMessage());
        String at = step.find() ? step.group(1) : "";
        String text = "Camel can not run the route \"" + route + "\"" + (at.isEmpty() ? "" : ", at " + at) + ": "
                + reason(whole);
        try {
            return Optional.of(RouteDirectory.node(routes).error(route, at, text));
        } catch (IOException e) {
            return Optional.of(new Finding(Finding.Severity.ERROR, routes, 1, text));
        }
    }

    /** The innermost cause knows best; its first line says it. */
    private static String reason(Exception whole) {
        return causes(whole)
                .map(Throwable::getMessage)
                .filter(message -> message != null && !message.isBlank())
                .reduce((outer, inner) -> inner)
                .orElse(whole.toString())
                .lines()
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
