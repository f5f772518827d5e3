package org.qkdmesh.cli.bench;

import java.io.PrintWriter;
import java.util.Locale;

/** Lines of figures, the same in every country. */
final class Lines {

    private Lines() {}

    static void line(PrintWriter out, String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
    }
}
