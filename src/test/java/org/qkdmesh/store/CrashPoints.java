package org.qkdmesh.store;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Stands between a node and its store, and tells of every durable step right before and right after it: as {@code
 * before:ingress.intent} and {@code after:ingress.intent}. Whoever is told may end the process, or throw.
 */
public record CrashPoints(NodeStore store, Consumer<String> reached) implements NodeStore {

    @Override
    public <T> T transact(Function<StoreTransaction, T> work) {
        return store.transact(work);
    }

    @Override
    public <T> T transact(DurableStep step, Function<StoreTransaction, T> work) {
        reached.accept("before:" + step);
        T result = store.transact(step, work);
        reached.accept("after:" + step);
        return result;
    }

    @Override
    public <T> T destroyKeys(Function<StoreTransaction, T> last) {
        return store.destroyKeys(last);
    }

    @Override
    public Optional<String> trouble() {
        return store.trouble();
    }

    @Override
    public long age() {
        return store.age();
    }

    @Override
    public long openedAt() {
        return store.openedAt();
    }

    @Override
    public void close() {
        store.close();
    }
}
