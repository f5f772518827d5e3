package org.qkdmesh.routefiles;

import java.nio.file.Path;

/**
 * One entry of a list of routes.
 *
 * @param kind route, routeTemplate or routeConfiguration
 * @param from the endpoint that it begins with; empty for error policies
 * @param line from 1
 */
public record RouteSummary(String id, String kind, String from, String description, Path file, int line) {}
