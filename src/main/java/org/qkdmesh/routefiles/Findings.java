package org.qkdmesh.routefiles;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qkdmesh.routefiles.Finding.Severity;

/** Gathers what the checks find; the same thing at the same place once. */
final class Findings {

    private final Set<Finding> all = new LinkedHashSet<>();

    void error(Part part, String text) {
        all.add(new Finding(Severity.ERROR, part.file().path(), part.line(), text));
    }

    void warning(Part part, String text) {
        all.add(new Finding(Severity.WARNING, part.file().path(), part.line(), text));
    }

    void add(Finding finding) {
        all.add(finding);
    }

    /** By file and line. */
    List<Finding> sorted() {
        List<Finding> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparing(Finding::file).thenComparingInt(Finding::line));
        return List.copyOf(sorted);
    }
}
