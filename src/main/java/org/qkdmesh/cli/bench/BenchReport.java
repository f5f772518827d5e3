package org.qkdmesh.cli.bench;

import static org.qkdmesh.cli.bench.Lines.line;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** The figures at the end, for people or for programs. */
final class BenchReport {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MIB = 1 << 20;

    private final String title;
    private final Machine machine;
    private final Load load;
    private final Bench.Times times;
    private final Bench bench;
    private final List<Measurement> measurements;
    private final boolean hasFloor;

    BenchReport(
            String title,
            Machine machine,
            Load load,
            Bench.Times times,
            Bench bench,
            List<Measurement> measurements,
            boolean hasFloor) {
        this.title = title;
        this.machine = machine;
        this.load = load;
        this.times = times;
        this.bench = bench;
        this.measurements = measurements;
        this.hasFloor = hasFloor;
    }

    void print(PrintWriter out) {
        out.println();
        out.println(title);
        line(out, "%d processors (%s), %s", machine.processors(), machine.cpu(), machine.system());
        line(out, "%s, %s", machine.jdk(), machine.jvmOptions());
        out.println();
        printRates(out);
        out.println();
        printCpu(out);
        out.println();
        Map<Integer, Double> first = bench.firstPairsPerSecond();
        int from = 0;
        for (Map.Entry<Integer, Double> stretch : first.entrySet()) {
            line(
                    out,
                    "From %d to %d s under load, with %d clients: %.1f pairs/s",
                    from,
                    stretch.getKey(),
                    load.clients(),
                    stretch.getValue());
            from = stretch.getKey();
        }
        bench.totals().print(out);
    }

    private void printRates(PrintWriter out) {
        line(
                out,
                "%7s %9s %9s   %-26s  %-26s %7s%s",
                "",
                "",
                "",
                "enc_keys ms p50  p90   p99",
                "dec_keys ms p50  p90   p99",
                "",
                hasFloor ? "   bare chain" : "");
        line(
                out,
                "%7s %9s %9s %26s %27s %9s%s",
                "clients",
                "pairs/s",
                "keys/s",
                "",
                "",
                "errors",
                hasFloor ? "   pairs/s  ratio" : "");
        for (Measurement row : measurements) {
            Tally all = row.all();
            line(
                    out,
                    "%7d %9.1f %9.1f   %8.2f %8.2f %8.2f   %8.2f %8.2f %8.2f %8d%s%s",
                    row.clients(),
                    row.pairsPerSecond(),
                    row.keysPerSecond(),
                    all.encMillis(50),
                    all.encMillis(90),
                    all.encMillis(99),
                    all.decMillis(50),
                    all.decMillis(90),
                    all.decMillis(99),
                    all.errorCount(),
                    hasFloor ? String.format(Locale.ROOT, " %9.1f  %5.2f", row.floorPairsPerSecond(), row.ratio()) : "",
                    all.late() == 0 ? "" : "   at the end " + all.late() + " pairs were late");
        }
        line(out, "(%s)", times.inWords());
    }

    private void printCpu(PrintWriter out) {
        StringBuilder head = new StringBuilder(String.format("%-14s", "CPU s/1000 keys"));
        measurements.forEach(row -> head.append(String.format("%12s", row.clients() + " clients")));
        out.println(head.append(String.format("%14s", "memory MiB")));
        Map<String, Long> memory = bench.usage().residentBytes();
        memory.forEach((process, bytes) -> {
            StringBuilder line = new StringBuilder(String.format("%-15s", process));
            for (Measurement row : measurements) {
                line.append(String.format(
                        Locale.ROOT, "%12.3f", row.cpuSecondsPer1000Keys().getOrDefault(process, 0.0)));
            }
            out.println(line.append(String.format(Locale.ROOT, "%14.0f", bytes / MIB)));
        });
        StringBuilder others = new StringBuilder("other programs ");
        for (Measurement row : measurements) {
            others.append(String.format(Locale.ROOT, "%10.0f %%", 100 * row.busyWithOthers()));
        }
        out.println(others.append("   of the processors"));
    }

    String json() {
        ObjectNode root = JSON.createObjectNode();
        root.set("machine", JSON.valueToTree(machine));
        root.put("title", title);
        root.put("number", load.number());
        root.put("size", load.sizeBits());
        root.put("rate", load.rate());
        root.put("warm_up_seconds", times.warmUp());
        root.put("run_seconds", times.run());
        ObjectNode first = root.putObject("pairs_per_second_of_first_seconds");
        bench.firstPairsPerSecond().forEach((until, rate) -> first.put("until_" + until, rate));
        ArrayNode rows = root.putArray("measurements");
        for (Measurement row : measurements) {
            ObjectNode entry = rows.addObject();
            entry.put("clients", row.clients());
            entry.put("pairs_per_second", row.pairsPerSecond());
            entry.put("keys_per_second", row.keysPerSecond());
            latency(entry.putObject("enc_keys_millis"), row.all()::encMillis);
            latency(entry.putObject("dec_keys_millis"), row.all()::decMillis);
            entry.set("errors", JSON.valueToTree(row.all().errors()));
            entry.put("pairs_late", row.all().late());
            if (hasFloor) {
                entry.put("bare_chain_pairs_per_second", row.floorPairsPerSecond());
                entry.put("ratio_to_bare_chain", row.ratio());
            }
            ArrayNode runs = entry.putArray("runs");
            row.runs().forEach(run -> {
                ObjectNode one = runs.addObject();
                one.put("pairs_per_second", run.nodes().pairsPerSecond());
                if (hasFloor) {
                    one.put("bare_chain_pairs_per_second", run.floor().pairsPerSecond());
                    one.put("ratio_to_bare_chain", run.ratio());
                }
            });
            ObjectNode cpu = entry.putObject("cpu_seconds_per_1000_keys");
            row.cpuSecondsPer1000Keys().forEach(cpu::put);
            cpu.remove(Usage.MACHINE);
            entry.put("processors_busy_with_other_programs", row.busyWithOthers());
        }
        root.set("resident_bytes", JSON.valueToTree(bench.usage().residentBytes()));
        root.put("keys_compared", bench.totals().comparedKeys());
        root.set("errors", JSON.valueToTree(bench.totals().errors()));
        return root.toPrettyString();
    }

    private static void latency(ObjectNode into, DoubleUnaryOperator percentile) {
        into.put("p50", percentile.applyAsDouble(50));
        into.put("p90", percentile.applyAsDouble(90));
        into.put("p99", percentile.applyAsDouble(99));
    }
}
