package org.qkdmesh.cli.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.qkdmesh.cli.torture.Fault.Kind;
import org.qkdmesh.cli.torture.Fault.Of;

/**
 * Draws faults from a seed: a kill every few seconds, and something else every few seconds. The same seed over the same
 * targets gives the same faults.
 */
final class Schedule {

    private static final int MEAN_MILLIS_BETWEEN_KILLS = 3_500;
    private static final int MEAN_MILLIS_BETWEEN_OTHERS = 2_500;

    /** What there is to break. Lists, since the order counts for what a seed means. */
    record Targets(List<String> nodes, List<String> simulators, List<String> connections, List<String> kmes) {

        List<String> of(Of kind) {
            return switch (kind) {
                case PROCESS -> {
                    List<String> processes = new ArrayList<>(nodes);
                    processes.addAll(simulators);
                    yield processes;
                }
                case NODE -> nodes;
                case CONNECTION -> connections;
                case KME -> kmes;
            };
        }
    }

    private final RandomGenerator random;
    private final Targets targets;
    private final List<Kind> kills;
    private final List<Kind> others;
    private final Map<String, Long> busyUntil = new HashMap<>();

    /** @param able the kinds that can be done on this machine */
    Schedule(RandomGenerator random, Targets targets, Set<Kind> able) {
        this.random = random;
        this.targets = targets;
        this.kills = able.contains(Kind.KILL) ? List.of(Kind.KILL) : List.of();
        this.others = able.stream()
                .filter(kind -> kind != Kind.KILL)
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    /** Faults that all begin, and end, within so many milliseconds; in the order that they begin. */
    List<Fault> draw(long millis) {
        busyUntil.clear();
        List<Moment> moments = moments(MEAN_MILLIS_BETWEEN_KILLS, kills, millis);
        moments.addAll(moments(MEAN_MILLIS_BETWEEN_OTHERS, others, millis));
        moments.sort(Comparator.comparingLong(Moment::at));
        List<Fault> faults = new ArrayList<>();
        moments.forEach(moment -> add(faults, moment, millis));
        return faults;
    }

    private record Moment(long at, Kind kind) {}

    private List<Moment> moments(int meanMillis, List<Kind> kinds, long end) {
        List<Moment> moments = new ArrayList<>();
        for (long at = about(meanMillis); at < end && !kinds.isEmpty(); at += about(meanMillis)) {
            moments.add(new Moment(at, kinds.get(random.nextInt(kinds.size()))));
        }
        return moments;
    }

    private long about(int mean) {
        return random.nextInt(mean / 4, 2 * mean - mean / 4);
    }

    /** A target has one fault at a time, so that the end of one does not end another. */
    private void add(List<Fault> faults, Moment moment, long end) {
        List<String> free = targets.of(moment.kind().of()).stream()
                .filter(target -> busyUntil.getOrDefault(target, 0L) <= moment.at())
                .toList();
        if (free.isEmpty()) {
            return;
        }
        String target = free.get(random.nextInt(free.size()));
        long length = Math.min(length(moment.kind()), end - moment.at());
        busyUntil.put(target, moment.at() + length + 1);
        faults.add(new Fault(moment.at(), length, moment.kind(), target, amount(moment.kind())));
    }

    private long length(Kind kind) {
        return switch (kind) {
            case KILL, POWER_CUT -> random.nextInt(100, 3_000);
            case PAUSE -> random.nextInt(500, 6_000);
            case RESET -> 0;
            case LOSE_ANSWER -> random.nextInt(200, 2_000);
            case SYNC_KILL -> random.nextInt(500, 4_000);
            case CLOCK -> random.nextInt(5_000, 20_000);
            case CUT,
                    DELAY,
                    NARROW,
                    DRIP,
                    BLACK_HOLE,
                    NO_ANSWERS,
                    KME_EMPTY,
                    KME_SLOW,
                    KME_ERROR,
                    KME_FEWER,
                    KME_WRONG_KEY,
                    KME_WRONG_SIZE,
                    KME_REPEAT,
                    KME_LATE,
                    KME_FORGET,
                    KME_LIMIT,
                    KME_TEXT,
                    KME_DETAIL,
                    KME_GET_ONLY,
                    KME_POST_ONLY,
                    KME_DOWN,
                    DISK_FULL,
                    FSYNC_ERROR -> random.nextInt(1_000, 8_000);
        };
    }

    private int amount(Kind kind) {
        return switch (kind) {
            case DELAY -> random.nextInt(50, 5_000);
            case NARROW -> random.nextInt(500, 20_000);
            case DRIP -> random.nextInt(1, 100);
            case KME_SLOW, KME_LATE -> random.nextInt(500, 5_000);
            case KME_ERROR, KME_LIMIT, KME_DETAIL -> new int[] {400, 401, 404, 500, 503}[random.nextInt(5)];
            case SYNC_KILL -> random.nextInt(1, 100);
            case CLOCK -> random.nextInt(-240_000, 240_000);
            default -> 0;
        };
    }
}
