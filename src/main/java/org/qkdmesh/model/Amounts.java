package org.qkdmesh.model;

import java.util.Locale;

/** Numbers as people read them: three digits and a unit. */
public final class Amounts {

    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

    private Amounts() {}

    /** As in {@code 16.4 kbit}: thousands, not multiples of 1024. */
    public static String bits(double bits) {
        double value = bits;
        int prefix = 0;
        // 999.5 would be written as 1000.
        while (Math.abs(value) >= 999.5 && prefix < PREFIXES.length - 1) {
            value /= 1000;
            prefix++;
        }
        String format = value == Math.rint(value) || Math.abs(value) >= 99.95 ? "%.0f" : "%.1f";
        return String.format(Locale.ROOT, format, value) + " " + PREFIXES[prefix] + "bit";
    }

    /** As in {@code 12 s}, {@code 3 min 5 s}, {@code 2 h 10 min}, {@code 5 d 3 h}. */
    public static String seconds(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        } else if (seconds < 3600) {
            return two(seconds / 60, "min", seconds % 60, "s");
        } else if (seconds < 86_400) {
            return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
        }
        return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
    }

    private static String two(long large, String unit, long small, String smallUnit) {
        return large + " " + unit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }
}
