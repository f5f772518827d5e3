package org.qkdmesh.node.management;

import java.util.Optional;
import java.util.function.Consumer;
import org.qkdmesh.model.Refusal;

/**
 * Whether the node is being drained: then it gives no new keys to masters and asks others to plan around it, but finishes
 * what runs, takes what is for its own SAEs, and lets slaves fetch. Not kept over a restart, since that is what one drains
 * for. Safe for use by several threads.
 */
public final class Drain {

    private final Consumer<Boolean> transit;
    private volatile boolean draining;
    private volatile boolean leaving;

    /** @param transit gets whether others may send through this node */
    public Drain(Consumer<Boolean> transit) {
        this.transit = transit;
    }

    public boolean isDraining() {
        return draining;
    }

    /** The process is about to end. */
    public void leave() {
        leaving = true;
        begin();
    }

    /** Why the node gives no new keys; empty when it does. */
    public Optional<String> reason() {
        if (leaving) {
            return Optional.of("the node is ending");
        }
        return draining
                ? Optional.of("the node is being drained: it gives no new keys until undrain or a restart")
                : Optional.empty();
    }

    public void begin() {
        draining = true;
        transit.accept(false);
    }

    public void end() {
        draining = false;
        transit.accept(true);
    }

    /** @throws Refusal 503 while the node is being drained */
    public void requireOpen() {
        if (draining) {
            throw Refusal.unavailable("this node is being drained and gives no new keys");
        }
    }
}
