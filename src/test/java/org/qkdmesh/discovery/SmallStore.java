package org.qkdmesh.discovery;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.Intent;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.OutboxNotice;
import org.qkdmesh.store.SaeHome;
import org.qkdmesh.store.Sequence;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.StoredKey;

/** As much of a store as discovery uses; it can be copied, opened again and made to fail. */
final class SmallStore implements NodeStore {

    /** What is on the disk; a transaction works on a copy and replaces it. */
    static final class Content {
        final Map<NodeId, Sequence> sequences = new HashMap<>();
        final Map<SaeId, SaeHome> homes = new HashMap<>();
        final Map<UUID, Intent> intents = new LinkedHashMap<>();
        final Map<UUID, OutboxNotice> notices = new LinkedHashMap<>();
        final Map<KeyId, StoredKey> keys = new HashMap<>();

        Content copy() {
            Content copy = new Content();
            copy.sequences.putAll(sequences);
            copy.homes.putAll(homes);
            copy.intents.putAll(intents);
            copy.notices.putAll(notices);
            copy.keys.putAll(keys);
            return copy;
        }
    }

    private final FakeClock clock;
    private final long openedAt;
    private Content content;
    private int failures;
    int transactions;

    SmallStore(FakeClock clock, Content content) {
        this.clock = clock;
        this.content = content.copy();
        this.openedAt = age();
    }

    Content content() {
        return content;
    }

    /** The next transactions fail, and nothing of them is kept. */
    void failNext(int times) {
        failures = times;
    }

    @Override
    public <T> T transact(Function<StoreTransaction, T> work) {
        transactions++;
        Content copy = content.copy();
        T result = work.apply(transaction(new Work(copy, age())));
        if (failures > 0) {
            failures--;
            throw new StoreFailure("the test wants it", true, null);
        }
        content = copy;
        return result;
    }

    @Override
    public long age() {
        return clock.monotonicMillis();
    }

    @Override
    public long openedAt() {
        return openedAt;
    }

    @Override
    public void close() {}

    /** The methods of a transaction that discovery may call; found by their names, all others fail. */
    record Work(Content content, long now) {

        public Optional<Sequence> sequence(NodeId node) {
            return Optional.ofNullable(content.sequences.get(node));
        }

        public void putSequence(Sequence sequence) {
            content.sequences.put(sequence.node(), sequence);
        }

        public void removeSequence(NodeId node) {
            content.sequences.remove(node);
        }

        public List<Sequence> sequences() {
            return new ArrayList<>(content.sequences.values());
        }

        public void putHome(SaeHome home) {
            content.homes.put(home.sae(), home);
        }

        public void removeHome(SaeId sae) {
            content.homes.remove(sae);
        }

        public List<SaeHome> homes() {
            return new ArrayList<>(content.homes.values());
        }

        public List<Intent> intents() {
            return new ArrayList<>(content.intents.values());
        }

        public void removeIntent(UUID relayId) {
            content.intents.remove(relayId);
        }

        public void putNotice(OutboxNotice notice) {
            content.notices.put(notice.id(), notice);
        }

        public int removeKeysStoredBefore(long age) {
            int before = content.keys.size();
            content.keys.values().removeIf(key -> key.storedAt() < age);
            return before - content.keys.size();
        }
    }

    private static StoreTransaction transaction(Work work) {
        return (StoreTransaction) Proxy.newProxyInstance(
                SmallStore.class.getClassLoader(),
                new Class<?>[] {StoreTransaction.class},
                (proxy, method, arguments) -> call(work, method, arguments));
    }

    private static Object call(Work work, Method method, Object[] arguments) throws Throwable {
        try {
            return Work.class
                    .getMethod(method.getName(), method.getParameterTypes())
                    .invoke(work, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
