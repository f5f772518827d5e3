package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.cli.torture.Fault.Kind;
import org.qkdmesh.cli.torture.Violation.Rule;
import org.qkdmesh.model.SaePair;

/**
 * One run: all works for a while, then one of two ways is down, then a node hangs, then faults in rounds, each healed at its
 * end; at last everything that was given is fetched. A run of less than a minute has the rounds alone.
 */
final class Torture {

    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final Duration BACK_WITHIN = Duration.ofSeconds(5);
    private static final Duration BACK_PATIENCE = Duration.ofSeconds(60);

    /** What is measured before the rounds needs some requests. */
    private static final long MEASURED_FROM_MILLIS = 60_000;

    private static final long LONGEST_MEASURED_MILLIS = 40_000;
    private static final int ROUND_MILLIS = 50_000;

    /** Of which there is one also where the machine is so slow that the time is over before. */
    private static final long LEAST_ROUND_MILLIS = 4_000;

    private static final int PROGRESS_SECONDS = 5;

    private final TortureNetwork network;
    private final Members members;
    private final Load load;
    private final History history;
    private final FaultPlayer faults;
    private final Schedule schedule;
    private final Consumer<String> progress;
    private final List<Violation> violations = new ArrayList<>();
    private final Figures figures = new Figures();
    private long backWithinMillis = BACK_WITHIN.toMillis();
    private volatile String phase = "";

    Torture(
            TortureNetwork network,
            Members members,
            Load load,
            History history,
            Disks disks,
            SplittableRandom random,
            Consumer<String> progress) {
        this.network = network;
        this.members = members;
        this.load = load;
        this.history = history;
        this.faults = new FaultPlayer(network, members, disks, history);
        this.schedule = new Schedule(random, network.targets(), disks.able());
        this.progress = progress;
    }

    /** What broke while it ran; the history says the rest. */
    List<Violation> violations() {
        return violations;
    }

    Figures figures() {
        figures.kills = members.kills();
        figures.faults.putAll(faults.played());
        return figures;
    }

    /** @param millis how long it is to last; the last fetches come after that */
    void run(long millis, long lifeMillis) throws IOException, InterruptedException {
        members.startAll();
        List<String> late = members.awaitReady(READY_WITHIN);
        if (!late.isEmpty()) {
            throw new IOException("not ready within " + READY_WITHIN.toSeconds() + " s: " + late + "; see "
                    + members.log(late.get(0)));
        }
        // A machine that is slow when nothing is broken yet is no quicker afterwards.
        backWithinMillis = Math.max(backWithinMillis, 2 * becomesWhole(READY_WITHIN.toMillis()));
        progress.accept("All processes run, and every pair gets keys.");
        Thread teller = new Thread(this::tellOnAndOn, "progress");
        teller.setDaemon(true);
        teller.start();
        long end = history.now() + millis;
        load.start();
        if (millis >= MEASURED_FROM_MILLIS) {
            long each = Math.min(LONGEST_MEASURED_MILLIS, millis / 15);
            calm(each);
            oneWayDown(each);
            hang(each);
        }
        do {
            round(Math.min(ROUND_MILLIS, Math.max(LEAST_ROUND_MILLIS, end - history.now())));
        } while (history.now() < end);
        phase = "fetching what is left";
        load.stopAsking();
        drain(lifeMillis);
        phase = "";
        teller.interrupt();
    }

    /** Not measured from the start: programs that have just begun are slow, and everything looks quick beside that. */
    private void calm(long millis) throws InterruptedException {
        phase = "nothing broken";
        TimeUnit.MILLISECONDS.sleep(millis / 2);
        long since = history.now();
        TimeUnit.MILLISECONDS.sleep(millis);
        figures.calm = Figures.Window.of(history.since(since), network.pairs());
    }

    /** A node is down: pairs that do not end there go the other way, unless they want two. */
    private void oneWayDown(long millis) throws IOException, InterruptedException {
        String node = transit();
        phase = node + " down";
        List<SaePair> pairs = network.pairs().stream()
                .filter(pair -> !network.endsAt(node, pair) && network.makesDoWithOneWay(pair))
                .toList();
        Fault fault = new Fault(0, millis, Kind.KILL, node, 0);
        long since = history.now();
        faults.begin(fault);
        TimeUnit.MILLISECONDS.sleep(millis);
        figures.oneWayDown = Figures.Window.of(history.since(since), pairs);
        faults.mend(fault);
        heal();
    }

    /** A node hangs: neighbours that do not need it notice nothing. */
    private void hang(long millis) throws IOException, InterruptedException {
        String node = transit();
        phase = node + " hangs";
        List<SaePair> pairs = network.pairs().stream()
                .filter(pair -> !network.endsAt(node, pair) && network.hops(pair) == 1)
                .toList();
        Fault fault = new Fault(0, millis, Kind.PAUSE, node, 0);
        long since = history.now();
        faults.begin(fault);
        TimeUnit.MILLISECONDS.sleep(millis);
        figures.hanging = Figures.Window.of(history.since(since), pairs);
        figures.calmOfOthers = Figures.Window.of(figures.calm.events(), pairs);
        faults.mend(fault);
        heal();
    }

    /** A node that others have to go around, the same in every run: where the first two-link path leads. */
    private String transit() {
        return network.pairs().stream()
                .filter(pair -> network.hops(pair) > 1)
                .map(network::firstTransit)
                .findFirst()
                .orElseThrow();
    }

    private void round(long millis) throws IOException, InterruptedException {
        phase = "";
        faults.play(schedule.draw(millis));
        heal();
    }

    private void heal() throws IOException, InterruptedException {
        phase = "healed";
        members.startAll();
        List<String> late = members.awaitReady(READY_WITHIN);
        if (!late.isEmpty()) {
            broken("not ready " + READY_WITHIN.toSeconds() + " s after all faults were over: " + late);
        }
        becomesWhole(backWithinMillis);
    }

    /**
     * Asks for a key of every pair until each has got one.
     *
     * @return milliseconds until then
     */
    private long becomesWhole(long withinMillis) throws InterruptedException {
        long start = System.nanoTime();
        List<Thread> probes = new ArrayList<>();
        List<SaePair> never = new ArrayList<>();
        for (SaePair pair : network.pairs()) {
            Thread probe = new Thread(() -> probe(pair, start, never), "probe " + pair);
            probes.add(probe);
            probe.start();
        }
        for (Thread probe : probes) {
            probe.join();
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        figures.back(millis);
        history.note("every pair gets keys again after " + millis + " ms");
        if (!never.isEmpty()) {
            broken("no keys for " + never + " within " + BACK_PATIENCE.toSeconds()
                    + " s after all processes were ready");
        } else if (millis > withinMillis) {
            broken(String.format(
                    Locale.ROOT,
                    "all pairs got keys only %.1f s after all processes were ready, at %.1f s",
                    millis / 1e3,
                    history.now() / 1e3));
        }
        return millis;
    }

    private void probe(SaePair pair, long start, List<SaePair> never) {
        try {
            while (!load.probe(pair)) {
                if (System.nanoTime() - start > BACK_PATIENCE.toNanos()) {
                    synchronized (never) {
                        never.add(pair);
                    }
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain(long patienceMillis) throws InterruptedException {
        long until = history.now() + patienceMillis;
        while (load.open() > 0 && history.now() < until) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void broken(String what) {
        violations.add(new Violation(Rule.NOT_BACK, what));
        history.note("broken: " + what);
    }

    private void tellOnAndOn() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(PROGRESS_SECONDS);
                figures.lookAtLoad();
                tell();
            }
        } catch (InterruptedException e) {
            // The run is over.
        }
    }

    private void tell() {
        List<Fault> broken = faults.now();
        String now = broken.isEmpty()
                ? phase
                : String.join(", ", broken.stream().limit(3).map(Fault::inShort).toList())
                        + (broken.size() > 3 ? ", " + (broken.size() - 3) + " more" : "");
        progress.accept(String.format(
                Locale.ROOT,
                "%4d s  %,6d keys given, %,6d fetched, %d refused for now, %d unanswered, %d kills  %s",
                history.now() / 1000,
                history.count(Op.ENC, Outcome.OK),
                history.count(Op.DEC, Outcome.OK),
                history.count(Op.ENC, Outcome.BUSY),
                history.count(Op.ENC, Outcome.UNKNOWN) + history.count(Op.DEC, Outcome.UNKNOWN),
                members.kills(),
                now));
    }
}
