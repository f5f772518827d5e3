package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.kme.KmeFailure;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

/** The two KMEs of one quantum link, with the faults that real ones have. */
final class SimulatedKmes {

    private static final int KEYS_PER_REQUEST = 20;

    private final RandomGenerator random;
    private final Faults faults;
    /** What a pair does for as long as the trouble lasts. */
    enum Failure {
        /** Neither end answers; other pairs of the link have to do. */
        BOTH_ENDS,
        /** One end gives no fresh keys, so that the node there has to be granted some of its neighbour's. */
        ONE_END_GIVES_NONE,
        /** One end knows of no key that the other gave, so that none is ever confirmed. */
        ONE_END_KNOWS_NONE,
        /** Keys come one by one, and mostly none, so that messages have to wait for them. */
        STARVES
    }

    private final int mostKeyBits;
    private Failure failure;
    private NodeClock clock;
    private long bytesPerSecond;
    private long limitedSince;
    private long spentBytes;
    private final List<Map<KeyId, byte[]>> waiting = List.of(new HashMap<>(), new HashMap<>());
    private final List<Given> givenSinceRestart = new ArrayList<>();

    /** A key as it was given, whatever becomes of it at the node. */
    private record Given(KeyId id, byte[] bytes) {

        SessionKey key() {
            return new SessionKey(id, SecretBytes.owning(bytes.clone()));
        }
    }

    SimulatedKmes(RandomGenerator random, Faults faults) {
        this.random = random;
        this.faults = faults;
        mostKeyBits = random.nextBoolean() ? 1_024 : 4_096;
    }

    /** From now on both directions together are given so much and no more, as of a quantum link. */
    void limit(long bytesPerSecond, NodeClock clock) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        limitedSince = clock.monotonicMillis();
    }

    /** Counts the keys in, as many as there are by now. */
    private int spend(int number, int keyBytes) {
        if (clock == null) {
            return number;
        }
        long there = (clock.monotonicMillis() - limitedSince) * bytesPerSecond / 1000 - spentBytes;
        int given = (int) Math.min(number, there / keyBytes);
        spentBytes += (long) given * keyBytes;
        return given;
    }

    void fail(Failure how) {
        failure = how;
    }

    private boolean fails(Failure how, int end) {
        return !faults.isCalm() && (failure == Failure.BOTH_ENDS || failure == how && end == 0);
    }

    private boolean starves() {
        return failure == Failure.STARVES && !faults.isCalm();
    }

    /** Whether it gave this key, to whichever end. */
    boolean gave(KeyId id) {
        return waiting.stream().anyMatch(end -> end.containsKey(id));
    }

    /** A node at one end was started anew: what was given before is not repeated, which is outside the promise. */
    void endRestarted() {
        givenSinceRestart.clear();
    }

    /** One of the two ends, 0 or 1. */
    KmeClient end(int end) {
        return new KmeClient() {
            @Override
            public Status status() {
                return new Status(64, mostKeyBits, KEYS_PER_REQUEST, 100);
            }

            @Override
            public List<SessionKey> encKeys(int number, int sizeBits) {
                if (fails(Failure.ONE_END_GIVES_NONE, end)
                        || starves() && random.nextInt(3) > 0
                        || faults.happensAtKme(faults.kmeDry)) {
                    throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "dry");
                }
                int there = spend(starves() ? 1 : number, sizeBits / 8);
                if (there == 0) {
                    throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "dry");
                }
                List<SessionKey> keys = new ArrayList<>();
                for (int i = 0; i < there; i++) {
                    keys.add(
                            faults.happensAtKme(faults.kmeRepeats) && !givenSinceRestart.isEmpty()
                                    ? givenSinceRestart
                                            .get(random.nextInt(givenSinceRestart.size()))
                                            .key()
                                    : fresh(1 - end, sizeBits / 8));
                }
                return keys;
            }

            @Override
            public List<SessionKey> decKeys(List<KeyId> ids) {
                if (faults.happensAtKme(faults.kmeDry)) {
                    throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "hangs");
                }
                if (fails(Failure.ONE_END_KNOWS_NONE, end)
                        || !waiting.get(end).keySet().containsAll(ids)) {
                    throw new KmeFailure(KmeFailure.Kind.REFUSED, "not found");
                }
                return ids.stream()
                        .map(id -> new SessionKey(
                                id, SecretBytes.owning(waiting.get(end).get(id).clone())))
                        .toList();
            }
        };
    }

    private SessionKey fresh(int otherEnd, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        Given given = new Given(new KeyId(new UUID(random.nextLong(), random.nextLong())), bytes);
        byte[] atOtherEnd = bytes;
        if (faults.happensAtKme(faults.kmesDisagree)) {
            atOtherEnd = bytes.clone();
            atOtherEnd[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
        }
        // A KME that repeats itself still has the key at its other end, so it is never taken away here.
        waiting.get(otherEnd).put(given.id(), atOtherEnd);
        givenSinceRestart.add(given);
        return given.key();
    }
}
