package org.qkdmesh.simulation;

import java.util.random.RandomGenerator;
import org.qkdmesh.store.MemoryStore;

/** How likely each fault is in one schedule; drawn from its seed, so that schedules differ in what they try. */
final class Faults {

    private final RandomGenerator random;
    private final VirtualTime time;
    private final CrashAt end;
    private long quietUntil;
    private long calmUntil;
    private long steps;

    final double lost;
    final double doubled;
    final double cut;
    final double heldUp;
    final double flipped;
    final double crashInCommit;

    /** What cuts off the answer to a relay message ends the node that waits for it as well. */
    final double worseComes;

    final double diskRefuses;
    final double replayed;
    final double kmeDry;
    final double kmesDisagree;
    final double kmeRepeats;
    final int longestDelay;
    final int kills;
    /** Of how many disks an old copy is put back. */
    final int oldDisks;

    /** Whether all messages come once more after their answers are forgotten, and not at once. */
    final boolean replaysLate;

    /** Whether every message goes as bytes; if not, only those whose bytes count. */
    final boolean encoded;

    Faults(RandomGenerator random, VirtualTime time, CrashAt end) {
        this.random = random;
        this.time = time;
        this.end = end;
        this.lost = pick(0, 0.02, 0.1);
        this.doubled = pick(0, 0.05, 0.2);
        this.cut = pick(0, 0.05, 0.15);
        this.heldUp = pick(0, 0.05, 0.2);
        this.flipped = pick(0, 0, 0.02);
        this.crashInCommit = pick(0, 0.002, 0.01);
        this.worseComes = pick(0, 0.1, 0.3);
        this.diskRefuses = pick(0, 0, 0.005, 0.03);
        this.replayed = pick(0, 0.1, 0.3);
        this.kmeDry = pick(0, 0.05, 0.3);
        this.kmesDisagree = pick(0, 0, 0.02);
        this.kmeRepeats = pick(0, 0, 0.05);
        this.longestDelay = (int) pick(5, 60, 600);
        this.kills = random.nextInt(4);
        this.oldDisks = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        this.replaysLate = random.nextInt(8) == 0;
        this.encoded = random.nextInt(16) == 0;
    }

    private double pick(double... values) {
        return values[random.nextInt(values.length)];
    }

    boolean happens(double likelihood) {
        return !isQuiet() && happensAtKme(likelihood);
    }

    /** KMEs fail at any time until all is healed. */
    boolean happensAtKme(double likelihood) {
        return !isCalm() && random.nextDouble() < likelihood;
    }

    /** A transaction that changes something has come to this moment; whether its node dies there. */
    boolean endsAt(MemoryStore.Moment moment) {
        if (moment == MemoryStore.Moment.BEFORE_COMMIT) {
            steps++;
        }
        return steps == end.number() && moment == end.moment();
    }

    /** How many such transactions there were. */
    long steps() {
        return steps;
    }

    boolean isCalm() {
        return time.sinceStart() < calmUntil;
    }

    /** Nothing goes wrong for so long. */
    void calmFor(long millis) {
        calmUntil = Math.max(calmUntil, time.sinceStart() + millis);
    }

    /** Nothing goes wrong but at KMEs for so long. */
    void quietFor(long millis) {
        quietUntil = time.sinceStart() + millis;
    }

    private boolean isQuiet() {
        return time.sinceStart() < quietUntil;
    }

    int delay() {
        return isCalm() || isQuiet() ? 2 : 1 + random.nextInt(random.nextInt(10) == 0 ? longestDelay : 10);
    }
}
