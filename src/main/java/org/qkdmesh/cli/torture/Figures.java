package org.qkdmesh.cli.torture;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.cli.torture.Fault.Kind;
import org.qkdmesh.cli.torture.Violation.Rule;
import org.qkdmesh.model.SaePair;

/** What was measured in a run. */
final class Figures {

    /** A share or a percentile of fewer requests says little. */
    private static final int LEAST_REQUESTS = 100;

    private static final double LEAST_PERCENT = 99;

    /** Less than this is the noise of a machine on which all of a network runs, milliseconds. */
    private static final long LEAST_MILLIS = 100;

    int kills;
    final Map<Kind, Integer> faults = new EnumMap<>(Kind.class);
    double load;
    long slowestBackMillis;
    int timesBack;
    Window calm = Window.NONE;
    Window oneWayDown = Window.NONE;
    Window calmOfOthers = Window.NONE;
    Window hanging = Window.NONE;

    /**
     * Requests of masters in some time.
     *
     * @param events of that time
     * @param requests of which every slave makes a pair with the master that is looked at
     * @param p99 of how long answers with keys took, milliseconds
     */
    record Window(List<Event> events, int requests, int succeeded, long p50, long p99) {

        static final Window NONE = new Window(List.of(), 0, 0, 0, 0);

        static Window of(List<Event> events, List<SaePair> pairs) {
            Set<String> wanted = pairs.stream()
                    .map(pair -> pair.master() + ">" + pair.slave())
                    .collect(Collectors.toSet());
            Set<Long> seen = new HashSet<>();
            List<Long> times = new ArrayList<>();
            for (Event event : events) {
                boolean isWanted = event.op() == Op.ENC
                        && event.peers().stream().allMatch(slave -> wanted.contains(event.sae() + ">" + slave));
                if (isWanted && seen.add(event.request()) && event.outcome() == Outcome.OK) {
                    times.add(event.millis());
                }
            }
            long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
            return new Window(events, seen.size(), sorted.length, at(sorted, 50), at(sorted, 99));
        }

        private static long at(long[] sorted, int percentile) {
            return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percentile / 100)];
        }

        double percentSucceeded() {
            return requests == 0 ? 0 : 100.0 * succeeded / requests;
        }

        boolean isEnough() {
            return requests >= LEAST_REQUESTS;
        }
    }

    int faults() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** What was measured and is not as promised; of too few requests nothing is said. */
    List<Violation> check() {
        List<Violation> violations = new ArrayList<>();
        if (oneWayDown.isEnough() && oneWayDown.percentSucceeded() < LEAST_PERCENT) {
            violations.add(new Violation(
                    Rule.WAY_DOWN, oneWayDown.succeeded() + " of " + oneWayDown.requests() + " requests succeeded"));
        }
        boolean enough = hanging.isEnough() && calmOfOthers.isEnough();
        if (enough && hanging.p99() > 2 * Math.max(LEAST_MILLIS, calmOfOthers.p99())) {
            violations.add(new Violation(
                    Rule.SLOWED, "p99 was " + hanging.p99() + " ms, and before " + calmOfOthers.p99() + " ms"));
        }
        return violations;
    }

    /** Looks how busy the machine is: on one that has too much to do, times say little. */
    void lookAtLoad() {
        load = Math.max(load, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    void back(long millis) {
        slowestBackMillis = Math.max(slowestBackMillis, timesBack == 0 ? 0 : millis);
        timesBack++;
    }
}
