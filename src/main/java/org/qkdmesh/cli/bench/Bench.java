package org.qkdmesh.cli.bench;

import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One benchmark: load until things have settled, then for each number of clients some runs, each followed by the same run
 * on the bare chain, if there is one. The two are never under load at the same time. Tells every few seconds how it goes.
 */
final class Bench {

    private static final double STEP_SECONDS = 5;

    /** Connections open and queues fill before a run counts. */
    private static final double RAMP_SECONDS = 1;

    /** The ends of the first stretches of a network's life under load, seconds: what its first users see. */
    private static final List<Integer> FIRST_SECONDS = List.of(10, 20, 40);

    /**
     * @param warmUp seconds of load before the first run
     * @param run seconds of each run
     */
    record Times(double warmUp, double run, int runs) {

        /** What the figures are medians of. */
        String inWords() {
            String what = runs == 1 ? "one run" : "medians of " + runs + " runs";
            String when =
                    warmUp == 0 ? "without load before" : String.format(Locale.ROOT, "after %.0f s of load", warmUp);
            return String.format(Locale.ROOT, "%s of %.0f s, %s", what, run, when);
        }
    }

    private final Vertx vertx;
    private final Target nodes;
    private final Target floor;
    private final Usage usage;
    private final PrintWriter progress;
    private final SeenKeys seen = new SeenKeys();
    private final Totals totals = new Totals();
    private final Tally[] first = new Tally[FIRST_SECONDS.size()];

    /** @param floor null for none */
    Bench(Vertx vertx, Target nodes, Target floor, Usage usage, PrintWriter progress) {
        this.vertx = vertx;
        this.nodes = nodes;
        this.floor = floor;
        this.usage = usage;
        this.progress = progress;
    }

    /** @param load of the warm-up, and, with other numbers of clients, of the runs */
    List<Measurement> run(Load load, List<Integer> clients, Times times) throws InterruptedException {
        if (times.warmUp() > 0) {
            say(String.format(
                    Locale.ROOT, "Load for %.0f s first, since a JVM gets faster for that long.", times.warmUp()));
            warmUp(load, times.warmUp());
            if (floor != null) {
                say("The same for the bare chain.");
                measure("bare chain", floor, load, times.warmUp(), new SeenKeys());
            }
        }
        List<Measurement> measurements = new ArrayList<>();
        for (int number : clients) {
            Measurement measurement = new Measurement(number);
            measurements.add(measurement);
            for (int run = 1; run <= times.runs(); run++) {
                String name = String.format(Locale.ROOT, "%d clients, run %d", number, run);
                measurement.add(run(name, load.withClients(number), times.run(), measurement));
            }
        }
        return measurements;
    }

    private Measurement.Run run(String name, Load load, double seconds, Measurement measurement)
            throws InterruptedException {
        Tally ofNodes;
        try (LoadGenerator generator = new LoadGenerator(vertx, nodes, load, seen)) {
            generator.start();
            sleep(RAMP_SECONDS);
            totals.count(generator.cut());
            Map<String, Double> before = usage.cpuSeconds();
            ofNodes = measure(name, generator, seconds);
            usage.cpuSeconds().forEach((process, after) -> measurement.used(process, after - before.get(process)));
            totals.count(ofNodes);
            totals.count(generator.stop());
        }
        Tally ofFloor = floor == null ? null : measure(name + ", bare chain", floor, load, seconds, new SeenKeys());
        return new Measurement.Run(ofNodes, ofFloor);
    }

    private void warmUp(Load load, double seconds) throws InterruptedException {
        try (LoadGenerator generator = new LoadGenerator(vertx, nodes, load, seen)) {
            generator.start();
            double from = 0;
            for (int i = 0; i < FIRST_SECONDS.size() && from < seconds; i++) {
                double until = Math.min(seconds, FIRST_SECONDS.get(i));
                Tally stretch = measure("warm-up", generator, until - from);
                totals.count(stretch);
                if (until == FIRST_SECONDS.get(i)) {
                    first[i] = stretch;
                }
                from = until;
            }
            totals.count(measure("warm-up", generator, seconds - from));
            totals.count(generator.stop());
        }
    }

    private Tally measure(String name, Target target, Load load, double seconds, SeenKeys apart)
            throws InterruptedException {
        try (LoadGenerator generator = new LoadGenerator(vertx, target, load, apart)) {
            generator.start();
            sleep(RAMP_SECONDS);
            generator.cut();
            Tally tally = measure(name, generator, seconds);
            generator.stop();
            return tally;
        }
    }

    private Tally measure(String name, LoadGenerator generator, double seconds) throws InterruptedException {
        Tally total = new Tally();
        while (total.seconds() < seconds - 0.05) {
            sleep(Math.min(STEP_SECONDS, seconds - total.seconds()));
            Tally step = generator.cut();
            total.add(step);
            say(String.format(
                    Locale.ROOT,
                    "%-28s %4.0f s  %8.1f pairs/s  %9.1f keys/s  enc p50 %7.2f ms  p99 %7.2f ms%s%s",
                    name,
                    total.seconds(),
                    step.pairsPerSecond(),
                    step.keysPerSecond(),
                    step.encMillis(50),
                    step.encMillis(99),
                    step.late() == 0 ? "" : "  " + step.late() + " pairs late",
                    step.errors().isEmpty() ? "" : "  errors " + step.errors()));
        }
        return total;
    }

    /** Of the nodes, over all of the benchmark. */
    Totals totals() {
        return totals;
    }

    /** Pairs per second in the first stretches under load, by the seconds that they end at. */
    Map<Integer, Double> firstPairsPerSecond() {
        Map<Integer, Double> rates = new TreeMap<>();
        for (int i = 0; i < first.length; i++) {
            if (first[i] != null) {
                rates.put(FIRST_SECONDS.get(i), first[i].pairsPerSecond());
            }
        }
        return rates;
    }

    Usage usage() {
        return usage;
    }

    private static void sleep(double seconds) throws InterruptedException {
        Thread.sleep((long) (1000 * seconds));
    }

    private void say(String line) {
        progress.println(line);
        progress.flush();
    }
}
