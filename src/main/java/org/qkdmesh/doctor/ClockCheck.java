package org.qkdmesh.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** This machine's clock beside those of KMEs and neighbours, and beside its own monotonic clock. */
final class ClockCheck implements Check {

    private static final Duration NOTICEABLE = Duration.ofSeconds(5);

    /** Adverts of a node whose clock is further off are refused. */
    private static final Duration TOO_MUCH = Duration.ofMinutes(5);

    private static final Duration STEP = Duration.ofMillis(500);
    private static final String SYNCHRONISE = "Let NTP keep it right (chrony, systemd-timesyncd).";

    private final Clocks clocks;
    private final Instant startWall;
    private final long startNanos;

    ClockCheck(Clocks clocks) {
        this.clocks = clocks;
        this.startWall = clocks.now();
        this.startNanos = System.nanoTime();
    }

    @Override
    public String title() {
        return "clock";
    }

    @Override
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        steadiness(findings);
        Map<String, Duration> ahead = new LinkedHashMap<>();
        clocks.sightings().forEach(seen -> ahead.merge(seen.whose(), seen.ahead(), ClockCheck::nearer));
        if (ahead.isEmpty()) {
            findings.add(Finding.ok("no other clock to compare with: nobody answered with a Date"));
            return findings;
        }
        Map<String, Duration> off = new LinkedHashMap<>(ahead);
        off.values().removeIf(by -> by.abs().compareTo(NOTICEABLE) < 0);
        if (off.isEmpty()) {
            findings.add(Finding.ok("within a few seconds of " + String.join(", ", ahead.keySet())));
        } else if (off.size() == ahead.size() && sameDirection(off)) {
            findings.add(ownClock(off));
        } else {
            off.forEach((whose, by) -> findings.add(othersClock(whose, by)));
        }
        return findings;
    }

    /** The wall clock should have moved as far as the monotonic one since this program began. */
    private void steadiness(List<Finding> findings) {
        Duration wall = Duration.between(startWall, clocks.now());
        Duration step = wall.minusNanos(System.nanoTime() - startNanos);
        if (step.abs().compareTo(STEP) > 0) {
            findings.add(Finding.warn(
                            "this machine's clock was set by " + shown(step) + " while it was looked at",
                            "Let NTP slew the clock rather than step it.")
                    .next("timedatectl"));
        }
    }

    private static Finding ownClock(Map<String, Duration> off) {
        Duration by =
                off.values().stream().sorted().skip(off.size() / 2).findFirst().orElseThrow();
        String text = "this machine's clock is " + shown(by.abs()) + (by.isNegative() ? " behind " : " ahead of ")
                + off.entrySet().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
        String remedy =
                (off.size() == 1 ? "One of the two clocks is off. " : "") + "Set this machine's clock. " + SYNCHRONISE;
        return graded(by, text, remedy).next("timedatectl");
    }

    private static Finding othersClock(String whose, Duration by) {
        return graded(
                        by,
                        "the clock of " + whose + " is " + shown(by.abs()) + (by.isNegative() ? " ahead of" : " behind")
                                + " this machine's, while others agree with it",
                        "Set the clock there. " + SYNCHRONISE)
                .next("timedatectl    # on that machine");
    }

    private static Finding graded(Duration by, String text, String remedy) {
        return by.abs().compareTo(TOO_MUCH) > 0
                ? Finding.fail(
                        text + "; nodes refuse adverts whose clock is off by more than " + TOO_MUCH.toMinutes()
                                + " minutes",
                        remedy)
                : Finding.warn(text, remedy);
    }

    private static Duration nearer(Duration one, Duration other) {
        return Comparator.comparing(Duration::abs).compare(one, other) <= 0 ? one : other;
    }

    private static boolean sameDirection(Map<String, Duration> off) {
        return off.values().stream().map(Duration::isNegative).distinct().count() == 1;
    }

    private static String shown(Duration time) {
        long seconds = time.toSeconds();
        return seconds >= 120 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds + " s";
    }
}
