package org.qkdmesh.simulation;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.relay.RelayLimits;

/** What all parts of one run share: its chance, its time, its faults and settings, its network and who sees it all. */
final class World {

    /** Half of what a real node takes, as all times of a schedule are shorter than real ones. */
    private static final long REQUEST_MILLIS = 2_500;

    final RandomGenerator random;
    final VirtualTime time = new VirtualTime();
    final Faults faults;
    final RelayLimits limits;
    final Judge judge;
    final Notary notary = new Notary();
    final SimulatedNetwork network;

    /** How the keys of some pairs go. */
    private final PairPolicy.Paths paths;

    /** A world with the faults and settings of this seed. */
    static World of(long seed, CrashAt end) {
        RandomGenerator random = randomOf(seed);
        return new World(random, end, someLimits(random), somePaths(seed));
    }

    /** A world in which nothing ever goes wrong, with the settings of a real node. */
    static World withoutFaults(long seed) {
        World world = new World(randomOf(seed), CrashAt.NONE, RelayLimits.defaults(), PairPolicy.Paths.SINGLE);
        world.faults.calmFor(Long.MAX_VALUE / 2);
        return world;
    }

    private World(RandomGenerator random, CrashAt end, RelayLimits limits, PairPolicy.Paths paths) {
        this.paths = paths;
        this.random = random;
        this.faults = new Faults(random, time, end);
        this.limits = limits;
        this.judge = new Judge(time, limits);
        this.network = new SimulatedNetwork(time, random, faults);
    }

    /** What a pair may have: everything; in some schedules the second SAE of each node gets its keys as shares. */
    Optional<PairPolicy> policy(SaePair pair) {
        PairPolicy any = PairPolicy.UNLIMITED;
        return Optional.of(pair.slave().text().endsWith("-b") ? any.with(paths) : any);
    }

    /** By numbers of its own, so that the others are those of a schedule without shares. */
    private static PairPolicy.Paths somePaths(long seed) {
        RandomGenerator random = new SplittableRandom(~seed).split();
        return switch (random.nextInt(4)) {
            case 0 -> new PairPolicy.Paths(PairPolicy.Paths.Choice.DISJOINT, 2);
            case 1 -> new PairPolicy.Paths(PairPolicy.Paths.Choice.PREFER_DISJOINT, 2 + random.nextInt(2));
            default -> PairPolicy.Paths.SINGLE;
        };
    }

    /** Split, since the numbers of near seeds could follow each other in one row. */
    private static RandomGenerator randomOf(long seed) {
        return new SplittableRandom(seed).split();
    }

    /**
     * In some schedules slaves may fetch again for a while; in some the life of a key is so short that a master may come
     * too late for it.
     */
    private static RelayLimits someLimits(RandomGenerator random) {
        RelayLimits usual = RelayLimits.defaults();
        long redeliveryMillis = random.nextInt(4) == 0 ? 100 + random.nextInt(2_000) : 0;
        boolean shortLived = random.nextInt(4) == 0;
        return new RelayLimits(
                REQUEST_MILLIS,
                usual.slots(),
                usual.maxKeysPerPair(),
                shortLived ? 2 : usual.keyLifeSeconds(),
                shortLived ? 500 + random.nextInt(1_400) : usual.fetchWindowMillis(),
                redeliveryMillis,
                usual.maxNoticesPerNode(),
                usual.maxTombstonesPerNode(),
                usual.maxResults());
    }
}
