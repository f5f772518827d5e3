package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/**
 * SAEs that ask for keys all the time, every one with every other, and fetch what the other was given: soon or after a
 * while, one key or several at once, again after each failure until it is clear what became of the key. One request in six
 * is for several slaves. Now and then somebody asks for a key that is not his, and a key in a hundred is left to expire.
 */
final class Load implements AutoCloseable {

    private static final int[] BITS = {128, 256, 512, 1024};
    private static final int MOST_KEYS_AT_ONCE = 10;
    private static final int MOST_FETCHED_AT_ONCE = 8;
    private static final int LONGEST_WAIT_MILLIS = 4_000;
    private static final int AGAIN_MILLIS = 300;
    private static final int LEFT_IN = 100;
    private static final int STOLEN_IN = 50;
    private static final int SHARED_IN = 6;

    private final TortureNetwork network;
    private final History history;
    private final KeyTraces traces;
    private final int pauseMillis;
    private final Map<SaeId, Sae> saes = new HashMap<>();
    private final Map<String, Sae> thieves = new ConcurrentHashMap<>();
    private final List<Ends> pairs = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean asking;
    private volatile boolean fetching = true;

    private record Waiting(String id, long from) {}

    /** A pair of SAEs, and what one of them has still to fetch. */
    private static final class Ends {
        private final SaePair pair;
        private final SplittableRandom random;
        private final Deque<Waiting> waiting = new ArrayDeque<>();

        /** Those that were refused in company. */
        private final Deque<Waiting> single = new ArrayDeque<>();

        private int underWay;

        Ends(SaePair pair, SplittableRandom random) {
            this.pair = pair;
            this.random = random;
        }

        synchronized void await(Deque<Waiting> queue, String id, long from) {
            queue.add(new Waiting(id, from));
        }

        /** Those whose time has come, from the one queue or the other; they have to be given back. */
        synchronized List<String> due(long now, int most) {
            List<String> ids = new ArrayList<>();
            Deque<Waiting> queue = isDue(single, now) ? single : waiting;
            int number = queue == single ? 1 : most;
            int looks = queue.size();
            while (ids.size() < number && looks-- > 0) {
                Waiting next = queue.remove();
                if (next.from() <= now) {
                    ids.add(next.id());
                } else {
                    queue.add(next);
                }
            }
            underWay = ids.size();
            return ids;
        }

        private static boolean isDue(Deque<Waiting> queue, long now) {
            return queue.stream().anyMatch(key -> key.from() <= now);
        }

        synchronized void done() {
            underWay = 0;
        }

        synchronized int open() {
            return waiting.size() + single.size() + underWay;
        }
    }

    /**
     * @param traces hear of every key
     * @param rate requests for keys a second, of all pairs together, while nothing hangs
     */
    Load(TortureNetwork network, History history, KeyTraces traces, double rate, SplittableRandom random)
            throws IOException {
        this.network = network;
        this.history = history;
        this.traces = traces;
        for (SaeId sae : network.saes()) {
            saes.put(sae, new Sae(sae, network.api(sae), network.certificates(), history, traces));
        }
        network.pairs().forEach(pair -> pairs.add(new Ends(pair, random.split())));
        this.pauseMillis = (int) (1000 * pairs.size() / rate);
    }

    void start() {
        asking = true;
        for (Ends ends : pairs) {
            begin("ask " + ends.pair, () -> askOn(ends));
            begin("fetch " + ends.pair, () -> fetchOn(ends));
        }
    }

    private interface Loop {
        void run() throws InterruptedException;
    }

    private void begin(String name, Loop loop) {
        Thread thread = new Thread(
                () -> {
                    try {
                        loop.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void askOn(Ends ends) throws InterruptedException {
        SplittableRandom random = ends.random.split();
        while (asking) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(2 * pauseMillis));
            if (asking) {
                ask(ends, random);
            }
        }
    }

    private void ask(Ends ends, SplittableRandom random) {
        SaePair pair = ends.pair;
        int number = random.nextInt(2) == 0 ? 1 : random.nextInt(1, MOST_KEYS_AT_ONCE + 1);
        int bits = BITS[random.nextInt(BITS.length)];
        List<SaeId> slaves = new ArrayList<>(List.of(pair.slave()));
        if (random.nextInt(SHARED_IN) == 0) {
            network.saes().stream()
                    .filter(sae -> !sae.equals(pair.master()) && !sae.equals(pair.slave()) && random.nextBoolean())
                    .forEach(slaves::add);
        }
        Sae.Reply reply = saes.get(pair.master()).askFor(slaves, number, bits);
        for (String id : reply.ids()) {
            if (random.nextInt(STOLEN_IN) == 0) {
                steal(pair.master(), slaves, id, random);
            }
            slaves.forEach(slave -> given(new SaePair(pair.master(), slave), id, random));
        }
    }

    private void given(SaePair pair, String id, SplittableRandom random) {
        if (random.nextInt(LEFT_IN) == 0) {
            leave(pair, id);
        } else {
            Ends ends = ends(pair);
            ends.await(ends.waiting, id, history.now() + random.nextInt(LONGEST_WAIT_MILLIS));
        }
    }

    private Ends ends(SaePair pair) {
        return pairs.stream().filter(some -> some.pair.equals(pair)).findFirst().orElseThrow();
    }

    private void leave(SaePair pair, String id) {
        history.add(new Event(
                history.now(),
                0,
                pair.master().text(),
                Op.LEFT,
                List.of(pair.slave().text()),
                0,
                0,
                0,
                id,
                "",
                0,
                Outcome.OK,
                ""));
    }

    /** The master itself asks for what a slave is to fetch, or somebody else does. */
    private void steal(SaeId master, List<SaeId> slaves, String id, SplittableRandom random) {
        List<SaeId> others =
                network.saes().stream().filter(sae -> !slaves.contains(sae)).toList();
        SaeId thief = others.get(random.nextInt(others.size()));
        SaeId slave = slaves.get(random.nextInt(slaves.size()));
        thieves.computeIfAbsent(thief + " at " + slave, name -> thief(thief, slave))
                .fetch(master, List.of(id));
    }

    /** At the node where the key is. */
    private Sae thief(SaeId thief, SaeId slave) {
        try {
            return new Sae(thief, network.api(slave), network.certificates(), history, traces);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fetchOn(Ends ends) throws InterruptedException {
        SplittableRandom random = ends.random.split();
        while (fetching) {
            List<String> ids = ends.due(history.now(), random.nextInt(1, MOST_FETCHED_AT_ONCE + 1));
            if (ids.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(50);
                continue;
            }
            Sae.Reply reply = saes.get(ends.pair.slave()).fetch(ends.pair.master(), ids);
            long again = history.now() + AGAIN_MILLIS;
            switch (reply.outcome()) {
                case OK -> {
                    // They are there.
                }
                case BUSY -> ids.forEach(id -> ends.await(ends.waiting, id, again));
                case UNKNOWN -> ids.forEach(id -> ends.await(ends.single, id, again));
                case REFUSED -> {
                    // One of them is not there; alone, it is clear which.
                    if (ids.size() > 1) {
                        ids.forEach(id -> ends.await(ends.single, id, again));
                    }
                }
            }
            ends.done();
        }
    }

    /** One request for a key, whose key is fetched as all others are. */
    boolean probe(SaePair pair) {
        Ends ends = ends(pair);
        Sae.Reply reply = saes.get(pair.master()).askFor(List.of(pair.slave()), 1, BITS[1]);
        reply.ids().forEach(id -> ends.await(ends.waiting, id, history.now()));
        return reply.outcome() == Outcome.OK;
    }

    /** How many keys are still to be fetched. */
    int open() {
        return pairs.stream().mapToInt(Ends::open).sum();
    }

    /** No more requests for keys; what was given goes on to be fetched. */
    void stopAsking() {
        asking = false;
    }

    @Override
    public void close() {
        asking = false;
        fetching = false;
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(20));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
