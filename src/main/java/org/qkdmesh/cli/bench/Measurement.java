package org.qkdmesh.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** What was measured with one number of clients, in one or more runs. */
final class Measurement {

    /** @param floor the same load on the bare chain; null without one */
    record Run(Tally nodes, Tally floor) {

        /** Pairs per second of the nodes over those of the bare chain; NaN without one. */
        double ratio() {
            return floor == null ? Double.NaN : nodes.pairsPerSecond() / floor.pairsPerSecond();
        }
    }

    private final int clients;
    private final List<Run> runs = new ArrayList<>();
    private final Tally all = new Tally();
    private final Map<String, Double> cpuSeconds = new LinkedHashMap<>();

    Measurement(int clients) {
        this.clients = clients;
    }

    void add(Run run) {
        runs.add(run);
        all.add(run.nodes());
    }

    /** A process used so much while the nodes were under this load. */
    void used(String process, double seconds) {
        cpuSeconds.merge(process, seconds, Double::sum);
    }

    int clients() {
        return clients;
    }

    List<Run> runs() {
        return List.copyOf(runs);
    }

    /** All runs of the nodes together. */
    Tally all() {
        return all;
    }

    private double median(ToDoubleFunction<Run> figure) {
        return median(runs.stream().mapToDouble(figure));
    }

    /** @param figures at least one */
    static double median(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double pairsPerSecond() {
        return median(run -> run.nodes().pairsPerSecond());
    }

    double keysPerSecond() {
        return median(run -> run.nodes().keysPerSecond());
    }

    double floorPairsPerSecond() {
        return median(run -> run.floor() == null ? Double.NaN : run.floor().pairsPerSecond());
    }

    double ratio() {
        return median(Run::ratio);
    }

    /** Of each process, for 1 000 keys that came out equal at both ends. */
    Map<String, Double> cpuSecondsPer1000Keys() {
        Map<String, Double> result = new LinkedHashMap<>();
        cpuSeconds.forEach((process, seconds) -> result.put(process, 1000 * seconds / Math.max(1, all.keys())));
        return result;
    }

    /** Of all processors, what programs used that are no part of this; NaN where the system does not tell. */
    double busyWithOthers() {
        double busy = cpuSeconds.getOrDefault(Usage.MACHINE, Double.NaN);
        double own = cpuSeconds.entrySet().stream()
                .filter(process -> !process.getKey().equals(Usage.MACHINE))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        return Math.max(0, busy - own) / (all.seconds() * Runtime.getRuntime().availableProcessors());
    }
}
