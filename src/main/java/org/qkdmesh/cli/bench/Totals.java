package org.qkdmesh.cli.bench;

import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;

/** What came of all the load of a benchmark. Not safe for use by several threads. */
final class Totals {

    private final Map<String, Long> errors = new TreeMap<>();
    private long comparedKeys;

    void count(Tally tally) {
        comparedKeys += tally.keys();
        tally.errors().forEach((kind, times) -> errors.merge(kind, times, Long::sum));
    }

    /** By kind. */
    Map<String, Long> errors() {
        return errors;
    }

    /** Keys that were the same at both ends. */
    long comparedKeys() {
        return comparedKeys;
    }

    /** Whether there were keys, and no errors. */
    boolean areGood() {
        return errors.isEmpty() && comparedKeys > 0;
    }

    void print(PrintWriter out) {
        Lines.line(out, "%d keys were the same at both ends, byte by byte, and none came twice.", comparedKeys);
        errors.forEach((kind, count) -> Lines.line(out, "ERROR: %s: %d times", kind, count));
        out.flush();
    }
}
