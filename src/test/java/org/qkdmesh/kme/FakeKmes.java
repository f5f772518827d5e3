package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

/** The two KMEs of one quantum link, with every fault that a KME may have. Not safe for use by several threads. */
final class FakeKmes {

    private final Random random;
    private final List<Map<KeyId, byte[]>> waiting = List.of(new HashMap<>(), new HashMap<>());
    private final List<KeyId> given = new ArrayList<>();

    KmeClient.Status status = new KmeClient.Status(64, 1024, 50, 1000);
    final boolean[] down = new boolean[2];
    final List<List<Integer>> claimSizes = List.of(new ArrayList<>(), new ArrayList<>());
    final List<String> fetches = new ArrayList<>();
    /** Ids under which the two ends may have different bytes. */
    final Set<KeyId> differing = new HashSet<>();

    /** Happens while keys are asked for. */
    Runnable meanwhile = () -> {};

    int keysLeft = Integer.MAX_VALUE;
    int statusCalls;
    boolean endsDiffer;
    boolean repeatsIds;
    boolean losesKeys;
    boolean breaksTheStandard;

    FakeKmes(long seed) {
        random = new Random(seed);
    }

    KmeClient end(int end) {
        return new KmeClient() {
            @Override
            public Status status() {
                statusCalls++;
                check(end);
                return status;
            }

            @Override
            public List<SessionKey> encKeys(int number, int sizeBits) {
                fetches.add(number + "x" + sizeBits);
                check(end);
                if (number > keysLeft) {
                    throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "no keys");
                }
                keysLeft -= number;
                meanwhile.run();
                List<SessionKey> keys = new ArrayList<>();
                for (int i = 0; i < number; i++) {
                    keys.add(make(1 - end, sizeBits / 8));
                }
                return keys;
            }

            @Override
            public List<SessionKey> decKeys(List<KeyId> ids) {
                claimSizes.get(end).add(ids.size());
                check(end);
                if (!waiting.get(end).keySet().containsAll(ids)) {
                    throw new KmeFailure(KmeFailure.Kind.REFUSED, "not found");
                }
                return ids.stream()
                        .map(id -> new SessionKey(
                                id, SecretBytes.owning(waiting.get(end).remove(id))))
                        .toList();
            }
        };
    }

    private SessionKey make(int farEnd, int lengthBytes) {
        boolean repeat = repeatsIds && !given.isEmpty() && random.nextInt(4) == 0;
        KeyId id = repeat
                ? given.get(random.nextInt(given.size()))
                : new KeyId(new UUID(random.nextLong(), random.nextLong()));
        given.add(id);
        byte[] near = new byte[lengthBytes];
        random.nextBytes(near);
        byte[] far = near.clone();
        if (endsDiffer) {
            random.nextBytes(far);
        }
        if (endsDiffer || repeat) {
            differing.add(id);
        }
        if (!losesKeys || random.nextInt(4) > 0) {
            waiting.get(farEnd).put(id, far);
        }
        return new SessionKey(id, SecretBytes.owning(near));
    }

    private void check(int end) {
        if (down[end]) {
            throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "down");
        }
        if (breaksTheStandard) {
            throw new KmeFailure(KmeFailure.Kind.BROKEN, "answered with garbage");
        }
    }
}
