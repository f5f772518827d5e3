package org.qkdmesh.cli.demo;

import java.io.PrintWriter;
import java.util.List;

/** The table at the end of the demo: one line for each key. */
final class DemoTable {

    private static final String LINE = "%-15s  %-50s  %-36s  %5s  %7s  %7s  %-8s  %-8s  %s%n";
    private static final int HASH_DIGITS = 8;

    private DemoTable() {}

    static void print(PrintWriter out, List<DemoScenario.Row> rows) {
        out.println();
        out.printf(LINE, "pair", "path", "key id", "bits", "enc ms", "dec ms", "master", "slave", "");
        for (DemoScenario.Row row : rows) {
            out.printf(
                    LINE,
                    row.pair(),
                    row.path(),
                    row.keyId(),
                    row.bits(),
                    row.encMillis(),
                    row.decMillis(),
                    shortened(row.encHash()),
                    shortened(row.decHash()),
                    row.isSame() ? "same" : "DIFFERENT");
        }
        out.println("(master, slave: the first digits of the SHA-256 of the key that each got)");
        out.flush();
    }

    private static String shortened(String hash) {
        return hash.isEmpty() ? "none" : hash.substring(0, HASH_DIGITS);
    }
}
