package org.qkdmesh.routefiles;

import java.util.List;

/**
 * One entry of a route file.
 *
 * @param kind route, routeTemplate, routeConfiguration, beans, ...
 */
record Flow(String kind, Part body) {

    boolean isRoute() {
        return kind.equals("route");
    }

    boolean isTemplate() {
        return kind.equals("routeTemplate");
    }

    boolean isConfiguration() {
        return kind.equals("routeConfiguration");
    }

    /** Whether messages run through it. */
    boolean hasSteps() {
        return from().exists();
    }

    String id() {
        return body.text("id");
    }

    /** That of the route in a template; the template's own says for what there is one each. */
    String description() {
        return route().text("description");
    }

    /** The route itself, which in a template lies one level deeper. */
    Part route() {
        Part inner = body.member("route");
        return isTemplate() && inner.exists() ? inner : body;
    }

    Part from() {
        return kind.equals("from") ? body : route().member("from");
    }

    Endpoint input() {
        return Endpoint.of(from());
    }

    List<Step> steps() {
        return Step.list(from().member("steps"));
    }
}
