package org.qkdmesh.routefiles;

import java.util.List;
import java.util.stream.Collectors;

/** The route files cannot be used. The message has a line for each error in them. */
public final class RouteMistakes extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param cause what else is known of it; null where the findings say it all */
    public RouteMistakes(List<Finding> errors, Throwable cause) {
        super(errors.stream().map(Finding::toString).collect(Collectors.joining("\n")), cause);
    }

    /** @throws RouteMistakes when there is an error among the findings */
    public static void throwIfAny(List<Finding> findings) throws RouteMistakes {
        List<Finding> errors = findings.stream().filter(Finding::isError).toList();
        if (!errors.isEmpty()) {
            throw new RouteMistakes(errors, null);
        }
    }
}
