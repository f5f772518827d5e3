package org.qkdmesh.cli.bench;

import static org.qkdmesh.cli.bench.Lines.line;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether two floods in opposite directions leave each other room: each direction is saturated alone, then both at once,
 * and what each keeps of what it gave alone is its share. Two that share what there is evenly keep a half each.
 */
final class BothWays {

    private static final double RAMP_SECONDS = 1;
    private static final double STEP_SECONDS = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What one direction gave, a figure for each run, keys per second. */
    private static final class Direction {
        private final Target target;
        private final List<Double> alone = new ArrayList<>();
        private final List<Double> together = new ArrayList<>();

        Direction(Target target) {
            this.target = target;
        }

        double share() {
            return median(together) / median(alone);
        }
    }

    private final Vertx vertx;
    private final PrintWriter progress;
    private final SeenKeys seen = new SeenKeys();
    private final Totals totals = new Totals();
    private final List<Direction> directions;

    BothWays(Vertx vertx, Target nodes, PrintWriter progress) {
        this.vertx = vertx;
        this.progress = progress;
        this.directions = List.of(new Direction(nodes), new Direction(nodes.turned()));
    }

    void run(Load load, Bench.Times times) throws InterruptedException {
        if (times.warmUp() > 0) {
            say("Load in both directions for %.0f s first, since a JVM gets faster for that long.", times.warmUp());
            flood("warm-up", directions, load, times.warmUp());
        }
        for (int run = 1; run <= times.runs(); run++) {
            for (Direction direction : directions) {
                direction.alone.addAll(flood("run " + run + ", alone", List.of(direction), load, times.run()));
            }
            List<Double> together = flood("run " + run + ", both ways", directions, load, times.run());
            for (int i = 0; i < directions.size(); i++) {
                directions.get(i).together.add(together.get(i));
            }
        }
    }

    /** Keys per second of each direction. */
    private List<Double> flood(String name, List<Direction> which, Load load, double seconds)
            throws InterruptedException {
        List<LoadGenerator> generators = new ArrayList<>();
        List<Tally> counted = new ArrayList<>();
        try {
            for (Direction direction : which) {
                LoadGenerator generator = new LoadGenerator(vertx, direction.target, load, seen);
                generators.add(generator);
                counted.add(new Tally());
                generator.start();
            }
            Thread.sleep((long) (1000 * Math.min(RAMP_SECONDS, seconds)));
            generators.forEach(generator -> totals.count(generator.cut()));
            for (double left = seconds; left > 0; left -= STEP_SECONDS) {
                Thread.sleep((long) (1000 * Math.min(STEP_SECONDS, left)));
                for (int i = 0; i < generators.size(); i++) {
                    Tally step = generators.get(i).cut();
                    counted.get(i).add(step);
                    say(
                            "%-20s %-24s %4.0f s  %9.1f keys/s%s",
                            name,
                            name(which.get(i)),
                            counted.get(i).seconds(),
                            step.keysPerSecond(),
                            step.errors().isEmpty() ? "" : "  errors " + step.errors());
                }
            }
            counted.forEach(totals::count);
            generators.forEach(generator -> totals.count(generator.stop()));
        } finally {
            generators.forEach(LoadGenerator::close);
        }
        return counted.stream().map(Tally::keysPerSecond).toList();
    }

    /** Over all of it. */
    Totals totals() {
        return totals;
    }

    void print(String title, Load load, Bench.Times times, PrintWriter out) {
        out.println();
        out.println(title);
        out.println();
        line(out, "%-26s %14s %22s %7s", "direction", "keys/s alone", "keys/s with the other", "share");
        for (Direction direction : directions) {
            line(
                    out,
                    "%-26s %14.1f %22.1f %5.0f %%",
                    name(direction),
                    median(direction.alone),
                    median(direction.together),
                    100 * direction.share());
        }
        line(out, "(%d clients each way, %s)", load.clients(), times.inWords());
        totals.print(out);
    }

    String json(String title, Load load, Bench.Times times) {
        ObjectNode root = JSON.createObjectNode();
        root.set("machine", JSON.valueToTree(Machine.here()));
        root.put("title", title);
        root.put("clients", load.clients());
        root.put("number", load.number());
        root.put("size", load.sizeBits());
        root.put("warm_up_seconds", times.warmUp());
        root.put("run_seconds", times.run());
        ArrayNode rows = root.putArray("directions");
        for (Direction direction : directions) {
            rows.addObject()
                    .put("from", direction.target.master().text())
                    .put("to", direction.target.slave().text())
                    .put("keys_per_second_alone", median(direction.alone))
                    .put("keys_per_second_both_ways", median(direction.together))
                    .put("share", direction.share());
        }
        root.put("keys_compared", totals.comparedKeys());
        root.set("errors", JSON.valueToTree(totals.errors()));
        return root.toPrettyString();
    }

    private static String name(Direction direction) {
        return direction.target.master() + " to " + direction.target.slave();
    }

    private static double median(List<Double> figures) {
        return Measurement.median(figures.stream().mapToDouble(Double::doubleValue));
    }

    private void say(String format, Object... arguments) {
        line(progress, format, arguments);
        progress.flush();
    }
}
