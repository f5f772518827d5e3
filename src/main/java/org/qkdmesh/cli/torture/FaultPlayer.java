package org.qkdmesh.cli.torture;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.torture.Fault.Kind;

/** Does to the network what a schedule says, and mends it. Used by one thread. */
final class FaultPlayer {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final TortureNetwork network;
    private final Members members;
    private final Disks disks;
    private final History history;
    private final List<Fault> now = new ArrayList<>();
    private final Map<Kind, Integer> played = new EnumMap<>(Kind.class);

    FaultPlayer(TortureNetwork network, Members members, Disks disks, History history) {
        this.network = network;
        this.members = members;
        this.disks = disks;
        this.history = history;
    }

    /** Plays faults at their times from now on; returns when the last one is over. */
    void play(List<Fault> faults) throws IOException, InterruptedException {
        long start = System.nanoTime();
        PriorityQueue<Fault> running = new PriorityQueue<>(Comparator.comparingLong(Fault::until));
        for (Fault fault : faults) {
            while (!running.isEmpty() && running.peek().until() <= fault.at()) {
                sleepUntil(start, running.peek().until());
                mend(running.remove());
            }
            sleepUntil(start, fault.at());
            begin(fault);
            running.add(fault);
        }
        while (!running.isEmpty()) {
            sleepUntil(start, running.peek().until());
            mend(running.remove());
        }
    }

    private static void sleepUntil(long start, long millis) throws InterruptedException {
        long left = millis - (System.nanoTime() - start) / 1_000_000;
        TimeUnit.MILLISECONDS.sleep(Math.max(0, left));
    }

    void begin(Fault fault) throws IOException, InterruptedException {
        history.note(fault.toString());
        synchronized (now) {
            now.add(fault);
            played.merge(fault.kind(), 1, Integer::sum);
        }
        String target = fault.target();
        switch (fault.kind().of()) {
            case PROCESS -> {
                if (fault.kind() == Kind.KILL) {
                    members.kill(target);
                } else {
                    members.pause(target);
                }
            }
            case CONNECTION -> {
                if (fault.kind() == Kind.RESET) {
                    network.proxy(target).reset();
                } else {
                    network.proxy(target).set(Proxy.Trouble.valueOf(fault.kind().name()), fault.amount());
                }
            }
            case KME -> setKmeFault(target, fault);
            case NODE -> {
                if (fault.kind() == Kind.POWER_CUT) {
                    members.kill(target);
                }
                disks.begin(fault, members.pid(target));
            }
        }
    }

    void mend(Fault fault) throws IOException, InterruptedException {
        String target = fault.target();
        switch (fault.kind().of()) {
            case PROCESS -> {
                if (fault.kind() == Kind.KILL) {
                    members.start(target);
                } else {
                    members.resume(target);
                }
            }
            case CONNECTION -> network.proxy(target).heal();
            case KME -> setKmeFault(target, null);
            case NODE -> {
                disks.mend(fault);
                if (fault.kind() == Kind.POWER_CUT || fault.kind() == Kind.SYNC_KILL) {
                    members.start(target);
                }
            }
        }
        synchronized (now) {
            now.remove(fault);
        }
        if (fault.forMillis() > 0) {
            history.note("over: " + fault);
        }
    }

    /** One that was started again in between has forgotten its fault, and one that is just starting can not be told. */
    private void setKmeFault(String kme, Fault fault) {
        var wish = JsonNodeFactory.instance.objectNode().put("kme", kme);
        if (fault == null) {
            wish.put("fault", "none");
        } else {
            wish.put("fault", fault.kind().name().substring("KME_".length()).toLowerCase(Locale.ROOT));
            switch (fault.kind()) {
                case KME_SLOW, KME_LATE -> wish.put("millis", fault.amount());
                case KME_ERROR, KME_LIMIT, KME_DETAIL -> wish.put("status", fault.amount());
                default -> {
                    // The kind says it all.
                }
            }
        }
        try {
            new ManagementClient(network.address(network.simulatorOf(kme)), PATIENCE)
                    .change("POST", "/simulator/faults", wish);
        } catch (IOException e) {
            history.note("not told: " + wish);
        }
    }

    /** What is broken at this moment. */
    List<Fault> now() {
        synchronized (now) {
            return List.copyOf(now);
        }
    }

    /** How many faults were begun, by kind. */
    Map<Kind, Integer> played() {
        synchronized (now) {
            return Map.copyOf(played);
        }
    }
}
