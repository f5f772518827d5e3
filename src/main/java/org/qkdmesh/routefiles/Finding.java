package org.qkdmesh.routefiles;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What is wrong at one place of the route files, for whoever wrote them.
 *
 * @param line from 1
 * @param text what is wrong and what to do
 */
public record Finding(Severity severity, Path file, int line, String text) {

    /** Whether the routes can be run. */
    public enum Severity {
        /** They can not, or a key could get out: nothing is started. */
        ERROR,
        /** They can, but others will find it hard to read or to watch them. */
        WARNING
    }

    public Finding {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(text, "text");
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** The form in which a finding is printed: {@code routes/sae/enc-keys.camel.yaml:14: unknown step ...}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + (isError() ? "" : "warning: ") + text;
    }
}
